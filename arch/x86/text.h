/* A line of text, put together piece by piece; what does not fit is cut. Always NUL-terminated. */
#pragma once

#include <stdint.h>

struct text {
    char line[192];
    unsigned length;
};

void text_begin(struct text *t, const char *string);
void text_put(struct text *t, const char *string);
/* At most `most` characters of the string. */
void text_put_some(struct text *t, const char *string, unsigned most);
void text_decimal(struct text *t, uint32_t value);
/* `digits` digits, without "0x". */
void text_hex(struct text *t, uint32_t value, unsigned digits);
