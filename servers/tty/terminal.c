/*
 * The state machine of terminal.h.
 *
 * Entry: terminal_write, a byte at a time through the parser's states; plain characters end in
 * put_glyph, sequences in csi_final. What is not understood is swallowed whole.
 */
#include "terminal.h"

#include "glyph.h"

#include <string.h>

enum parser {
    TEXT,
    ESCAPE,         /* after ESC */
    ESCAPE_CHARSET, /* ESC ( and its like: one more byte follows */
    CSI,            /* ESC [ */
    STRING,         /* ESC ] and its like: up to BEL or ESC \ */
    STRING_ESCAPE,
};

static const struct terminal_pen plain_pen = {.foreground = 7};

/* ANSI counts red green blue from bit 0 up, the VGA from bit 2 down. */
static uint8_t vga_colour(uint8_t ansi)
{
    return (uint8_t)((ansi & 8) | (ansi & 1) << 2 | (ansi & 2) | (ansi & 4) >> 2);
}

static uint16_t cell_of(const struct terminal *t, uint8_t glyph)
{
    uint8_t front = vga_colour(t->pen.foreground | (t->pen.bold ? 8 : 0));
    uint8_t back = vga_colour(t->pen.background);
    if (t->pen.reverse) {
        const uint8_t swap = front;
        front = back;
        back = swap & 7; /* the bit of bright backgrounds means blinking */
    }
    return (uint16_t)((back << 4 | front) << 8 | glyph);
}

static void touch(struct terminal *t, unsigned first, unsigned end)
{
    if (t->dirty_first >= t->dirty_end) {
        t->dirty_first = (uint16_t)first;
        t->dirty_end = (uint16_t)end;
        return;
    }
    if (first < t->dirty_first)
        t->dirty_first = (uint16_t)first;
    if (end > t->dirty_end)
        t->dirty_end = (uint16_t)end;
}

/* Blanks cells [first, end) with the pen's background. */
static void blank(struct terminal *t, unsigned first, unsigned end)
{
    if (first >= end)
        return;
    const uint16_t empty =
        (uint16_t)((vga_colour(t->pen.background) << 4 | vga_colour(7)) << 8 | ' ');
    for (unsigned i = first; i < end; i++)
        t->cell[i] = empty;
    touch(t, first / TERMINAL_COLUMNS, (end - 1) / TERMINAL_COLUMNS + 1);
}

static void move_to(struct terminal *t, int row, int column)
{
    row = row < 0 ? 0 : row >= TERMINAL_ROWS ? TERMINAL_ROWS - 1 : row;
    column = column < 0 ? 0 : column >= TERMINAL_COLUMNS ? TERMINAL_COLUMNS - 1 : column;
    t->row = (uint16_t)row;
    t->column = (uint16_t)column;
    t->wrap_due = false;
}

static void line_down(struct terminal *t)
{
    t->wrap_due = false;
    if (t->row + 1 < TERMINAL_ROWS) {
        t->row++;
        return;
    }
    memmove(t->cell, t->cell + TERMINAL_COLUMNS,
            (TERMINAL_CELLS - TERMINAL_COLUMNS) * sizeof t->cell[0]);
    blank(t, TERMINAL_CELLS - TERMINAL_COLUMNS, TERMINAL_CELLS);
    touch(t, 0, TERMINAL_ROWS);
}

static void line_up(struct terminal *t)
{
    t->wrap_due = false;
    if (t->row > 0) {
        t->row--;
        return;
    }
    memmove(t->cell + TERMINAL_COLUMNS, t->cell,
            (TERMINAL_CELLS - TERMINAL_COLUMNS) * sizeof t->cell[0]);
    blank(t, 0, TERMINAL_COLUMNS);
    touch(t, 0, TERMINAL_ROWS);
}

static void put_glyph(struct terminal *t, uint8_t glyph)
{
    if (t->wrap_due) {
        t->column = 0;
        line_down(t);
    }
    t->cell[t->row * TERMINAL_COLUMNS + t->column] = cell_of(t, glyph);
    touch(t, t->row, t->row + 1u);
    if (t->column + 1 < TERMINAL_COLUMNS)
        t->column++;
    else
        t->wrap_due = true;
}

static void save_cursor(struct terminal *t)
{
    t->saved_row = t->row;
    t->saved_column = t->column;
    t->saved_pen = t->pen;
}

static void restore_cursor(struct terminal *t)
{
    move_to(t, t->saved_row, t->saved_column);
    t->pen = t->saved_pen;
}

