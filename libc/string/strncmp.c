#include <string.h>

int strncmp(const char *a, const char *b, size_t most)
{
    for (; most; most--, a++, b++) {
        if (*a != *b)
            return (unsigned char)*a - (unsigned char)*b;
        if (*a == '\0')
            return 0;
    }
    return 0;
}
