/* See text.h. Pure: also compiled for the host, with the multiboot parser. */
#include "text.h"

#include <stddef.h>

void text_put_some(struct text *t, const char *string, unsigned most)
{
    for (unsigned i = 0; i < most && string[i] != '\0'; i++)
        if (t->length < sizeof(t->line) - 1)
            t->line[t->length++] = string[i];
    t->line[t->length] = '\0';
}

void text_put(struct text *t, const char *string)
{
    text_put_some(t, string, sizeof(t->line));
}

void text_begin(struct text *t, const char *string)
{
    t->length = 0;
    text_put(t, string);
}

void text_decimal(struct text *t, uint32_t value)
{
    char digits[11];
    unsigned at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    text_put(t, &digits[at]);
}

void text_hex(struct text *t, uint32_t value, unsigned digits)
{
    while (digits > 0) {
        digits--;
        const char digit[2] = {"0123456789abcdef"[value >> (4 * digits) & 15], '\0'};
        text_put(t, digit);
    }
}
