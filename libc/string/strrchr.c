#include <string.h>

char *strrchr(const char *text, int character)
{
    const char *last = NULL;
    for (;; text++) {
        if (*text == (char)character)
            last = text;
        if (*text == '\0')
            return (char *)last;
    }
}
