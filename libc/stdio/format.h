/* Formatting, apart from where the text goes. */
#pragma once

#include <stdarg.h>
#include <stddef.h>

/* Takes `bytes` characters; the formatter calls it as often as it likes. */
struct format_sink {
    void (*put)(struct format_sink *sink, const char *text, size_t bytes);
};

/* The length of the whole text, or -ERANGE when that is more than an int holds. */
int libc_format(struct format_sink *sink, const char *format, va_list arguments);
