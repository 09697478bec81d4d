/*
 * Editing of one line, for programs that read in line mode. Pure: what has to appear on the console
 * goes through functions of the caller.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_BYTES 1024

struct line_echo {
    void (*type)(void *context, const char *text, size_t bytes);
    /* `text` takes off the screen what the last so many bytes that were typed have put there. */
    void (*rub_out)(void *context, const char *text, size_t bytes, size_t typed);
    void *context;
};

struct line { /* all zero: an empty line */
    char text[LINE_BYTES];
    size_t length;
    bool finished; /* `text` may be read; length 0 is the end of the file */
    bool after_return;
    uint8_t escape; /* inside an escape sequence, which is swallowed */
    /* Of the screen, for whoever feeds it to set before the first byte: how many columns a row has,
       and in which one the line begins. */
    uint16_t columns, first;
};

/* Feeds one byte to a line that is not finished. */
void line_feed(struct line *line, uint8_t byte, const struct line_echo *echo);

/* Empties the line; what it shows stays. */
void line_reset(struct line *line);
