# What a server's and a program's folder says (included by the top CMakeLists.txt, and by the SDK's package).
#
#   parley_module()    a ring-3 program, linked at an address of its own, stripped into boot/
#   parley_command()   a program of the archive that the shell starts programs from
#   parley_server()    a folder with a server, its protocol, its command, its test and its page

# In a folder that says parley_link_with_lld(), executables are linked by ld.lld itself: clang's
# driver would hand them to gcc, which a machine need not have.
find_program(PARLEY_LLD NAMES ld.lld ld.lld-14 REQUIRED)
set(PARLEY_LINK_OPTIONS "-m elf_i386 -static -nostdlib -z max-page-size=4096 --build-id=none")
macro(parley_link_with_lld)
    set(CMAKE_C_LINK_EXECUTABLE
        "${PARLEY_LLD} ${PARLEY_LINK_OPTIONS} <LINK_FLAGS> <OBJECTS> -o <TARGET> <LINK_LIBRARIES>")
endmacro()

# parley_program(NAME ADDRESS SOURCE...): the target NAME.elf, linked at ADDRESS, which no other program
# has, so that GDB can have the symbols of all; its debug file is servers/NAME. (A test's, t-NAME, meets only
# those of its suite.)
function(parley_program name address)
    get_property(other GLOBAL PROPERTY PARLEY_PROGRAM_AT_${address})
    if(other AND NOT name MATCHES "^t-")
        message(FATAL_ERROR "${name}: ${other} is linked at ${address} already; take another address")
    endif()
    set_property(GLOBAL PROPERTY PARLEY_PROGRAM_AT_${address} ${name})
    add_executable(${name}.elf ${ARGN})
    target_link_libraries(${name}.elf PRIVATE parley_libc parley_protocols)
    set_target_properties(${name}.elf PROPERTIES
        OUTPUT_NAME ${name}
        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/servers
        LINK_DEPENDS ${PARLEY_ROOT}/libc/program.ld)
    target_link_options(${name}.elf PRIVATE
        -T ${PARLEY_ROOT}/libc/program.ld --defsym=PROGRAM_START=${address})
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

# parley_command(NAME ADDRESS SOURCE...): the program bin/NAME of the archive programs.tar, which the shell
# starts when NAME is typed.
set_property(GLOBAL PROPERTY PARLEY_COMMANDS "")
function(parley_command name address)
    parley_program(${name} ${address} ${ARGN})
    # Its standard streams may be pipes.
    target_link_options(${name}.elf PRIVATE --undefined=libc_open_streams)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/bin/${name}
        COMMAND ${PARLEY_OBJCOPY} --strip-all $<TARGET_FILE:${name}.elf> ${CMAKE_BINARY_DIR}/bin/${name}
        DEPENDS ${name}.elf
        COMMENT "bin/${name}")
    add_custom_target(${name}.command DEPENDS ${CMAKE_BINARY_DIR}/bin/${name})
    set_property(GLOBAL APPEND PROPERTY PARLEY_COMMANDS ${name})
endfunction()

# parley_archive([FILE...]): boot/programs.tar, from all commands so far and files, each ARCHIVE_NAME=PATH or
# the path of an archive whose files it has as well.
function(parley_archive)
    set(contents ${ARGN})
    set(paths ${ARGN})
    list(TRANSFORM paths REPLACE "^[^=]*=" "")
    get_property(commands GLOBAL PROPERTY PARLEY_COMMANDS)
    foreach(name IN LISTS commands)
        list(APPEND contents bin/${name}=${CMAKE_BINARY_DIR}/bin/${name})
        list(APPEND paths ${CMAKE_BINARY_DIR}/bin/${name} ${name}.command)
    endforeach()
    add_custom_command(OUTPUT ${PARLEY_BOOT_DIR}/programs.tar
        COMMAND ${PARLEY_PYTHON} ${PARLEY_ROOT}/tools/make_archive.py ${PARLEY_BOOT_DIR}/programs.tar ${contents}
        DEPENDS ${paths} ${PARLEY_ROOT}/tools/make_archive.py
        COMMENT "boot/programs.tar"
        VERBATIM)
    add_custom_target(programs.archive ALL DEPENDS ${PARLEY_BOOT_DIR}/programs.tar)
    set_property(GLOBAL APPEND PROPERTY PARLEY_MODULES programs.archive)
