# What is made from the descriptions in servers/protocols and from those named in PARLEY_OWN_PROTOCOLS (included
# by the top CMakeLists.txt, and by the SDK's package).
#
#   parley_protocols   the headers <proto/NAME.h>; link it to see them
#   PARLEY_PROTOCOL_TABLES, PARLEY_PROTOCOLS_JSON   the tables of libc's decoder and of what may be
#                                                   repeated; the first for tools/protocol_decode.py
find_program(PARLEY_PYTHON NAMES /usr/bin/python3 python3 REQUIRED)

set(PARLEY_GENERATED ${CMAKE_BINARY_DIR}/generated)
set(PARLEY_PROTOCOL_TABLES ${PARLEY_GENERATED}/protocol_tables.c ${PARLEY_GENERATED}/repeatable.c)
set(PARLEY_PROTOCOLS_JSON ${CMAKE_BINARY_DIR}/protocols.json)

file(GLOB protocol_files CONFIGURE_DEPENDS ${PARLEY_ROOT}/servers/protocols/*.toml)
list(APPEND protocol_files ${PARLEY_OWN_PROTOCOLS})
set(protocol_outputs ${PARLEY_GENERATED}/protocol_abi.h ${PARLEY_PROTOCOL_TABLES} ${PARLEY_PROTOCOLS_JSON})
foreach(file IN LISTS protocol_files)
    get_filename_component(name ${file} NAME_WE)
    file(STRINGS ${file} handwritten REGEX "^header *=")
    if(NOT handwritten)
        list(APPEND protocol_outputs ${PARLEY_GENERATED}/proto/${name}.h)
    endif()
endforeach()

# A description that is gone leaves this list, so that what was made from it goes too.
set(protocol_list ${CMAKE_BINARY_DIR}/protocols.list)
file(CONFIGURE OUTPUT ${protocol_list} CONTENT "${protocol_files}\n")

set(tools ${PARLEY_ROOT}/tools)
add_custom_command(OUTPUT ${protocol_outputs}
    COMMAND ${PARLEY_PYTHON} ${tools}/protocols.py --build ${CMAKE_BINARY_DIR} --own ${PARLEY_OWN_PROTOCOLS}
    DEPENDS ${protocol_list} ${protocol_files}
        ${tools}/protocols.py ${tools}/made_file.py ${tools}/protocol_read.py ${tools}/protocol_write.py
        ${PARLEY_ROOT}/ipc/include/abi/errors.h ${PARLEY_ROOT}/ipc/include/abi/endpoint.h
    COMMENT "servers/protocols"
    COMMAND_EXPAND_LISTS)
add_custom_target(protocols DEPENDS ${protocol_outputs})

add_library(parley_protocols INTERFACE)
target_include_directories(parley_protocols INTERFACE ${PARLEY_GENERATED})
add_dependencies(parley_protocols protocols)
