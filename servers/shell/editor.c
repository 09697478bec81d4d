/*
 * The line editor of editor.h.
 *
 * What always holds between two calls: the terminal shows the prompt and the text, and its cursor
 * is where `shown_cursor` says, counted in cells from the prompt's start, so that row and column
 * are quotient and remainder. A character takes no, one or two cells; one of two that has only the
 * last cell of a row leaves it blank, as terminals do. A cursor behind the last column of a row is
 * put at the start of the next (a blank makes the terminal wrap, a return takes it back).
 *
 * Entry: editor_key.
 */
#include "editor.h"

#include <parley/unicode.h>
#include <stdio.h>
#include <string.h>

#define CONTROL(letter) ((letter)&0x1f)
#define ESC             0x1b
/* Bytes of small changes before the line is drawn anew, so that the tty's record of it stays short.
 */
#define DRAW_AGAIN_AT 1024

enum escape_state {
    NO_ESCAPE,
    AFTER_ESC,
    IN_CSI,
    IN_SS3
};

static size_t before(const struct editor *e, size_t position)
{
    return unicode_text_before(e->text, position);
}

static size_t after(const struct editor *e, size_t position)
{
    return unicode_text_after(e->text, e->length, position);
}

/* ---- Drawing -------------------------------------------------------------------------------- */

static void put(struct editor *e, const char *text, size_t bytes)
{
    if (bytes == 0)
        return;
    e->output(text, bytes);
    e->output_bytes += bytes;
}

static void put_move(struct editor *e, size_t count, char direction)
{
    char sequence[16];
    if (count > 0)
        put(e, sequence,
            (size_t)snprintf(sequence, sizeof sequence, "\033[%u%c", (unsigned)count, direction));
}

/* Behind the text up to there. */
static size_t cell_behind(const struct editor *e, size_t position)
{
    const size_t prompt = unicode_text_cell(e->prompt, strlen(e->prompt), 0, e->columns);
    return unicode_text_cell(e->text, position, prompt, e->columns);
}

/* Of the character there. */
static size_t cell_at(const struct editor *e, size_t position)
{
    const unsigned width = unicode_text_width(e->text + position, e->length - position);
    return unicode_cell(cell_behind(e, position), width, e->columns);
}

/* The text up to cell `to` has just been written: takes a cursor that hangs behind the last
   column to the next row. */
static void written_to(struct editor *e, size_t to)
{
    e->shown_cursor = to;
    if (to > 0 && to % e->columns == 0)
        put(e, " \r", 2);
}

static void move_cursor(struct editor *e, size_t to)
{
    const size_t from = e->shown_cursor;
    const size_t from_row = from / e->columns, to_row = to / e->columns;
    if (to_row < from_row)
        put_move(e, from_row - to_row, 'A');
    else
        put_move(e, to_row - from_row, 'B');
    const size_t from_column = from % e->columns, to_column = to % e->columns;
    if (to_column + 1 == from_column)
        put(e, "\b", 1);
    else if (to_column < from_column)
        put_move(e, from_column - to_column, 'D');
    else
        put_move(e, to_column - from_column, 'C');
    e->shown_cursor = to;
}

void editor_draw(struct editor *e, bool fresh)
{
    if (!fresh) {
        put_move(e, e->shown_cursor / e->columns, 'A');
        put(e, "\r\033[J", 4);
    }
    e->output_bytes = 0;
    put(e, e->prompt, strlen(e->prompt));
    put(e, e->text, e->length);
    written_to(e, cell_behind(e, e->length));
    if (e->cursor < e->length)
        move_cursor(e, cell_at(e, e->cursor));
}

/* After a change that left the text before the cursor alone, or only moved the cursor. */
static void show_cursor(struct editor *e)
{
    if (e->output_bytes > DRAW_AGAIN_AT)
        editor_draw(e, false);
    else
        move_cursor(e, cell_at(e, e->cursor));
}

void editor_to_end(struct editor *e)
{
    e->cursor = e->length;
    show_cursor(e);
}

/* ---- Changing ------------------------------------------------------------------------------- */

