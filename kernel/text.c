/*
 * Bytes and strings: the C library's functions that the compiler and the kernel rely on.
 */
#include "text.h"

typedef uint32_t __attribute__((may_alias)) word;

/* By words where both are aligned: programs are loaded with it. */
void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
    char *t = to;
    const char *f = from;
    if ((((uintptr_t)t | (uintptr_t)f) & (sizeof(word) - 1)) == 0) {
        for (; bytes >= sizeof(word); bytes -= sizeof(word)) {
            *(word *)(void *)t = *(const word *)(const void *)f;
            t += sizeof(word);
            f += sizeof(word);
        }
    }
    while (bytes--)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t bytes)
{
    char *t = to;
    const char *f = from;
    if (t <= f)
        return memcpy(to, from, bytes);
    while (bytes--)
        t[bytes] = f[bytes];
    return to;
}

/* By words where the beginning is aligned: processes' memory and the screen are cleared with it. */
void *memset(void *to, int value, size_t bytes)
{
    char *t = to;
    if (((uintptr_t)t & (sizeof(word) - 1)) == 0) {
        const uint32_t four = 0x01010101u * (uint8_t)value;
        for (; bytes >= sizeof(word); bytes -= sizeof(word)) {
            *(word *)(void *)t = four;
            t += sizeof(word);
        }
    }
    while (bytes--)
        *t++ = (char)value;
    return to;
}

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a, *y = b;
    for (; bytes--; x++, y++)
        if (*x != *y)
            return *x < *y ? -1 : 1;
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (unsigned char)*a - (unsigned char)*b;
}
