#include <string.h>

char *strtok_r(char *restrict text, const char *restrict separators, char **restrict rest)
{
    if (text == NULL)
        text = *rest;
    text += strspn(text, separators);
    char *end = text + strcspn(text, separators);
    *rest = end;
    if (end == text)
        return NULL;
    if (*end) {
        *end = '\0';
        *rest = end + 1;
    }
    return text;
}
