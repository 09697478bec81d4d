/*
 * What of the tty outlives it: the modes, in one record of the store. The screen itself needs no
 * copy: its cells and its cursor are the card's, which the next tty finds as they were.
 *
 * Lost with a tty: what was typed and not read (unless it retires: unread.c), what was written and
 * not yet on the wire (one that retires waits for it a little), and the line that it would have put
 * again after text between the lines.
 */
#include "tty.h"

#include <parley/store.h>
#include <string.h>

#define KEY_MODES 0

static struct kept last; /* what the store has */

_Static_assert(sizeof(struct kept) <= STORE_BYTES, "one record");

void kept_restore(void)
{
    struct kept k;
    if (store_get(KEY_MODES, &k, sizeof k) < 0)
        return;
    last = k;
    input_restore(&k);
    console_restore(&k);
}

/* Without a store the tty goes on as if it had one: a successor begins anew then. */
void kept_save(void)
{
    struct kept k;
    memset(&k, 0, sizeof k);
    input_keep(&k);
    console_keep(&k);
    if (memcmp(&k, &last, sizeof k) == 0)
        return;
    if (store_put(KEY_MODES, &k, sizeof k) != -EAGAIN)
        last = k;
}