static void control(struct terminal *t, uint8_t byte)
{
    switch (byte) {
    case '\b':
        move_to(t, t->row, t->column - 1);
        break;
    case '\t':
        move_to(t, t->row, (t->column / 8 + 1) * 8);
        break;
    case '\n': /* the console's newline: the wire gets \r\n */
        t->column = 0;
        line_down(t);
        break;
    case '\v':
    case '\f':
        line_down(t);
        break;
    case '\r':
        move_to(t, t->row, 0);
        break;
    default:
        break;
    }
}

/* ---- Control sequences ---------------------------------------------------------------------- */

static unsigned parameter(const struct terminal *t, unsigned index)
{
    return index < t->parameter_count ? t->parameter[index] : 0;
}

/* A count: absent and 0 mean 1. Limited, so that sums stay small. */
static int count(const struct terminal *t, unsigned index)
{
    const unsigned n = parameter(t, index);
    return n == 0 ? 1 : n > 1000 ? 1000 : (int)n;
}

static void erase_display(struct terminal *t)
{
    const unsigned here = t->row * TERMINAL_COLUMNS + t->column;
    switch (parameter(t, 0)) {
    case 0:
        blank(t, here, TERMINAL_CELLS);
        break;
    case 1:
        blank(t, 0, here + 1);
        break;
    case 2:
    case 3:
        blank(t, 0, TERMINAL_CELLS);
        break;
    default:
        break;
    }
}

static void erase_line(struct terminal *t)
{
    const unsigned start = t->row * TERMINAL_COLUMNS;
    switch (parameter(t, 0)) {
    case 0:
        blank(t, start + t->column, start + TERMINAL_COLUMNS);
        break;
    case 1:
        blank(t, start, start + t->column + 1u);
        break;
    case 2:
        blank(t, start, start + TERMINAL_COLUMNS);
        break;
    default:
        break;
    }
}

/* 38 and 48: a colour of the large palette. Returns how many parameters it took. */
static unsigned extended_colour(struct terminal *t, unsigned index)
{
    const unsigned kind = parameter(t, index + 1);
    if (kind == 5) {
        const unsigned colour = parameter(t, index + 2);
        if (colour < 16 && parameter(t, index) == 38)
            t->pen.foreground = (uint8_t)colour;
        else if (colour < 16)
            t->pen.background = colour & 7;
        return 3;
    }
    return kind == 2 ? 5 : 1;
}

static void select_rendition(struct terminal *t)
{
    const unsigned n = t->parameter_count == 0 ? 1 : t->parameter_count;
    for (unsigned i = 0; i < n; i++) {
        const unsigned code = parameter(t, i);
        if (code == 0)
            t->pen = plain_pen;
        else if (code == 1 || code == 22)
            t->pen.bold = code == 1;
        else if (code == 7 || code == 27)
            t->pen.reverse = code == 7;
        else if (code >= 30 && code <= 37)
            t->pen.foreground = (uint8_t)(code - 30);
        else if (code == 39)
            t->pen.foreground = plain_pen.foreground;
        else if (code >= 40 && code <= 47)
            t->pen.background = (uint8_t)(code - 40);
        else if (code == 49)
            t->pen.background = plain_pen.background;
        else if (code >= 90 && code <= 97)
            t->pen.foreground = (uint8_t)(code - 90 + 8);
        else if (code >= 100 && code <= 107)
            t->pen.background = (uint8_t)(code - 100);
        else if (code == 38 || code == 48)
            i += extended_colour(t, i) - 1;
    }
}

static void csi_private(struct terminal *t, uint8_t final)
{
    if (parameter(t, 0) == 25 && (final == 'h' || final == 'l'))
        t->cursor_hidden = final == 'l';
}

static void csi_final(struct terminal *t, uint8_t final)
{
    if (t->private) {
        csi_private(t, final);
        return;
    }
    switch (final) {
    case 'A':
        move_to(t, t->row - count(t, 0), t->column);
        break;
    case 'B':
        move_to(t, t->row + count(t, 0), t->column);
        break;
    case 'C':
        move_to(t, t->row, t->column + count(t, 0));
        break;
    case 'D':
        move_to(t, t->row, t->column - count(t, 0));
        break;
    case 'E':
        move_to(t, t->row + count(t, 0), 0);
        break;
    case 'F':
        move_to(t, t->row - count(t, 0), 0);
        break;
    case 'G':
        move_to(t, t->row, count(t, 0) - 1);
        break;
    case 'd':
        move_to(t, count(t, 0) - 1, t->column);
        break;
    case 'H':
    case 'f':
        move_to(t, count(t, 0) - 1, count(t, 1) - 1);
        break;
    case 'J':
        erase_display(t);
        break;
    case 'K':
        erase_line(t);
        break;
    case 'm':
        select_rendition(t);
        break;
    case 'n':
        t->report_due = t->report_due || parameter(t, 0) == 6;
        break;
    case 's':
        save_cursor(t);
        break;
    case 'u':
        restore_cursor(t);
        break;
    default:
        break;
    }
}

