/* See log.h. Text enters through add_text alone, which puts time and author before each line. */
#include "log.h"
#include "text.h"
#include <arch/arch.h>

#define LINE_BYTES 256

static char ring[LOG_BYTES];
static uint64_t end;
static bool quiet_console;
static const char *line_author; /* of the unfinished last line; NULL: it is finished */
static const char kernel_author[] = "";

_Static_assert((LOG_BYTES & (LOG_BYTES - 1)) == 0, "positions wrap by masking");

static void append(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        ring[(size_t)(end + i) & (LOG_BYTES - 1)] = text[i];
    end += bytes;
    if (!quiet_console)
        arch_console_write(text, bytes);
}

static void begin_line(const char *author)
{
    char prefix[48];
    uint32_t microseconds;
    uint32_t seconds = (uint32_t)divide_u64(arch_time_us(), 1000000, &microseconds);
    size_t length = format(prefix, sizeof prefix, "[%5u.%03u] %s%s", seconds, microseconds / 1000,
                           author, *author ? ": " : "");
    append(prefix, length);
    line_author = author;
}

static char printable(char c)
{
    unsigned char byte = (unsigned char)c;
    return (byte < ' ' && c != '\t') || byte == 0x7f ? '?' : c;
}

/* A line that another author left unfinished is ended first, so that no line has two. */
static void add_text(const char *author, const char *text, size_t bytes)
{
    if (line_author && line_author != author) {
        append("\n", 1);
        line_author = NULL;
    }
    char line[LINE_BYTES];
    while (bytes) {
        size_t length = 0;
        while (length < bytes && length < sizeof line - 1 && text[length] != '\n') {
            line[length] = printable(text[length]);
            length++;
        }
        bool ends = length < bytes && text[length] == '\n';
        if (ends)
            line[length++] = '\n';
        if (!line_author)
            begin_line(author);
        append(line, length);
        if (ends)
            line_author = NULL;
        text += length;
        bytes -= length;
    }
}

void log_text_line(const char *line)
{
    add_text(kernel_author, line, strlen(line));
    add_text(kernel_author, "\n", 1);
}

void log_line(const char *pattern, ...)
{
    char line[LINE_BYTES];
    va_list arguments;
    va_start(arguments, pattern);
    format_list(line, sizeof line, pattern, arguments);
    va_end(arguments);
    log_text_line(line);
}

void log_process_text(const char *name, const char *text, size_t bytes)
{
    add_text(name, text, bytes);
}

uint64_t log_end(void)
{
    return end;
}

size_t log_span(uint64_t *position, const char **text)
{
    uint64_t oldest = end > LOG_BYTES ? end - LOG_BYTES : 0;
    if (*position < oldest)
        *position = oldest;
    if (*position > end)
        *position = end;
    size_t at = (size_t)*position & (LOG_BYTES - 1);
    size_t bytes = (size_t)(end - *position);
    *text = ring + at;
    return bytes < LOG_BYTES - at ? bytes : LOG_BYTES - at;
}

void log_set_console(bool on)
{
    quiet_console = !on;
    if (!on)
        arch_console_lend();
}

void log_show_from(uint64_t position)
{
    const char *text;
    size_t bytes;
    while ((bytes = log_span(&position, &text)) != 0) {
        arch_console_write(text, bytes);
        position += bytes;
    }
}
