# find_package(Parley): modules and commands for Parley from a folder of one's own.
#
#   parley_server(), parley_module(), parley_command()   share/parley/tools/servers.cmake says what they do
#   run     boots the system with what is built here, its console in this terminal
#   iso     build/parley.iso
#
# Called in the top CMakeLists.txt of a project that makes nothing but Parley's programs and is compiled by clang.
# Protocols are the .toml files in the top folder and those one below that have a line base =. Tests are ctests.
if(NOT CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
    message(FATAL_ERROR "find_package(Parley): call it in the top CMakeLists.txt")
elseif(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "find_package(Parley): the C compiler has to be clang, and is '${CMAKE_C_COMPILER_ID}': "
        "set(CMAKE_C_COMPILER clang) before project(), or cmake -DCMAKE_C_COMPILER=clang in a fresh build folder")
endif()

get_filename_component(PARLEY_ROOT ${CMAKE_CURRENT_LIST_DIR}/../../../share/parley ABSOLUTE)
option(PARLEY_WERROR "Treat compiler warnings as errors" OFF)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_EXTENSIONS ON)
set(PARLEY_BOOT_DIR ${CMAKE_BINARY_DIR}/boot)
file(MAKE_DIRECTORY ${PARLEY_BOOT_DIR} ${CMAKE_BINARY_DIR}/bin)
enable_testing()

file(GLOB PARLEY_OWN_PROTOCOLS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/*.toml ${CMAKE_SOURCE_DIR}/*/*.toml)
foreach(file IN LISTS PARLEY_OWN_PROTOCOLS)
    file(STRINGS ${file} base REGEX "^base *=")
    if(NOT base)
        list(REMOVE_ITEM PARLEY_OWN_PROTOCOLS ${file})
    endif()
endforeach()

include(${PARLEY_ROOT}/tools/targets.cmake)
include(${PARLEY_ROOT}/tools/protocols.cmake)
include(${PARLEY_ROOT}/tools/servers.cmake)
parley_link_with_lld()

# libc, and before it the tables that know the protocols of this project, too.
add_library(parley_tables STATIC ${PARLEY_PROTOCOL_TABLES})
target_include_directories(parley_tables PRIVATE ${PARLEY_ROOT}/libc ${PARLEY_ROOT}/libc/include)
target_compile_options(parley_tables PRIVATE -nostdlibinc)
target_link_libraries(parley_tables PRIVATE parley_i386 parley_protocols)
add_library(parley_libc INTERFACE)
target_link_libraries(parley_libc INTERFACE parley_i386 parley_tables ${PARLEY_ROOT}/lib/libparley_libc.a)
target_include_directories(parley_libc INTERFACE ${PARLEY_ROOT}/libc/include)
target_compile_options(parley_libc INTERFACE -nostdlibinc)

# The system's own modules boot from here, too.
file(GLOB system_modules ${PARLEY_ROOT}/boot/*)
foreach(file IN LISTS system_modules)
    get_filename_component(name ${file} NAME)
    if(NOT name STREQUAL "programs.tar")
        file(COPY_FILE ${file} ${PARLEY_BOOT_DIR}/${name} ONLY_IF_DIFFERENT)
    endif()
endforeach()

# Once all servers of the project are known.
function(parley_finish)
    parley_archive(${PARLEY_ROOT}/boot/programs.tar)
    get_property(modules GLOBAL PROPERTY PARLEY_MODULES)
    add_custom_target(servers DEPENDS ${modules})
    include(${PARLEY_ROOT}/iso/CMakeLists.txt)
    add_custom_target(run
        COMMAND ${PARLEY_PYTHON} ${PARLEY_ROOT}/tools/session.py --build ${CMAKE_BINARY_DIR} --boot quick --timeout 600
        DEPENDS servers
        USES_TERMINAL)
endfunction()
cmake_language(DEFER CALL parley_finish)
