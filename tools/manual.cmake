# What is made from the pages of docs/man and the description of the kernel's calls (included by the top CMakeLists.txt).
#
#   manual                   the target that makes it
#   PARLEY_MANUAL            an archive of the pages that the guest's `help` reads
#   <manual.h>               the shell's commands, in PARLEY_GENERATED
#   man/manN in the build    for a workstation's man: man -l build/release/man/man1/ps.1
set(PARLEY_MANUAL ${CMAKE_BINARY_DIR}/manual.tar)
file(GLOB manual_pages CONFIGURE_DEPENDS ${PARLEY_ROOT}/docs/man/*.md)
file(GLOB libc_headers CONFIGURE_DEPENDS ${PARLEY_ROOT}/libc/include/parley/*.h)
add_custom_command(OUTPUT ${PARLEY_MANUAL} ${PARLEY_GENERATED}/manual.h
    COMMAND ${PARLEY_PYTHON} ${PARLEY_ROOT}/tools/manual.py --build ${CMAKE_BINARY_DIR}
    DEPENDS ${manual_pages} ${libc_headers} ${PARLEY_ROOT}/servers/protocols/system.toml
        ${PARLEY_ROOT}/servers/shell/commands.c ${PARLEY_ROOT}/CMakeLists.txt
        ${PARLEY_ROOT}/tools/manual.py ${PARLEY_ROOT}/tools/manual_read.py ${PARLEY_ROOT}/tools/manual_write.py
        ${PARLEY_ROOT}/tools/made_file.py
    COMMENT "docs/man")
add_custom_target(manual DEPENDS ${PARLEY_MANUAL} ${PARLEY_GENERATED}/manual.h)
