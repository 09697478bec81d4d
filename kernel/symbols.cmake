# Makes the table of the kernel's own symbols, as assembly.
#   cmake -DNM=nm -DKERNEL=FILE -DOUTPUT=FILE -P symbols.cmake            the table of FILE
#   cmake -DOUTPUT=FILE -P symbols.cmake                                  an empty one
#   cmake -DNM=nm -DKERNEL=FILE -DSAME_AS=FILE -P symbols.cmake           do they agree?
function(text_symbols file variable)
    execute_process(COMMAND ${NM} -n ${file} OUTPUT_VARIABLE lines COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "[0-9a-f]+ [tT] [A-Za-z_][A-Za-z0-9_.$]*" symbols "${lines}")
    set(${variable} "${symbols}" PARENT_SCOPE)
endfunction()

set(symbols "")
if(DEFINED KERNEL)
    text_symbols(${KERNEL} symbols)
endif()

if(DEFINED SAME_AS)
    text_symbols(${SAME_AS} others)
    if(NOT symbols STREQUAL others)
        message(FATAL_ERROR "the symbol table moved the kernel's code: ${KERNEL} and ${SAME_AS} "
            "place functions differently; .symbols must come last in the linker script")
    endif()
    return()
endif()

set(count 0)
set(addresses "")
set(names "")
set(text "")
set(offset 0)
set(last_address "")
foreach(symbol IN LISTS symbols)
    string(REGEX MATCH "^([0-9a-f]+) . (.*)$" _ "${symbol}")
    set(address ${CMAKE_MATCH_1})
    set(name ${CMAKE_MATCH_2})
    if(address STREQUAL last_address)
        continue()
    endif()
    set(last_address ${address})
    string(APPEND addresses "    dd 0x${address}\n")
    string(APPEND names "    dd ${offset}\n")
    string(APPEND text "    db \"${name}\", 0\n")
    string(LENGTH "${name}" length)
    math(EXPR offset "${offset} + ${length} + 1")
    math(EXPR count "${count} + 1")
endforeach()

file(WRITE ${OUTPUT} "; made by symbols.cmake
global kernel_symbol_count, kernel_symbol_addresses, kernel_symbol_names, kernel_symbol_text
section .symbols progbits alloc noexec nowrite align=4
kernel_symbol_count:
    dd ${count}
kernel_symbol_addresses:
${addresses}kernel_symbol_names:
${names}kernel_symbol_text:
${text}    db 0
")
