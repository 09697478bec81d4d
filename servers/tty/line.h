/*
 * Editing of one line, for programs that read in line mode. Pure: what has to appear on the console
 * goes through a function of the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_BYTES 1024

typedef void (*line_echo)(void *context, const char *text, size_t bytes);

struct line { /* all zero: an empty line */
    char text[LINE_BYTES];
    size_t length;
    bool finished; /* `text` may be read; length 0 is the end of the file */
    bool after_return;
    uint8_t escape; /* inside an escape sequence, which is swallowed */
};

/* Feeds one byte to a line that is not finished. */
void line_feed(struct line *line, uint8_t byte, line_echo echo, void *context);

/* Empties the line; what it shows stays. */
void line_reset(struct line *line);
