#include <string.h>

char *strncpy(char *restrict destination, const char *restrict source, size_t bytes)
{
    size_t length = strnlen(source, bytes);
    memcpy(destination, source, length);
    memset(destination + length, 0, bytes - length);
    return destination;
}