/* ---- The parser ----------------------------------------------------------------------------- */

static void reset(struct terminal *t)
{
    t->pen = plain_pen;
    t->cursor_hidden = false;
    t->state = TEXT;
    t->utf8 = (struct utf8){0};
    move_to(t, 0, 0);
    save_cursor(t);
    blank(t, 0, TERMINAL_CELLS);
}

static void escape(struct terminal *t, uint8_t byte)
{
    t->state = TEXT;
    switch (byte) {
    case '[':
        t->state = CSI;
        t->private = false;
        t->parameter_count = 0;
        break;
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
        t->state = STRING;
        break;
    case '(':
    case ')':
    case '*':
    case '+':
    case '#':
    case '%':
        t->state = ESCAPE_CHARSET;
        break;
    case '7':
        save_cursor(t);
        break;
    case '8':
        restore_cursor(t);
        break;
    case 'D':
        line_down(t);
        break;
    case 'E':
        t->column = 0;
        line_down(t);
        break;
    case 'M':
        line_up(t);
        break;
    case 'c':
        reset(t);
        break;
    default:
        break;
    }
}

static void csi(struct terminal *t, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        if (t->parameter_count == 0)
            t->parameter[t->parameter_count++] = 0;
        uint16_t *last = &t->parameter[t->parameter_count - 1];
        *last = (uint16_t)(*last >= 1000 ? 9999 : *last * 10 + (byte - '0'));
    } else if (byte == ';' || byte == ':') {
        if (t->parameter_count == 0)
            t->parameter[t->parameter_count++] = 0;
        if (t->parameter_count < TERMINAL_PARAMETERS)
            t->parameter[t->parameter_count++] = 0;
    } else if (byte >= '<' && byte <= '?') {
        t->private = true;
    } else if (byte >= '@' && byte <= '~') {
        t->state = TEXT;
        csi_final(t, byte);
    } else if (byte < ' ') {
        control(t, byte);
    }
}

static void text(struct terminal *t, uint8_t byte)
{
    uint32_t code;
    enum utf8_result result = utf8_feed(&t->utf8, byte, &code);
    if (result == UTF8_AGAIN) {
        put_glyph(t, '?');
        result = utf8_feed(&t->utf8, byte, &code);
    }
    if (result == UTF8_BAD)
        put_glyph(t, '?');
    else if (result == UTF8_DONE && (code < 0x20 || code == 0x7f))
        control(t, (uint8_t)code);
    else if (result == UTF8_DONE && !(code >= 0x80 && code < 0xa0))
        put_glyph(t, glyph_of(code));
}

static void feed(struct terminal *t, uint8_t byte)
{
    if (t->state != TEXT && (byte == 0x18 || byte == 0x1a)) { /* CAN, SUB: forget the sequence */
        t->state = TEXT;
        return;
    }
    if (byte == 0x1b && t->state != STRING) {
        if (t->utf8.missing > 0)
            put_glyph(t, '?');
        t->utf8 = (struct utf8){0};
        t->state = ESCAPE;
        return;
    }
    switch (t->state) {
    case TEXT:
        text(t, byte);
        break;
    case ESCAPE:
        escape(t, byte);
        break;
    case ESCAPE_CHARSET:
        t->state = TEXT;
        break;
    case CSI:
        csi(t, byte);
        break;
    case STRING:
        if (byte == 0x07)
            t->state = TEXT;
        else if (byte == 0x1b)
            t->state = STRING_ESCAPE;
        break;
    default: /* STRING_ESCAPE */
        t->state = byte == '\\' ? TEXT : STRING;
        break;
    }
}

void terminal_init(struct terminal *t)
{
    memset(t, 0, sizeof *t);
    reset(t);
}

void terminal_adopt(struct terminal *t, const uint16_t cell[TERMINAL_CELLS], unsigned cursor)
{
    memcpy(t->cell, cell, sizeof t->cell);
    if (cursor < TERMINAL_CELLS)
        move_to(t, (int)(cursor / TERMINAL_COLUMNS), (int)(cursor % TERMINAL_COLUMNS));
    else
        move_to(t, TERMINAL_ROWS - 1, 0);
    touch(t, 0, TERMINAL_ROWS);
}

void terminal_write(struct terminal *t, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        feed(t, (uint8_t)bytes[i]);
}

bool terminal_settled(const struct terminal *t)
{
    return t->state == TEXT && t->utf8.missing == 0;
}
