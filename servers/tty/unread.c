/*
 * What was typed and not read when a tty retires, for the next one: in records of the store, the
 * first of which says what the others are. It is put last and dropped before anything of it is
 * used, so that nothing is ever read twice.
 */
#include "tty.h"

#include <parley/store.h>
#include <proto/tty.h>
#include <string.h>

#define TEXTS (UNREAD_BYTES / STORE_BYTES)

/* kept.c has those below; then a block of a record and its texts for each console. */
#define KEY_UNREAD(console)  (16 + (console) * (TEXTS + 1))
#define KEY_TEXT(console, n) (KEY_UNREAD(console) + 1 + (n))

_Static_assert(sizeof(struct unread) <= STORE_BYTES, "one record");
_Static_assert(UNREAD_BYTES % STORE_BYTES == 0, "whole records");

static char text[UNREAD_BYTES];

static void restore(uint32_t number)
{
    struct unread u;
    struct console *c;
    uint32_t got = 0;
    if (store_get(KEY_UNREAD(number), &u, sizeof u) < 0 || store_drop(KEY_UNREAD(number)) < 0)
        return;
    while (got < u.bytes && got < UNREAD_BYTES) {
        const uint32_t key = KEY_TEXT(number, got / STORE_BYTES);
        if (store_get(key, text + got, STORE_BYTES) != 0)
            break;
        (void)store_drop(key);
        got += STORE_BYTES;
    }
    if (got < u.bytes)
        u.bytes = (uint16_t)got;
    if (console_asked(number, &c) == 0)
        input_unread_restore(c, &u, text);
}

void unread_restore(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        restore(i);
}

/* Without a store it is lost. */
static void save(const struct console *c)
{
    struct unread u = {.bytes = 0};
    input_unread_keep(c, &u, text);
    for (uint32_t at = 0; at < u.bytes; at += STORE_BYTES)
        if (store_put(KEY_TEXT(c->number, at / STORE_BYTES), text + at, STORE_BYTES) < 0)
            return;
    if (u.bytes)
        (void)store_put(KEY_UNREAD(c->number), &u, sizeof u);
}

void unread_save(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL)
            save(console_at(i));
}