endfunction()

# parley_server(NAME [SERVER source...] [CLIENT source...] [TEST source...]): a folder that has all that a server
# is, in files that begin with its name; what is not there is left out, and more sources may be named.
#
#   NAME.toml       its protocol (found by tools/protocols.cmake)
#   NAME-server.c   the module boot/NAME-server
#   boot.conf       the lines for the boot file
#   NAME-client.c   the command NAME
#   NAME-test.c     a judge, the module boot/NAME-test; test.conf has its suite's lines: the test NAME-guest
#   README.md       its page; the session shown there is the test NAME-page
#
# Its programs lie at addresses of their own, a quarter of 16 MB each, behind those of the system.
set_property(GLOBAL PROPERTY PARLEY_BOOT_LINES "")
set_property(GLOBAL PROPERTY PARLEY_OWN_SERVERS "")
function(parley_server name)
    cmake_parse_arguments(PARSE_ARGV 1 more "" "" "SERVER;CLIENT;TEST")
    set(folder ${CMAKE_CURRENT_SOURCE_DIR})
    get_property(others GLOBAL PROPERTY PARLEY_OWN_SERVERS)
    list(LENGTH others place)
    if(more_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "parley_server(${name}): unexpected '${more_UNPARSED_ARGUMENTS}'")
    elseif(name IN_LIST others)
        message(FATAL_ERROR "parley_server(${name}): there is one of this name already")
    elseif(NOT EXISTS ${folder}/${name}-server.c OR NOT EXISTS ${folder}/boot.conf)
        message(FATAL_ERROR "parley_server(${name}): ${folder} has no ${name}-server.c or no boot.conf")
    elseif(place GREATER_EQUAL 28)
        message(FATAL_ERROR "parley_server(${name}): there are addresses for 28 servers of one's own")
    endif()
    set_property(GLOBAL APPEND PROPERTY PARLEY_OWN_SERVERS ${name})
    foreach(quarter 0 1 2)
        math(EXPR address_${quarter} "0x60000000 + ${place} * 0x1000000 + ${quarter} * 0x400000"
            OUTPUT_FORMAT HEXADECIMAL)
    endforeach()

    parley_module(${name}-server ${address_0} ${name}-server.c ${more_SERVER})
    set_property(GLOBAL APPEND PROPERTY PARLEY_BOOT_LINES ${folder}/boot.conf)
    if(EXISTS ${folder}/${name}-client.c)
        parley_command(${name} ${address_1} ${name}-client.c ${more_CLIENT})
    endif()
    if(EXISTS ${folder}/${name}-test.c)
        set(lib ${PARLEY_ROOT}/tests/guest/lib)
        parley_module(${name}-test ${address_2} ${name}-test.c ${lib}/tap.c ${lib}/judge.c ${more_TEST})
        target_include_directories(${name}-test.elf PRIVATE ${lib})
        add_test(NAME ${name}-guest COMMAND ${PARLEY_PYTHON} ${PARLEY_ROOT}/tests/guest/run.py
            --build ${CMAKE_BINARY_DIR} --icount ${folder}/test.conf)
        set_tests_properties(${name}-guest PROPERTIES LABELS "server;guest" TIMEOUT 600)
    endif()
    if(EXISTS ${folder}/README.md)
        add_test(NAME ${name}-page COMMAND ${PARLEY_PYTHON} ${PARLEY_ROOT}/tests/boot/page.py
            --build ${CMAKE_BINARY_DIR} ${folder}/README.md)
        set_tests_properties(${name}-page PROPERTIES LABELS "server;boot" TIMEOUT 600)
    endif()
endfunction()
