/* Reading a terminal's cells, for tests. */
#pragma once

#include "servers_test.h"

#include <stdlib.h>
#include <tty/terminal.h>

#define COLUMNS 80
#define ROWS    25

/* An empty terminal of the usual size; the same cells each time. */
static inline void begin_terminal(struct terminal *t)
{
    struct terminal_cell *primary = t->primary, *alternate = t->alternate;
    if (primary == NULL) {
        primary = calloc(ROWS * COLUMNS, sizeof *primary);
        alternate = calloc(ROWS * COLUMNS, sizeof *alternate);
    }
    terminal_init(t, COLUMNS, ROWS, primary, alternate);
}

static inline void write_text(struct terminal *t, const char *text)
{
    terminal_write(t, text, strlen(text));
}

static inline const struct terminal_cell *cell_at(const struct terminal *t, unsigned row,
                                                  unsigned column)
{
    return &t->cell[row * t->columns + column];
}

static inline size_t put_utf8(char *at, uint32_t code)
{
    if (code < 0x80) {
        *at = (char)code;
        return 1;
    }
    const unsigned more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t first[] = {0, 0xc0, 0xe0, 0xf0};
    at[0] = (char)(first[more] | code >> 6 * more);
    for (unsigned i = 1; i <= more; i++)
        at[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
    return more + 1;
}

/* A row without the blanks at its end, as UTF-8; a wide character once. */
static inline const char *row_text(const struct terminal *t, unsigned row)
{
    static char text[TERMINAL_COLUMNS_MOST * 8 + 1];
    size_t at = 0, length = 0;
    for (unsigned i = 0; i < t->columns; i++) {
        const struct terminal_cell *cell = cell_at(t, row, i);
        if (cell->part == PART_RIGHT)
            continue;
        at += put_utf8(text + at, cell->code);
        if (cell->mark)
            at += put_utf8(text + at, TERMINAL_MARK_FIRST + cell->mark - 1);
        if (cell->code != ' ')
            length = at;
    }
    text[length] = '\0';
    return text;
}

static inline void assert_row(const struct terminal *t, unsigned row, const char *text)
{
    assert_string_equal(row_text(t, row), text);
}

static inline void assert_cursor(const struct terminal *t, unsigned row, unsigned column)
{
    assert_int_equal(t->now.row, row);
    assert_int_equal(t->now.column, column);
}
