/* The record of the current line; see current.h. Entry: current_feed. */
#include "current.h"

#include <parley/unicode.h>

#define TAIL4(a, b, c, d)                                                                          \
    ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (uint32_t)(d))
#define TAIL3 0x00ffffffu

static void forget(struct current *c)
{
    c->length = 0;
    c->plain = 0;
    c->rub = 0;
    c->lost = false;
}

/* The line starts anew: wiped from its first column, or the cursor taken elsewhere. */
static bool wiped(uint32_t tail)
{
    return tail == TAIL4('\r', 0x1b, '[', 'K') || tail == TAIL4('\r', 0x1b, '[', 'J') ||
           tail == TAIL4(0x1b, '[', '2', 'J') || tail == TAIL4(0x1b, '[', '3', 'J') ||
           (tail & TAIL3) == TAIL4(0, 0x1b, '[', 'H');
}

void current_rub_out(struct current *c, size_t bytes)
{
    const size_t gone = bytes < c->plain ? bytes : c->plain;
    c->length -= gone;
    c->plain -= gone;
    c->tail = 0;
    c->rub = 0;
}

/* "\b \b" after a character. `rub` says how many stood there when its first byte came. */
static bool rubbed_out(struct current *c)
{
    if ((c->tail & TAIL3) != TAIL4(0, '\b', ' ', '\b') || c->rub == 0 || c->lost)
        return false;
    c->length -= 2;
    c->plain = c->rub;
    current_rub_out(c, c->rub - unicode_text_before(c->text + c->length - c->rub, c->rub));
    return true;
}

static void note_kind(struct current *c, uint8_t byte)
{
    if (c->escape == 0 && byte >= ' ' && byte != 0x7f) {
        c->plain += !c->lost;
        return;
    }
    if (c->escape == 1)
        c->escape = byte == '[' ? 2 : 0;
    else if (c->escape == 2)
        c->escape = byte >= '@' && byte <= '~' ? 0 : 2;
    else if (byte == 0x1b)
        c->escape = 1;
    if (byte == '\b')
        c->rub = c->plain;
    c->plain = 0;
}

static void append(struct current *c, uint8_t byte)
{
    if (c->lost || byte == '\a')
        return;
    if (c->length == CURRENT_BYTES) {
        forget(c);
        c->lost = true;
        return;
    }
    c->text[c->length++] = (char)byte;
}

static void feed(struct current *c, uint8_t byte)
{
    c->tail = c->tail << 8 | byte;
    if (byte == '\n') {
        forget(c);
        c->escape = 0;
        return;
    }
    if (rubbed_out(c))
        return;
    note_kind(c, byte);
    if (wiped(c->tail))
        forget(c);
    else
        append(c, byte);
}

void current_feed(struct current *c, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        feed(c, (uint8_t)text[i]);
}
