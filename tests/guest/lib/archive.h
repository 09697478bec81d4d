/* What files/make_archive.py has put into its archives, for those who read it there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define LARGE_NAME  "data/large"
#define LARGE_BYTES 200000u

/* The large file holds the numbers of its own places, seven digits and a newline each. */
static inline char large_byte(uint32_t place)
{
    uint32_t number = place & ~7u;
    for (uint32_t digit = 6; digit > place % 8; digit--)
        number /= 10;
    return place % 8 == 7 ? '\n' : (char)('0' + number % 10);
}

static inline bool is_large(const char *at, uint32_t offset, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        if (at[i] != large_byte(offset + i))
            return false;
    return true;
}
