# What is compiled for whom (included by the top CMakeLists.txt, and by the SDK's package). PARLEY_ROOT is
# this tree, or what the SDK has of it.
#
#   parley_warnings   warnings for everything that is ours
#   parley_i386       code that runs on the machine, in any ring
#   parley_kernel     ring 0: no FPU registers

find_program(PARLEY_OBJCOPY NAMES objcopy llvm-objcopy llvm-objcopy-14 REQUIRED)

# The build's own -O2 -g -DNDEBUG: asserts are for our own bugs and stay on.
string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELWITHDEBINFO "${CMAKE_C_FLAGS_RELWITHDEBINFO}")

add_library(parley_warnings INTERFACE)
target_compile_options(parley_warnings INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wundef -Wvla -Wpointer-arith -Wwrite-strings>
    $<$<AND:$<BOOL:${PARLEY_WERROR}>,$<COMPILE_LANGUAGE:C>>:-Werror>)

add_library(parley_i386 INTERFACE)
target_link_libraries(parley_i386 INTERFACE parley_warnings)
set(PARLEY_I386_OPTIONS --target=i386-unknown-none-elf -march=i486 -ffreestanding -fno-pic
    -fno-stack-protector -fno-omit-frame-pointer -fno-asynchronous-unwind-tables
    -fno-strict-aliasing -fno-common)
target_compile_options(parley_i386 INTERFACE $<$<COMPILE_LANGUAGE:C>:${PARLEY_I386_OPTIONS}>)
target_include_directories(parley_i386 INTERFACE ${PARLEY_ROOT}/ipc/include)

add_library(parley_kernel INTERFACE)
target_link_libraries(parley_kernel INTERFACE parley_i386)
target_compile_options(parley_kernel INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-mno-mmx -mno-sse -mno-80387 -fno-builtin -flto>)
target_include_directories(parley_kernel INTERFACE
    ${PARLEY_ROOT}/arch/include ${PARLEY_ROOT}/arch/x86/include)
