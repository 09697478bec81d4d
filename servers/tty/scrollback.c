/* See scrollback.h. Two rings: of the rows' lengths, and of their cells, end to end. */
#include "scrollback.h"

#include <string.h>

static const struct terminal_cell blank = {.code = ' ', .foreground = 7};

void scrollback_init(struct scrollback *s, struct terminal_cell *cell, uint32_t cells)
{
    memset(s, 0, sizeof *s);
    s->cell = cell;
    s->cells = cells;
}

static void drop_oldest(struct scrollback *s)
{
    s->used -= s->length[s->first];
    s->first = (s->first + 1) % SCROLLBACK_ROWS_MOST;
    s->count--;
}

static unsigned without_blanks(const struct terminal_cell *row, unsigned columns)
{
    while (columns > 0 && memcmp(&row[columns - 1], &blank, sizeof blank) == 0)
        columns--;
    return columns;
}

void scrollback_add(struct scrollback *s, const struct terminal_cell *row, unsigned columns)
{
    const unsigned length = without_blanks(row, columns);
    if (length > s->cells || s->cells == 0)
        return;
    while (s->count == SCROLLBACK_ROWS_MOST || s->cells - s->used < length)
        drop_oldest(s);
    for (unsigned i = 0; i < length; i++)
        s->cell[(s->next + i) % s->cells] = row[i];
    s->length[(s->first + s->count) % SCROLLBACK_ROWS_MOST] = (uint16_t)length;
    s->count++;
    s->next = (s->next + length) % s->cells;
    s->used += length;
}

void scrollback_read(const struct scrollback *s, uint32_t back, struct terminal_cell *row,
                     unsigned columns)
{
    uint32_t at = s->next, length = 0;
    for (uint32_t i = 1; i <= back && i <= s->count; i++) {
        length = s->length[(s->first + s->count - i) % SCROLLBACK_ROWS_MOST];
        at = (at + s->cells - length) % s->cells;
    }
    for (unsigned i = 0; i < columns; i++)
        row[i] = i < length ? s->cell[(at + i) % s->cells] : blank;
}