void editor_insert(struct editor *e, const char *text, size_t bytes)
{
    if (bytes > EDITOR_BYTES - 1 - e->length) {
        put(e, "\a", 1);
        return;
    }
    /* A mark would come on the blank that has made the terminal wrap. */
    const bool marks = unicode_text_width(text, bytes) == 0;
    const bool at_end = e->cursor == e->length && !(marks && e->shown_cursor % e->columns == 0);
    memmove(e->text + e->cursor + bytes, e->text + e->cursor, e->length - e->cursor + 1);
    memcpy(e->text + e->cursor, text, bytes);
    e->cursor += bytes;
    e->length += bytes;
    if (!at_end) {
        editor_draw(e, false);
        return;
    }
    put(e, text, bytes);
    written_to(e, cell_behind(e, e->length));
}

void editor_replace(struct editor *e, const char *text)
{
    e->length = strlen(text);
    if (e->length > EDITOR_BYTES - 1)
        e->length = EDITOR_BYTES - 1;
    memcpy(e->text, text, e->length);
    e->text[e->length] = '\0';
    e->cursor = e->length;
    editor_draw(e, false);
}

/* Takes out the text between `from` and `to`; the cursor goes to `from`. */
static void cut(struct editor *e, size_t from, size_t to)
{
    if (from == to)
        return;
    const bool last_character = to == e->length && e->cursor == to && before(e, to) == from &&
                                unicode_text_width(e->text + from, to - from) == 1 &&
                                e->shown_cursor % e->columns != 0;
    memmove(e->text + from, e->text + to, e->length - to + 1);
    e->length -= to - from;
    e->cursor = from;
    if (last_character) {
        put(e, "\b \b", 3);
        e->shown_cursor--;
    } else {
        editor_draw(e, false);
    }
}

static size_t word_start(const struct editor *e)
{
    size_t at = e->cursor;
    while (at > 0 && e->text[at - 1] == ' ')
        at--;
    while (at > 0 && e->text[at - 1] != ' ')
        at--;
    return at;
}

static size_t word_end(const struct editor *e)
{
    size_t at = e->cursor;
    while (at < e->length && e->text[at] == ' ')
        at++;
    while (at < e->length && e->text[at] != ' ')
        at++;
    return at;
}

static void go(struct editor *e, size_t position)
{
    e->cursor = position;
    show_cursor(e);
}

static void left(struct editor *e)
{
    if (e->cursor > 0)
        go(e, before(e, e->cursor));
}

static void right(struct editor *e)
{
    if (e->cursor < e->length)
        go(e, after(e, e->cursor));
}

static void delete_here(struct editor *e)
{
    if (e->cursor < e->length)
        cut(e, e->cursor, after(e, e->cursor));
}

static void delete_back(struct editor *e)
{
    if (e->cursor > 0)
        cut(e, before(e, e->cursor), e->cursor);
}

/* ---- Keys ----------------------------------------------------------------------------------- */

static enum editor_event tilde_key(struct editor *e)
{
    switch (e->parameter[0]) {
    case 1:
    case 7:
        go(e, 0);
        break;
    case 4:
    case 8:
        go(e, e->length);
        break;
    case 3:
        delete_here(e);
        break;
    default:
        break;
    }
    return EDITOR_MORE;
}

static enum editor_event sequence_key(struct editor *e, uint8_t final)
{
    const bool by_word = e->parameter[1] >= 2; /* with control, alt or shift */
    switch (final) {
    case 'A':
        return EDITOR_OLDER;
    case 'B':
        return EDITOR_NEWER;
    case 'C':
        if (by_word)
            go(e, word_end(e));
        else
            right(e);
        break;
    case 'D':
        if (by_word)
            go(e, word_start(e));
        else
            left(e);
        break;
    case 'H':
        go(e, 0);
        break;
    case 'F':
        go(e, e->length);
        break;
    case '~':
        return tilde_key(e);
    default:
        break;
    }
    return EDITOR_MORE;
}

