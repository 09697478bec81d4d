/*
 * The rows that have left a screen at its top, the newest of them. Pure: it touches only its own
 * structure and the cells that it was given.
 *
 * A row is kept without the blanks at its end, so the same memory holds more of short ones.
 */
#pragma once

#include "terminal.h"

#define SCROLLBACK_ROWS_MOST 1024

struct scrollback {
    struct terminal_cell *cell; /* a ring */
    uint32_t cells;             /* its size */
    uint32_t next;              /* where the next row begins */
    uint32_t used;
    uint16_t length[SCROLLBACK_ROWS_MOST]; /* of each row, a ring */
    uint32_t first, count;
};

/* Empty; `cells` at least TERMINAL_COLUMNS_MOST, or 0 and nothing is ever kept. */
void scrollback_init(struct scrollback *s, struct terminal_cell *cell, uint32_t cells);

void scrollback_add(struct scrollback *s, const struct terminal_cell *row, unsigned columns);

/* Writes the row that left `back` rows ago, 1..count. */
void scrollback_read(const struct scrollback *s, uint32_t back, struct terminal_cell *row,
                     unsigned columns);
