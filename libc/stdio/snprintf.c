#include <stdio.h>

int snprintf(char *restrict text, size_t bytes, const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, bytes, format, arguments);
    va_end(arguments);
    return length;
}
