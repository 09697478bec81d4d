/*
 * What was typed and not read when a tty retires, for the next one: in records of the store, the
 * first of which says what the others are. It is put last and dropped before anything of it is
 * used, so that nothing is ever read twice.
 */
#include "tty.h"

#include <parley/store.h>
#include <string.h>

/* kept.c has those below. */
#define KEY_UNREAD 16
#define KEY_TEXT   17

_Static_assert(sizeof(struct unread) <= STORE_BYTES, "one record");
_Static_assert(UNREAD_BYTES % STORE_BYTES == 0, "whole records");

static char text[UNREAD_BYTES];

void unread_restore(void)
{
    struct unread u;
    uint32_t got = 0;
    if (store_get(KEY_UNREAD, &u, sizeof u) < 0 || store_drop(KEY_UNREAD) < 0)
        return;
    while (got < u.bytes && got < UNREAD_BYTES &&
           store_get(KEY_TEXT + got / STORE_BYTES, text + got, STORE_BYTES) == 0) {
        (void)store_drop(KEY_TEXT + got / STORE_BYTES);
        got += STORE_BYTES;
    }
    if (got < u.bytes)
        u.bytes = (uint16_t)got;
    input_unread_restore(&u, text);
}

/* Without a store it is lost. */
void unread_save(void)
{
    struct unread u = {.bytes = 0};
    input_unread_keep(&u, text);
    for (uint32_t at = 0; at < u.bytes; at += STORE_BYTES)
        if (store_put(KEY_TEXT + at / STORE_BYTES, text + at, STORE_BYTES) < 0)
            return;
    if (u.bytes)
        (void)store_put(KEY_UNREAD, &u, sizeof u);
}
