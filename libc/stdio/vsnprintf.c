#include "format.h"

#include <stdio.h>
#include <string.h>

struct memory_sink {
    struct format_sink sink; /* first: the formatter's view of it */
    char *at;
    size_t room; /* without the NUL */
};

static void put(struct format_sink *sink, const char *text, size_t bytes)
{
    struct memory_sink *memory = (struct memory_sink *)sink;
    if (bytes > memory->room)
        bytes = memory->room;
    if (bytes == 0)
        return;
    memcpy(memory->at, text, bytes);
    memory->at += bytes;
    memory->room -= bytes;
}

int vsnprintf(char *restrict text, size_t bytes, const char *restrict format, va_list arguments)
{
    struct memory_sink memory = {{put}, text, bytes ? bytes - 1 : 0};
    int length = libc_format(&memory.sink, format, arguments);
    if (bytes)
        *memory.at = '\0';
    return length;
}
