#include <string.h>

char *strcpy(char *restrict destination, const char *restrict source)
{
    return memcpy(destination, source, strlen(source) + 1);
}
