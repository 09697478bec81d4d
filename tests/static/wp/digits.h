/*
 * What a row of digits means.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*@ logic integer digit(integer c) = '0' <= c <= '9' ? c - '0' :
                                     'a' <= c <= 'f' ? c - 'a' + 10 :
                                     'A' <= c <= 'F' ? c - 'A' + 10 : 16;
    logic integer digits_value(char *text, integer count, integer base) =
        count <= 0 ? 0 : digits_value(text, count - 1, base) * base + digit(text[count - 1]);
    logic integer number_value(char *text, integer length) =
        length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')
            ? digits_value(text + 2, length - 2, 16)
            : digits_value(text, length, 10);
*/
