# Turns the lines "# OFFSET NAME VALUE" of offsets.s into offsets.inc for nasm.
# cmake -DFROM=offsets.s -DTO=offsets.inc -P offsets.cmake
file(STRINGS ${FROM} lines REGEX "OFFSET [A-Z0-9_]+ ")
set(text "; Made from offsets.c: do not edit.\n")
foreach(line IN LISTS lines)
    if(NOT line MATCHES "OFFSET ([A-Z0-9_]+) (-?[0-9]+)")
        message(FATAL_ERROR "offsets: cannot read ${line}")
    endif()
    set(name ${CMAKE_MATCH_1})
    set(value ${CMAKE_MATCH_2}) # the compiler prints all with a sign; distances keep it
    if(NOT name MATCHES "^AT_")
        math(EXPR value "${value} & 0xffffffff")
    endif()
    string(APPEND text "%define ${name} ${value}\n")
endforeach()
if(NOT text MATCHES "FRAME_GS")
    message(FATAL_ERROR "offsets: ${FROM} holds none")
endif()
file(WRITE ${TO} "${text}")
