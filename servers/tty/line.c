/*
 * The line editor: backspace, ^U (whole line), ^W (word), ^D (end of file at the start, else the
 * line as it is), return. A tab is shown as a blank, so that every character is rubbed out by going
 * back over as many columns as it takes.
 *
 * Back over a row's end it goes in reverse wrap, DEC's private mode 45, in which the terminal knows
 * where that end is: so it is right on the screen, and on the serial line for whoever has the mode.
 */
#include "line.h"

#include <parley/unicode.h>

#define CONTROL(letter) ((letter)&0x1f)

/* The cell behind the first so many bytes. */
static size_t cell_behind(const struct line *line, size_t bytes)
{
    return unicode_text_cell(line->text, bytes, line->first, line->columns);
}

#define CELLS_MOST 3 /* of a character: a wide one, and the cell that it has left free */

/* Back over the cells [from, to), blanks, and back again; across a row's end, too. */
static void rub_out_cells(const struct line *line, size_t from, size_t to, size_t typed,
                          const struct line_echo *echo)
{
    static const char on[] = "\033[?45h", off[] = "\033[?45l";
    const bool rows = from / line->columns != to / line->columns;
    const size_t cells = to - from;
    char text[sizeof on + 3 * CELLS_MOST + sizeof off];
    size_t bytes = 0;
    for (const char *c = on; rows && *c; c++)
        text[bytes++] = *c;
    for (size_t i = 0; i < 3 * cells; i++)
        text[bytes++] = i / cells == 1 ? ' ' : '\b';
    for (const char *c = off; rows && *c; c++)
        text[bytes++] = *c;
    echo->rub_out(echo->context, text, bytes, typed);
}

/* The last character; `to` is the cell behind it. Returns the one behind the character before. */
static size_t rub_out(struct line *line, size_t to, const struct line_echo *echo)
{
    const size_t from = unicode_text_before(line->text, line->length), typed = line->length - from;
    const unsigned width = unicode_text_width(line->text + from, typed);
    line->length = from;
    size_t before = to - width;
    /* A wide one that did not fit the row before has left a cell free there. */
    if (width == 2 && before % line->columns == 0 && cell_behind(line, from) == before - 1)
        before--;
    rub_out_cells(line, before, to, typed, echo);
    return before;
}

static void rub_out_to(struct line *line, size_t length, const struct line_echo *echo)
{
    size_t cell = cell_behind(line, line->length);
    while (line->length > length)
        cell = rub_out(line, cell, echo);
}

static void rub_out_character(struct line *line, const struct line_echo *echo)
{
    rub_out_to(line, unicode_text_before(line->text, line->length), echo);
}

static void rub_out_word(struct line *line, const struct line_echo *echo)
{
    size_t at = line->length;
    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    rub_out_to(line, at, echo);
}

static void finish(struct line *line, const struct line_echo *echo)
{
    line->text[line->length++] = '\n';
    line->finished = true;
    echo->type(echo->context, "\n", 1);
}

static void insert(struct line *line, uint8_t byte, const struct line_echo *echo)
{
    if (line->length + 1 >= LINE_BYTES) /* one place is the newline's */
        return;
    line->text[line->length++] = (char)byte;
    const char shown = byte == '\t' ? ' ' : (char)byte;
    echo->type(echo->context, &shown, 1);
}

/* ESC [ parameters final, ESC O final, ESC character. */
static bool swallow(struct line *line, uint8_t byte)
{
    if (byte == 0x1b) {
        line->escape = 1;
        return true;
    }
    if (line->escape == 0)
        return false;
    if (byte < ' ') { /* a control character ends a sequence and counts */
        line->escape = 0;
        return false;
    }
    if (line->escape == 1)
        line->escape = byte == '[' ? 2 : byte == 'O' ? 3 : 0;
    else if (line->escape == 3 || (byte >= '@' && byte <= '~'))
        line->escape = 0;
    return true;
}

void line_feed(struct line *line, uint8_t byte, const struct line_echo *echo)
{
    const bool after_return = line->after_return;
    line->after_return = false;
    if (swallow(line, byte))
        return;
    switch (byte) {
    case '\r':
        line->after_return = true;
        finish(line, echo);
        break;
    case '\n':
        if (!after_return) /* \r\n is one end of line */
            finish(line, echo);
        break;
    case '\b':
    case 0x7f:
        rub_out_character(line, echo);
        break;
    case CONTROL('U'):
        rub_out_to(line, 0, echo);
        break;
    case CONTROL('W'):
        rub_out_word(line, echo);
        break;
    case CONTROL('D'):
        line->finished = true;
        break;
    default:
        if (byte >= ' ' || byte == '\t')
            insert(line, byte, echo);
        break;
    }
}

void line_reset(struct line *line)
{
    line->length = 0;
    line->finished = false;
    line->escape = 0;
}
