# What is compiled for whom (included by the top CMakeLists.txt).
#
#   parley_warnings   warnings for everything that is ours
#   parley_i386       code that runs on the machine, in any ring
#   parley_kernel     ring 0: no FPU registers
#   parley_module()   a ring-3 program, linked at an address of its own, stripped into boot/

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
target_compile_options(parley_i386 INTERFACE
    $<$<COMPILE_LANGUAGE:C>:--target=i386-unknown-none-elf -march=i486 -ffreestanding -fno-pic
    -fno-stack-protector -fno-omit-frame-pointer -fno-asynchronous-unwind-tables
    -fno-strict-aliasing -fno-common>)
target_include_directories(parley_i386 INTERFACE ${PROJECT_SOURCE_DIR}/ipc/include)

add_library(parley_kernel INTERFACE)
target_link_libraries(parley_kernel INTERFACE parley_i386)
target_compile_options(parley_kernel INTERFACE
    $<$<COMPILE_LANGUAGE:C>:-mno-mmx -mno-sse -mno-80387 -fno-builtin -flto>)
target_include_directories(parley_kernel INTERFACE
    ${PROJECT_SOURCE_DIR}/arch/include ${PROJECT_SOURCE_DIR}/arch/x86/include)

# In a folder that says parley_link_with_lld(), executables are linked by ld.lld itself: clang's
# driver would hand them to gcc, which a machine need not have.
find_program(PARLEY_LLD NAMES ld.lld ld.lld-14 REQUIRED)
macro(parley_link_with_lld)
    set(CMAKE_C_LINK_EXECUTABLE "${PARLEY_LLD} -m elf_i386 -static -nostdlib -z max-page-size=4096 \
--build-id=none <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
endmacro()

# parley_program(NAME ADDRESS SOURCE...): the target NAME.elf, linked at ADDRESS, which no other program
# has, so that GDB can have the symbols of all; its debug file is servers/NAME.
function(parley_program name address)
    add_executable(${name}.elf ${ARGN})
    target_link_libraries(${name}.elf PRIVATE parley_libc parley_protocols)
    set_target_properties(${name}.elf PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/servers
        LINK_DEPENDS ${PROJECT_SOURCE_DIR}/libc/program.ld)
    target_link_options(${name}.elf PRIVATE
        -T ${PROJECT_SOURCE_DIR}/libc/program.ld --defsym=PROGRAM_START=${address})
endfunction()

# parley_module(NAME ADDRESS SOURCE...): the program NAME, linked at ADDRESS. Its debug file is
# servers/NAME (for GDB); what boots is boot/NAME, which keeps the symbol table for backtraces.
# Only in folders that said parley_link_with_lld().
set_property(GLOBAL PROPERTY PARLEY_MODULES "")
function(parley_module name address)
    parley_program(${name} ${address} ${ARGN})
    add_custom_command(OUTPUT ${PARLEY_BOOT_DIR}/${name}
        COMMAND ${PARLEY_OBJCOPY} --strip-debug $<TARGET_FILE:${name}.elf> ${PARLEY_BOOT_DIR}/${name}
        DEPENDS ${name}.elf
        COMMENT "boot/${name}")
    add_custom_target(${name}.boot ALL DEPENDS ${PARLEY_BOOT_DIR}/${name})
    set_property(GLOBAL APPEND PROPERTY PARLEY_MODULES ${name}.boot)
endfunction()
