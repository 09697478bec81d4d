/*
 * The state machine of terminal.h.
 *
 * Entry: terminal_write, a byte at a time through the parser's states; plain characters end in
 * put_character, sequences in csi_final. What is not understood is swallowed whole. What the
 * sequences mean: ECMA-48, DEC's VT100 and VT220 manuals, and xterm's ctlseqs.
 */
#include "terminal.h"

#include <parley/unicode.h>

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

/* ---- Colours -------------------------------------------------------------------------------- */

static const uint32_t ansi_colours[16] = {
    0x000000, 0xaa0000, 0x00aa00, 0xaa5500, 0x0000aa, 0xaa00aa, 0x00aaaa, 0xaaaaaa,
    0x555555, 0xff5555, 0x55ff55, 0xffff55, 0x5555ff, 0xff55ff, 0x55ffff, 0xffffff,
};

static uint32_t cube_level(unsigned step)
{
    return step == 0 ? 0 : 55 + 40 * step;
}

uint32_t terminal_rgb(terminal_colour colour)
{
    if (colour & TERMINAL_RGB) {
        const uint32_t red = colour >> 10 & 31, green = colour >> 5 & 31, blue = colour & 31;
        return (red << 3 | red >> 2) << 16 | (green << 3 | green >> 2) << 8 |
               (blue << 3 | blue >> 2);
    }
    if (colour < 16)
        return ansi_colours[colour];
    if (colour >= 232)
        return (8 + 10 * (colour - 232u)) * 0x010101u;
    const unsigned at = colour - 16u;
    return cube_level(at / 36 % 6) << 16 | cube_level(at / 6 % 6) << 8 | cube_level(at % 6);
}

static unsigned distance(uint32_t a, uint32_t b)
{
    unsigned sum = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        const int by = (int)(a >> shift & 0xff) - (int)(b >> shift & 0xff);
        sum += (unsigned)(by * by);
    }
    return sum;
}

unsigned terminal_ansi(terminal_colour colour)
{
    if (colour < 16)
        return colour;
    const uint32_t wanted = terminal_rgb(colour);
    unsigned nearest = 0;
    for (unsigned i = 1; i < 16; i++)
        if (distance(wanted, ansi_colours[i]) < distance(wanted, ansi_colours[nearest]))
            nearest = i;
    return nearest;
}

/* ---- Cells ---------------------------------------------------------------------------------- */

static struct terminal_cell *row_at(const struct terminal *t, unsigned row)
{
    return t->cell + row * t->columns;
}

