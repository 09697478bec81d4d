/*
 * The line editor: backspace, ^U (whole line), ^W (word), ^D (end of file at the start, else the
 * line as it is), return. A tab is shown as a blank, so that every character is rubbed out by going
 * back over as many columns as it takes.
 */
#include "line.h"

#include <parley/unicode.h>

#define CONTROL(letter) ((letter)&0x1f)

static void rub_out(struct line *line, line_echo echo, void *context)
{
    if (line->length == 0)
        return;
    const size_t from = unicode_text_before(line->text, line->length);
    const unsigned columns = unicode_text_width(line->text + from, line->length - from);
    line->length = from;
    if (columns == 1)
        echo(context, "\b \b", 3);
    else if (columns == 2)
        echo(context, "\b\b  \b\b", 6);
}

static void rub_out_word(struct line *line, line_echo echo, void *context)
{
    while (line->length > 0 && line->text[line->length - 1] == ' ')
        rub_out(line, echo, context);
    while (line->length > 0 && line->text[line->length - 1] != ' ')
        rub_out(line, echo, context);
}

static void finish(struct line *line, line_echo echo, void *context)
{
    line->text[line->length++] = '\n';
    line->finished = true;
    echo(context, "\n", 1);
}

static void insert(struct line *line, uint8_t byte, line_echo echo, void *context)
{
    if (line->length + 1 >= LINE_BYTES) /* one place is the newline's */
        return;
    line->text[line->length++] = (char)byte;
    const char shown = byte == '\t' ? ' ' : (char)byte;
    echo(context, &shown, 1);
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

void line_feed(struct line *line, uint8_t byte, line_echo echo, void *context)
{
    const bool after_return = line->after_return;
    line->after_return = false;
    if (swallow(line, byte))
        return;
    switch (byte) {
    case '\r':
        line->after_return = true;
        finish(line, echo, context);
        break;
    case '\n':
        if (!after_return) /* \r\n is one end of line */
            finish(line, echo, context);
        break;
    case '\b':
    case 0x7f:
        rub_out(line, echo, context);
        break;
    case CONTROL('U'):
        while (line->length > 0)
            rub_out(line, echo, context);
        break;
    case CONTROL('W'):
        rub_out_word(line, echo, context);
        break;
    case CONTROL('D'):
        line->finished = true;
        break;
    default:
        if (byte >= ' ' || byte == '\t')
            insert(line, byte, echo, context);
        break;
    }
}

void line_reset(struct line *line)
{
    line->length = 0;
    line->finished = false;
    line->escape = 0;
}
