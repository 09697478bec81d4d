#include <string.h>

size_t strcspn(const char *text, const char *refused)
{
    size_t length = 0;
    while (text[length] && !strchr(refused, text[length]))
        length++;
    return length;
}