static struct terminal_cell cell_of(const struct terminal *t, uint32_t code)
{
    const struct terminal_pen *pen = &t->now.pen;
    terminal_colour front = pen->foreground, back = pen->background;
    if (pen->bold && front < 8)
        front += 8;
    if (pen->reverse) {
        const terminal_colour swap = front;
        front = back;
        back = swap;
    }
    return (struct terminal_cell){
        .code = code,
        .underline = pen->underline,
        .foreground = pen->hidden ? back : front,
        .background = back,
    };
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

void terminal_drawn(struct terminal *t)
{
    t->dirty_first = t->dirty_end = 0;
    t->anew = false;
}

static void touch_all(struct terminal *t)
{
    touch(t, 0, t->rows);
}

static void fill(struct terminal_cell *cell, size_t count, terminal_colour background)
{
    const struct terminal_cell empty = {
        .code = ' ', .foreground = plain_pen.foreground, .background = background};
    for (size_t i = 0; i < count; i++)
        cell[i] = empty;
}

static void lose_half(struct terminal_cell *cell)
{
    cell->part = PART_WHOLE;
    cell->code = ' ';
    cell->mark = 0;
}

/* A half of a wide character that has lost its other one is a blank. */
static void mend(struct terminal *t, unsigned row, unsigned column)
{
    struct terminal_cell *cell = row_at(t, row);
    if (column >= t->columns || cell[column].part != PART_RIGHT)
        return;
    if (column > 0)
        lose_half(&cell[column - 1]);
    lose_half(&cell[column]);
}

/* Cells [first, end) of a row become blank, with the pen's background. */
static void blank(struct terminal *t, unsigned row, unsigned first, unsigned end)
{
    if (first >= end)
        return;
    mend(t, row, first);
    mend(t, row, end);
    fill(row_at(t, row) + first, end - first, t->now.pen.background);
    touch(t, row, row + 1);
}

static void blank_rows(struct terminal *t, unsigned first, unsigned end)
{
    for (unsigned row = first; row < end; row++)
        blank(t, row, 0, t->columns);
}

/* ---- The cursor ----------------------------------------------------------------------------- */

static int clamp(int value, int least, int most)
{
    return value < least ? least : value > most ? most : value;
}

static void move_to(struct terminal *t, int row, int column)
{
    t->now.row = (uint16_t)clamp(row, 0, t->rows - 1);
    t->now.column = (uint16_t)clamp(column, 0, t->columns - 1);
    t->now.wrap_due = false;
}

/* To a row that a program names, counted from 0. */
static void address(struct terminal *t, int row, int column)
{
    if (t->now.origin)
        row = clamp(row + t->top, t->top, t->bottom - 1);
    move_to(t, row, column);
}

/* By rows; a margin stops it when it comes from between them. */
static void move_rows(struct terminal *t, int by)
{
    const int row = t->now.row;
    const int least = row >= t->top ? t->top : 0;
    const int most = row < t->bottom ? t->bottom - 1 : t->rows - 1;
    move_to(t, clamp(row + by, least, most), t->now.column);
}

/* Where reverse wrap is on, a cursor that hangs behind the last column stands there. */
static void back(struct terminal *t)
{
    const bool wraps = t->reverse_wrap && !t->no_wrap;
    if (wraps && t->now.wrap_due)
        t->now.wrap_due = false;
    else if (wraps && t->now.column == 0 && t->now.row > 0)
        move_to(t, t->now.row - 1, t->columns - 1);
    else
        move_to(t, t->now.row, t->now.column - 1);
}

static void save_cursor(struct terminal *t)
{
    t->saved = t->now;
}

static void restore_cursor(struct terminal *t)
{
    t->now = t->saved;
}

static bool is_tab(const struct terminal *t, unsigned column)
{
    return t->tabs[column / 32] >> column % 32 & 1;
}

static void set_tab(struct terminal *t, unsigned column, bool on)
{
    const uint32_t bit = 1u << column % 32;
    t->tabs[column / 32] = on ? t->tabs[column / 32] | bit : t->tabs[column / 32] & ~bit;
}

static void usual_tabs(struct terminal *t)
{
    for (unsigned i = 0; i < sizeof t->tabs / sizeof t->tabs[0]; i++)
        t->tabs[i] = 0x01010101;
}

static void tab(struct terminal *t, int count)
{
    int column = t->now.column;
    for (; count > 0 && column < t->columns - 1; count--)
        do
            column++;
        while (column < t->columns - 1 && !is_tab(t, (unsigned)column));
    for (; count < 0 && column > 0; count++)
        do
            column--;
        while (column > 0 && !is_tab(t, (unsigned)column));
    move_to(t, t->now.row, column);
}

/* ---- Scrolling ------------------------------------------------------------------------------ */

static void rows_moved(struct terminal *t, unsigned top, unsigned to, unsigned from, unsigned rows)
{
    memmove(row_at(t, to), row_at(t, from), (size_t)rows * t->columns * sizeof *t->cell);
    touch(t, top, t->bottom);
}

/* Rows [top, bottom) go up, and blank ones come from below. */
static void scroll_up(struct terminal *t, unsigned top, unsigned count)
{
    const unsigned height = t->bottom - top;
    if (count > height)
        count = height;
    for (unsigned i = 0; i < count && top == 0 && t->scrolled && t->cell == t->primary; i++)
        t->scrolled(t->context, row_at(t, i), t->columns);
    rows_moved(t, top, top, top + count, height - count);
    blank_rows(t, t->bottom - count, t->bottom);
}

static void scroll_down(struct terminal *t, unsigned top, unsigned count)
{
    const unsigned height = t->bottom - top;
    if (count > height)
        count = height;
    rows_moved(t, top, top + count, top, height - count);
    blank_rows(t, top, top + count);
}

static void line_down(struct terminal *t)
{
    t->now.wrap_due = false;
    if (t->now.row + 1 == t->bottom)
        scroll_up(t, t->top, 1);
    else if (t->now.row + 1 < t->rows)
        t->now.row++;
}

static void line_up(struct terminal *t)
{
    t->now.wrap_due = false;
    if (t->now.row == t->top)
        scroll_down(t, t->top, 1);
    else if (t->now.row > 0)
        t->now.row--;
}

static bool between_margins(const struct terminal *t)
{
    return t->now.row >= t->top && t->now.row < t->bottom;
}

/* At the cursor; rows below, down to the margin, make room or follow. */
static void insert_rows(struct terminal *t, unsigned count)
{
    if (!between_margins(t))
        return;
    scroll_down(t, t->now.row, count);
    move_to(t, t->now.row, 0);
}

static void delete_rows(struct terminal *t, unsigned count)
{
    if (!between_margins(t))
        return;
    const bool history = t->now.row == 0; /* deleted is not scrolled */
    void (*const scrolled)(void *, const struct terminal_cell *, unsigned) = t->scrolled;
    if (history)
        t->scrolled = NULL;
    scroll_up(t, t->now.row, count);
    t->scrolled = scrolled;
    move_to(t, t->now.row, 0);
}

/* ---- Characters ----------------------------------------------------------------------------- */

/* The cells from the cursor to the row's end move by `count`; those that come free are blank. */
static void shift_cells(struct terminal *t, unsigned count, bool right)
{
    const unsigned row = t->now.row, column = t->now.column, rest = t->columns - column;
    struct terminal_cell *cell = row_at(t, row) + column;
    if (count > rest)
        count = rest;
    const unsigned kept = rest - count;
    mend(t, row, column);
    mend(t, row, column + (right ? kept : count)); /* where what is lost begins, or ends */
    memmove(cell + (right ? count : 0), cell + (right ? 0 : count), kept * sizeof *cell);
    fill(cell + (right ? 0 : kept), count, t->now.pen.background);
    touch(t, row, row + 1);
    t->now.wrap_due = false;
}

/* DEC's special graphics, 0x60..0x7e. */
static const uint16_t line_drawing[] = {
    0x25c6, 0x2592, 0x2409, 0x240c, 0x240d, 0x240a, 0x00b0, 0x00b1, 0x2424, 0x240b, 0x2518,
    0x2510, 0x250c, 0x2514, 0x253c, 0x23ba, 0x23bb, 0x2500, 0x23bc, 0x23bd, 0x251c, 0x2524,
    0x2534, 0x252c, 0x2502, 0x2264, 0x2265, 0x03c0, 0x2260, 0x00a3, 0x00b7,
};
_Static_assert(sizeof line_drawing / sizeof line_drawing[0] == 0x7f - 0x60, "` to ~");

static uint32_t translate(const struct terminal *t, uint32_t code)
{
    const bool special = t->now.line_drawing[t->now.shifted_out];
    return special && code >= 0x60 && code < 0x7f ? line_drawing[code - 0x60] : code;
}

/* A character of no width goes to the one before it. */
static void combine(struct terminal *t, uint32_t mark)
{
    unsigned column = t->now.column;
    struct terminal_cell *cell = row_at(t, t->now.row);
    if (!t->now.wrap_due && column-- == 0)
        return;
    if (cell[column].part == PART_RIGHT)
        column--;
    const uint32_t composed = unicode_compose(cell[column].code, mark);
    if (composed != 0)
        cell[column].code = composed & 0x1fffff;
    else if (mark >= TERMINAL_MARK_FIRST && mark <= TERMINAL_MARK_LAST)
        cell[column].mark = (mark - TERMINAL_MARK_FIRST + 1) & 0x7f;
    touch(t, t->now.row, t->now.row + 1u);
}

static void put_character(struct terminal *t, uint32_t code)
{
    unsigned width = unicode_width(code);
    if (width == 0) {
        combine(t, code);
        return;
    }
    if (width > t->columns)
        width = 1;
    const bool fits = t->now.column + width <= t->columns;
    if ((t->now.wrap_due || !fits) && !t->no_wrap) {
        t->now.column = 0;
        line_down(t);
    } else if (!fits) {
        t->now.column = (uint16_t)(t->columns - width);
    }
    if (t->insert)
        shift_cells(t, width, true);
    const unsigned column = t->now.column;
    struct terminal_cell *cell = row_at(t, t->now.row) + column;
    mend(t, t->now.row, column);
    mend(t, t->now.row, column + width);
    cell[0] = cell_of(t, code);
    if (width == 2) {
        cell[1] = cell[0];
        cell[0].part = PART_LEFT;
        cell[1].part = PART_RIGHT;
    }
    touch(t, t->now.row, t->now.row + 1u);
    t->last_code = code;
    t->now.wrap_due = column + width == t->columns && !t->no_wrap;
    t->now.column = (uint16_t)clamp((int)(column + width), 0, t->columns - 1);
}

static void control(struct terminal *t, uint8_t byte)
{
    switch (byte) {
    case '\b':
        back(t);
        break;
    case '\t':
        tab(t, 1);
        break;
    case '\n': /* the console's newline: the wire gets \r\n */
        if (!t->no_newline)
            t->now.column = 0;
        line_down(t);
        break;
    case '\v':
    case '\f':
        line_down(t);
        break;
    case '\r':
        move_to(t, t->now.row, 0);
        break;
    case 0x0e:
    case 0x0f:
        t->now.shifted_out = byte == 0x0e;
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
    const unsigned row = t->now.row, column = t->now.column;
    switch (parameter(t, 0)) {
    case 0:
        blank(t, row, column, t->columns);
        blank_rows(t, row + 1, t->rows);
        break;
    case 1:
        blank_rows(t, 0, row);
        blank(t, row, 0, column + 1);
        break;
    case 2:
    case 3:
        blank_rows(t, 0, t->rows);
        t->anew = true; /* who finds the screen wrong clears it */
        break;
    default:
        return;
    }
    t->now.wrap_due = false;
}

static void erase_line(struct terminal *t)
{
    const unsigned column = t->now.column;
    switch (parameter(t, 0)) {
    case 0:
        blank(t, t->now.row, column, t->columns);
        break;
    case 1:
        blank(t, t->now.row, 0, column + 1);
        break;
    case 2:
        blank(t, t->now.row, 0, t->columns);
        break;
    default:
        return;
    }
    t->now.wrap_due = false;
}

static void erase_characters(struct terminal *t)
{
    const unsigned end = t->now.column + (unsigned)count(t, 0);
    blank(t, t->now.row, t->now.column, end < t->columns ? end : t->columns);
    t->now.wrap_due = false;
}

static unsigned five_bits(unsigned level)
{
    return (level > 255 ? 255 : level) >> 3;
}

static bool behind_colon(const struct terminal *t, unsigned index)
{
    return index < t->parameter_count && (t->colons >> index & 1);
}

/* 38 and 48: a colour of the large palette, or of none. Returns how many parameters it took. */
static unsigned extended_colour(struct terminal *t, unsigned index)
{
    terminal_colour *const which =
        parameter(t, index) == 38 ? &t->now.pen.foreground : &t->now.pen.background;
    const unsigned kind = parameter(t, index + 1);
    if (kind == 5) {
        if (parameter(t, index + 2) < 256)
            *which = (terminal_colour)parameter(t, index + 2);
        return 3;
    }
    if (kind != 2)
        return 2;
    /* With colons a colour space, which nobody has, may stand before the three. */
    const unsigned skip = behind_colon(t, index + 5) ? 1 : 0;
    unsigned rgb = 0;
    for (unsigned i = 0; i < 3; i++)
        rgb = rgb << 5 | five_bits(parameter(t, index + 2 + skip + i));
    *which = (terminal_colour)(TERMINAL_RGB | rgb);
    return 5 + skip;
}

static void select_one(struct terminal_pen *pen, unsigned code)
{
    if (code == 0)
        *pen = plain_pen;
    else if (code == 1 || code == 21 || code == 22)
        pen->bold = code == 1;
    else if (code == 4 || code == 24)
        pen->underline = code == 4;
    else if (code == 7 || code == 27)
        pen->reverse = code == 7;
    else if (code == 8 || code == 28)
        pen->hidden = code == 8;
    else if (code >= 30 && code <= 37)
        pen->foreground = (terminal_colour)(code - 30);
    else if (code == 39)
        pen->foreground = plain_pen.foreground;
    else if (code >= 40 && code <= 47)
        pen->background = (terminal_colour)(code - 40);
    else if (code == 49)
        pen->background = plain_pen.background;
    else if (code >= 90 && code <= 97)
        pen->foreground = (terminal_colour)(code - 90 + 8);
    else if (code >= 100 && code <= 107)
        pen->background = (terminal_colour)(code - 100 + 8);
}

static void select_rendition(struct terminal *t)
{
    const unsigned n = t->parameter_count == 0 ? 1 : t->parameter_count;
    for (unsigned i = 0; i < n; i++) {
        const unsigned code = parameter(t, i);
        if (code == 38 || code == 48) {
            i += extended_colour(t, i) - 1;
            continue;
        }
        /* 4:0 is no underline; other kinds of it are one. */
        const bool none = code == 4 && behind_colon(t, i + 1) && parameter(t, i + 1) == 0;
        select_one(&t->now.pen, none ? 24 : code);
        while (behind_colon(t, i + 1))
            i++;
    }
}

static void select_screen(struct terminal *t, bool alternate, bool clear)
{
    struct terminal_cell *const wanted = alternate ? t->alternate : t->primary;
    if (wanted == NULL || wanted == t->cell)
        return;
    t->cell = wanted;
    if (alternate && clear)
        fill(t->cell, (size_t)t->rows * t->columns, t->now.pen.background);
    touch_all(t);
}

/* 1049: the cursor of the primary screen waits there until the program leaves. */
static void full_screen(struct terminal *t, bool on)
{
    if (on == (t->cell == t->alternate) || t->alternate == NULL)
        return;
    if (on)
        t->saved_primary = t->now;
    select_screen(t, on, true);
    if (!on)
        t->now = t->saved_primary;
}

static void private_mode(struct terminal *t, unsigned mode, bool on)
{
    switch (mode) {
    case 1:
        t->cursor_keys = on;
        break;
    case 5:
        if (t->reversed != on)
            touch_all(t);
        t->reversed = on;
        break;
    case 6:
        t->now.origin = on;
        address(t, 0, 0);
        break;
    case 7:
        t->no_wrap = !on;
        t->now.wrap_due = t->now.wrap_due && on;
        break;
    case 25:
        t->cursor_hidden = !on;
        break;
    case 45:
        t->reverse_wrap = on;
        break;
    case 47:
    case 1047:
        select_screen(t, on, mode == 1047);
        break;
    case 1048:
        if (on)
            save_cursor(t);
        else
            restore_cursor(t);
        break;
    case 1049:
        full_screen(t, on);
        break;
    default: /* mouse, bracketed paste: there is nothing to switch */
        break;
    }
}

static void set_modes(struct terminal *t, bool on)
{
    for (unsigned i = 0; i < t->parameter_count; i++) {
        const unsigned mode = parameter(t, i);
        if (t->introducer == '?')
            private_mode(t, mode, on);
        else if (mode == 4)
            t->insert = on;
        else if (mode == 20)
            t->no_newline = !on;
    }
}

static void set_margins(struct terminal *t)
{
    const int top = count(t, 0) - 1;
    const int bottom = parameter(t, 1) == 0 ? t->rows : clamp(count(t, 1), 1, t->rows);
    if (top + 1 >= bottom)
        return;
    t->top = (uint16_t)top;
    t->bottom = (uint16_t)bottom;
    address(t, 0, 0);
}

static void answer(struct terminal *t, const char *text)
{
    const size_t bytes = strlen(text);
    if (bytes > (size_t)(TERMINAL_ANSWER_BYTES - t->answer_bytes))
        return;
    memcpy(t->answer + t->answer_bytes, text, bytes);
    t->answer_bytes = (uint8_t)(t->answer_bytes + bytes);
}

static void answer_number(struct terminal *t, unsigned value)
{
    char digits[6];
    unsigned at = sizeof digits - 1;
    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    answer(t, digits + at);
}

#define REPORT_MOST 11 /* ESC [ ? 64 ; 160 R, and one to spare */

static void report(struct terminal *t)
{
    if (parameter(t, 0) == 5 && t->introducer == 0)
        answer(t, "\033[0n");
    if (parameter(t, 0) != 6 || t->answer_bytes + REPORT_MOST > TERMINAL_ANSWER_BYTES)
        return;
    answer(t, t->introducer == '?' ? "\033[?" : "\033[");
    answer_number(t, t->now.row + 1u - (t->now.origin ? t->top : 0u));
    answer(t, ";");
    answer_number(t, t->now.column + 1u);
    answer(t, "R");
}

/* A VT220 with colours; second: its version. */
static void identify(struct terminal *t)
{
    if (parameter(t, 0) != 0)
        return;
    if (t->introducer == 0)
        answer(t, "\033[?62;22c");
    else if (t->introducer == '>')
        answer(t, "\033[>1;10;0c");
}

/* What a program that begins anew relies on; the screen's text stays. */
static void soft_reset(struct terminal *t)
{
    const struct terminal_cursor now = {
        .row = t->now.row, .column = t->now.column, .pen = plain_pen};
    t->now = now;
    t->saved = (struct terminal_cursor){.pen = plain_pen};
    t->cursor_hidden = t->insert = t->no_newline = t->no_wrap = t->cursor_keys = false;
    t->reverse_wrap = false;
    t->top = 0;
    t->bottom = t->rows;
}

static void repeat(struct terminal *t)
{
    for (int n = count(t, 0); n > 0 && t->last_code != 0; n--)
        put_character(t, t->last_code);
}

static void move_cursor(struct terminal *t, uint8_t final)
{
    const int n = count(t, 0), column = t->now.column;
    switch (final) {
    case 'A':
        move_rows(t, -n);
        break;
    case 'B':
    case 'e':
        move_rows(t, n);
        break;
    case 'C':
    case 'a':
        move_to(t, t->now.row, column + n);
        break;
    case 'D':
        move_to(t, t->now.row, column - n);
        break;
    case 'E':
    case 'F':
        move_rows(t, final == 'E' ? n : -n);
        move_to(t, t->now.row, 0);
        break;
    case 'G':
    case '`':
        move_to(t, t->now.row, n - 1);
        break;
    case 'd':
        address(t, n - 1, column);
        break;
    default: /* H, f */
        address(t, n - 1, count(t, 1) - 1);
        break;
    }
}

static void edit(struct terminal *t, uint8_t final)
{
    const unsigned n = (unsigned)count(t, 0);
    switch (final) {
    case '@':
        shift_cells(t, n, true);
        break;
    case 'P':
        shift_cells(t, n, false);
        break;
    case 'L':
        insert_rows(t, n);
        break;
    case 'M':
        delete_rows(t, n);
        break;
    case 'S':
        scroll_up(t, t->top, n);
        break;
    case 'T':
        scroll_down(t, t->top, n);
        break;
    case 'X':
        erase_characters(t);
        break;
    case 'J':
        erase_display(t);
        break;
    default: /* K */
        erase_line(t);
        break;
    }
}

static void csi_plain(struct terminal *t, uint8_t final)
{
    switch (final) {
    case '@':
    case 'J':
    case 'K':
    case 'L':
    case 'M':
    case 'P':
    case 'S':
    case 'T':
    case 'X':
        edit(t, final);
        break;
    case 'I':
        tab(t, count(t, 0));
        break;
    case 'Z':
        tab(t, -count(t, 0));
        break;
    case 'b':
        repeat(t);
        break;
    case 'g':
        if (parameter(t, 0) == 0)
            set_tab(t, t->now.column, false);
        else if (parameter(t, 0) == 3)
            memset(t->tabs, 0, sizeof t->tabs);
        break;
    case 'm':
        select_rendition(t);
        break;
    case 'r':
        set_margins(t);
        break;
    case 's':
        save_cursor(t);
        break;
    case 'u':
        restore_cursor(t);
        break;
    default:
        if (final <= 'H' || final == '`' || final == 'a' || (final >= 'd' && final <= 'f'))
            move_cursor(t, final);
        break;
    }
}

static void csi_final(struct terminal *t, uint8_t final)
{
    if (final == 'h' || final == 'l')
        set_modes(t, final == 'h');
    else if (final == 'n')
        report(t);
    else if (final == 'c')
        identify(t);
    else if (final == 'p' && t->introducer == '!')
        soft_reset(t);
    else if (t->introducer == 0)
        csi_plain(t, final);
    else if (t->introducer == '?' && (final == 'J' || final == 'K'))
        edit(t, final); /* selective: nothing here is protected */
}

/* ---- The parser ----------------------------------------------------------------------------- */

static void reset(struct terminal *t)
{
    t->cell = t->primary;
    soft_reset(t);
    t->reversed = false;
    t->state = TEXT;
    t->last_code = 0;
    t->utf8 = (struct utf8){0};
    usual_tabs(t);
    move_to(t, 0, 0);
    save_cursor(t);
    blank_rows(t, 0, t->rows);
}

/* ESC # 8: the screen full of E, for whoever adjusts the tube. */
static void alignment(struct terminal *t)
{
    t->now.pen = plain_pen;
    t->top = 0;
    t->bottom = t->rows;
    for (unsigned i = 0; i < (unsigned)t->rows * t->columns; i++)
        t->cell[i] = cell_of(t, 'E');
    move_to(t, 0, 0);
    touch_all(t);
}

static void escape_charset(struct terminal *t, uint8_t byte)
{
    t->state = TEXT;
    if (t->introducer == '(' || t->introducer == ')')
        t->now.line_drawing[t->introducer == ')'] = byte == '0';
    else if (t->introducer == '#' && byte == '8')
        alignment(t);
}

static void escape(struct terminal *t, uint8_t byte)
{
    t->state = TEXT;
    switch (byte) {
    case '[':
        t->state = CSI;
        t->introducer = 0;
        t->parameter_count = 0;
        t->colons = 0;
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
        t->introducer = (char)byte;
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
        t->now.column = 0;
        line_down(t);
        break;
    case 'H':
        set_tab(t, t->now.column, true);
        break;
    case 'M':
        line_up(t);
        break;
    case 'Z':
        t->introducer = 0;
        t->parameter_count = 0;
        identify(t);
        break;
    case 'c':
        reset(t);
        break;
    default:
        break;
    }
}

static void next_parameter(struct terminal *t, bool colon)
{
    if (t->parameter_count < TERMINAL_PARAMETERS) {
        if (colon)
            t->colons |= (uint16_t)(1u << t->parameter_count);
        t->parameter[t->parameter_count++] = 0;
    }
}

static void csi(struct terminal *t, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        if (t->parameter_count == 0)
            next_parameter(t, false);
        uint16_t *last = &t->parameter[t->parameter_count - 1];
        *last = (uint16_t)(*last >= 1000 ? 9999 : *last * 10 + (byte - '0'));
    } else if (byte == ';' || byte == ':') {
        if (t->parameter_count == 0)
            next_parameter(t, false);
        next_parameter(t, byte == ':');
    } else if ((byte >= '<' && byte <= '?') || (byte >= ' ' && byte <= '/')) {
        t->introducer = (char)byte;
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
        put_character(t, TERMINAL_UNKNOWN);
        result = utf8_feed(&t->utf8, byte, &code);
    }
    if (result == UTF8_BAD)
        put_character(t, TERMINAL_UNKNOWN);
    else if (result == UTF8_DONE && (code < 0x20 || code == 0x7f))
        control(t, (uint8_t)code);
    else if (result == UTF8_DONE && !(code >= 0x80 && code < 0xa0))
        put_character(t, translate(t, code));
}

static void feed(struct terminal *t, uint8_t byte)
{
    if (t->state != TEXT && (byte == 0x18 || byte == 0x1a)) { /* CAN, SUB: forget the sequence */
        t->state = TEXT;
        return;
    }
    if (byte == 0x1b && t->state != STRING) {
        if (t->utf8.missing > 0)
            put_character(t, TERMINAL_UNKNOWN);
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
        escape_charset(t, byte);
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

void terminal_init(struct terminal *t, unsigned columns, unsigned rows,
                   struct terminal_cell *primary, struct terminal_cell *alternate)
{
    memset(t, 0, sizeof *t);
    t->columns = (uint16_t)columns;
    t->rows = (uint16_t)rows;
    t->primary = primary;
    t->alternate = alternate;
    fill(primary, (size_t)rows * columns, plain_pen.background);
    reset(t);
}

void terminal_adopt(struct terminal *t, unsigned cursor)
{
    if (cursor < (unsigned)t->rows * t->columns)
        move_to(t, (int)(cursor / t->columns), (int)(cursor % t->columns));
    else
        move_to(t, t->rows - 1, 0);
    touch_all(t);
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

size_t terminal_answer(struct terminal *t, char text[TERMINAL_ANSWER_BYTES])
{
    const size_t bytes = t->answer_bytes;
    memcpy(text, t->answer, bytes);
    t->answer_bytes = 0;
    return bytes;
}
