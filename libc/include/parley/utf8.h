/* UTF-8, one byte at a time. Pure: no state but the caller's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct utf8 { /* all zero: between two characters */
    uint32_t code;
    uint32_t least; /* smaller codes would be overlong */
    uint8_t missing;
};

enum utf8_result {
    UTF8_MORE,  /* the character is not complete */
    UTF8_DONE,  /* *code is a character */
    UTF8_BAD,   /* this byte cannot be: it is dropped */
    UTF8_AGAIN, /* the character before was cut off; feed this byte once more */
};

enum utf8_result utf8_feed(struct utf8 *state, uint8_t byte, uint32_t *code);

/* True for the second and later bytes of a character. */
static inline bool utf8_continues(char byte)
{
    return ((uint8_t)byte & 0xc0) == 0x80;
}
