/*
 * The line editor: backspace, ^U (whole line), ^W (word), ^D (end of file at the start, else the
 * line as it is), return. Every character occupies one column, a tab too, so that rubbing out is
 * always "\b \b".
 */
#include "line.h"

#include "utf8.h"

#define CONTROL(letter) ((letter)&0x1f)

static void rub_out(struct line *line, line_echo echo)
{
    if (line->length == 0)
        return;
    do
        line->length--;
    while (line->length > 0 && utf8_continues(line->text[line->length]));
    echo("\b \b", 3);
}

static void rub_out_word(struct line *line, line_echo echo)
{
    while (line->length > 0 && line->text[line->length - 1] == ' ')
        rub_out(line, echo);
    while (line->length > 0 && line->text[line->length - 1] != ' ')
        rub_out(line, echo);
}

static void finish(struct line *line, line_echo echo)
{
    line->text[line->length++] = '\n';
    line->finished = true;
    echo("\n", 1);
}

static void insert(struct line *line, uint8_t byte, line_echo echo)
{
    if (line->length + 1 >= LINE_BYTES) /* one place is the newline's */
        return;
    line->text[line->length++] = (char)byte;
    const char shown = byte == '\t' ? ' ' : (char)byte;
    echo(&shown, 1);
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

void line_feed(struct line *line, uint8_t byte, line_echo echo)
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
        rub_out(line, echo);
        break;
    case CONTROL('U'):
        while (line->length > 0)
            rub_out(line, echo);
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
