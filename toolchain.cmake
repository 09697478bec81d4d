# The tools. One clang compiles both for the machine (tools/targets.cmake adds the i386 target to
# what runs there) and for the workstation (unit tests).
set(CMAKE_C_COMPILER clang)
set(CMAKE_ASM_NASM_COMPILER nasm)
set(CMAKE_ASM_NASM_OBJECT_FORMAT elf32)
set(CMAKE_C_FLAGS_RELWITHDEBINFO_INIT "-O2 -g")
set(CMAKE_C_FLAGS_DEBUG_INIT "-O0 -g")
