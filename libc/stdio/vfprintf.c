#include "file.h"
#include "format.h"

struct file_sink {
    struct format_sink sink; /* first: the formatter's view of it */
    FILE *file;
};

static void put(struct format_sink *sink, const char *text, size_t bytes)
{
    libc_file_put(((struct file_sink *)sink)->file, text, bytes);
}

int vfprintf(FILE *restrict file, const char *restrict format, va_list arguments)
{
    struct file_sink to = {{put}, file};
    int length = libc_format(&to.sink, format, arguments);
    int error = libc_file_end(file);
    return error < 0 ? error : length;
}
