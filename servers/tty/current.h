/*
 * What has been written since the last newline, so that it can be written again after text that
 * came in between. Pure.
 *
 * It is kept short: a rubbed-out character goes, and so does everything before a wiped line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CURRENT_BYTES 2048

struct current { /* all zero: nothing */
    char text[CURRENT_BYTES];
    size_t length;
    size_t plain;   /* so many bytes at the end are characters, outside any sequence */
    size_t rub;     /* `plain` when the last backspace came */
    uint32_t tail;  /* the last four bytes */
    uint8_t escape; /* 1 after ESC, 2 in a control sequence */
    bool lost;      /* it grew too long: nothing is known until the line is wiped or ends */
};

void current_feed(struct current *current, const char *text, size_t bytes);
/* The last so many bytes, which are characters, are no longer there. */
void current_rub_out(struct current *current, size_t bytes);
