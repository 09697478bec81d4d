/*
 * A terminal's state machine: bytes in, an array of character cells out.
 *
 * Understands UTF-8 and the common part of the ANSI/xterm escape sequences. Pure: it touches only
 * its own structure, so it runs in tests on a workstation and also when the machine has no screen.
 */
#pragma once

#include "utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMINAL_COLUMNS    80
#define TERMINAL_ROWS       25
#define TERMINAL_CELLS      (TERMINAL_COLUMNS * TERMINAL_ROWS)
#define TERMINAL_PARAMETERS 8

struct terminal_pen {
    uint8_t foreground, background; /* ANSI colours 0..15, 0..7 */
    bool bold, reverse;
};

struct terminal {
    uint16_t cell[TERMINAL_CELLS]; /* as the VGA wants them: attribute << 8 | glyph */
    uint16_t row, column;          /* always on the screen */
    bool wrap_due;                 /* the last column was written: the next character wraps */
    bool cursor_hidden;
    struct terminal_pen pen;

    uint16_t saved_row, saved_column;
    struct terminal_pen saved_pen;

    uint8_t state; /* enum parser, in terminal.c; 0 is plain text */
    bool private;  /* the sequence began with ? */
    uint8_t parameter_count;
    uint16_t parameter[TERMINAL_PARAMETERS];
    struct utf8 utf8;

    uint16_t dirty_first, dirty_end; /* rows whose cells changed, [first, end) */
    bool report_due;                 /* the program asked for the cursor's position */
};

void terminal_init(struct terminal *t);
/* Goes on with what somebody else has put on the screen, the cursor at cell `cursor`. */
void terminal_adopt(struct terminal *t, const uint16_t cell[TERMINAL_CELLS], unsigned cursor);

void terminal_write(struct terminal *t, const char *text, size_t bytes);

/* True between two escape sequences and two characters: text of another source may come now. */
bool terminal_settled(const struct terminal *t);
