#include <string.h>

int memcmp(const void *a, const void *b, size_t bytes)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    for (; bytes; bytes--, x++, y++) {
        if (*x != *y)
            return *x - *y;
    }
    return 0;
}
