/* Reading a terminal's cells, for tests. */
#pragma once

#include "servers_test.h"

#include <tty/terminal.h>

static inline void write_text(struct terminal *t, const char *text)
{
    terminal_write(t, text, strlen(text));
}

/* A row without the blanks at its end; glyphs as they are in the font. */
static inline const char *row_text(const struct terminal *t, unsigned row)
{
    static char text[TERMINAL_COLUMNS + 1];
    size_t length = 0;
    for (unsigned i = 0; i < TERMINAL_COLUMNS; i++) {
        text[i] = (char)t->cell[row * TERMINAL_COLUMNS + i];
        if (text[i] != ' ')
            length = i + 1u;
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
    assert_int_equal(t->row, row);
    assert_int_equal(t->column, column);
}