static enum editor_event after_escape(struct editor *e, uint8_t byte)
{
    e->escape = NO_ESCAPE;
    switch (byte) {
    case '[':
    case 'O':
        e->escape = byte == '[' ? IN_CSI : IN_SS3;
        e->parameter[0] = e->parameter[1] = 0;
        e->parameter_index = 0;
        break;
    case ESC:
        e->escape = AFTER_ESC;
        break;
    case 'b':
        go(e, word_start(e));
        break;
    case 'f':
        go(e, word_end(e));
        break;
    case 'd':
        cut(e, e->cursor, word_end(e));
        break;
    case 0x7f:
        cut(e, word_start(e), e->cursor);
        break;
    default:
        break;
    }
    return EDITOR_MORE;
}

static enum editor_event in_sequence(struct editor *e, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        uint16_t *p = &e->parameter[e->parameter_index];
        *p = (uint16_t)(*p >= 1000 ? 9999 : *p * 10 + (byte - '0'));
        return EDITOR_MORE;
    }
    if (byte == ';') {
        e->parameter_index = 1;
        return EDITOR_MORE;
    }
    if (byte < '@' || byte > '~')
        return EDITOR_MORE;
    e->escape = NO_ESCAPE;
    return sequence_key(e, byte);
}

static enum editor_event control_key(struct editor *e, uint8_t byte)
{
    switch (byte) {
    case '\r':
    case '\n':
        editor_to_end(e);
        put(e, "\n", 1);
        return EDITOR_LINE;
    case CONTROL('C'):
        editor_to_end(e);
        put(e, "^C\n", 3);
        return EDITOR_INTERRUPT;
    case CONTROL('D'):
        if (e->length == 0)
            return EDITOR_END;
        delete_here(e);
        break;
    case '\t':
        return EDITOR_COMPLETE;
    case CONTROL('L'):
        return EDITOR_CLEAR;
    case CONTROL('P'):
        return EDITOR_OLDER;
    case CONTROL('N'):
        return EDITOR_NEWER;
    case CONTROL('A'):
        go(e, 0);
        break;
    case CONTROL('E'):
        go(e, e->length);
        break;
    case CONTROL('B'):
        left(e);
        break;
    case CONTROL('F'):
        right(e);
        break;
    case CONTROL('K'):
        cut(e, e->cursor, e->length);
        break;
    case CONTROL('U'):
        cut(e, 0, e->cursor);
        break;
    case CONTROL('W'):
        cut(e, word_start(e), e->cursor);
        break;
    case '\b':
    case 0x7f:
        delete_back(e);
        break;
    case ESC:
        e->escape = AFTER_ESC;
        break;
    default:
        break;
    }
    return EDITOR_MORE;
}

/* Collects the bytes of a character; what is no UTF-8 is dropped. */
static void character_byte(struct editor *e, uint8_t byte)
{
    uint32_t code;
    enum utf8_result result = utf8_feed(&e->utf8, byte, &code);
    if (result == UTF8_AGAIN) {
        e->character_bytes = 0;
        result = utf8_feed(&e->utf8, byte, &code);
    }
    e->character[e->character_bytes++] = (char)byte;
    if (result == UTF8_DONE)
        editor_insert(e, e->character, e->character_bytes);
    if (result != UTF8_MORE)
        e->character_bytes = 0;
}

enum editor_event editor_key(struct editor *e, uint8_t byte)
{
    const bool after_return = e->after_return;
    e->after_return = byte == '\r';
    if (byte == '\n' && after_return) /* \r\n is one end of line */
        return EDITOR_MORE;
    if (byte < ' ' && byte != ESC)
        e->escape = NO_ESCAPE;
    if (e->escape == AFTER_ESC)
        return after_escape(e, byte);
    if (e->escape != NO_ESCAPE && byte != ESC)
        return in_sequence(e, byte);
    if (byte < ' ' || byte == 0x7f)
        return control_key(e, byte);
    character_byte(e, byte);
    return EDITOR_MORE;
}

void editor_begin(struct editor *e, const char *prompt, unsigned columns, editor_output output)
{
    e->prompt = prompt;
    e->columns = columns;
    e->output = output;
    e->length = e->cursor = 0;
    e->text[0] = '\0';
    editor_draw(e, true);
}
