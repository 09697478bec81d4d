#include <string.h>

size_t strlcpy(char *restrict destination, const char *restrict source, size_t bytes)
{
    size_t length = strlen(source);
    if (bytes) {
        size_t taken = length < bytes ? length : bytes - 1;
        memcpy(destination, source, taken);
        destination[taken] = '\0';
    }
    return length;
}
