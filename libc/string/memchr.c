#include <string.h>

void *memchr(const void *memory, int byte, size_t bytes)
{
    const unsigned char *at = memory;
    for (; bytes; bytes--, at++) {
        if (*at == (unsigned char)byte)
            return (void *)at;
    }
    return NULL;
}
