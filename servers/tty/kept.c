/*
 * What of the tty outlives it: the modes, in two records of the store. The screen itself needs no
 * copy: its cells and its cursor are the card's, which the next tty finds as they were.
 *
 * Lost with a tty: what was typed and not read (unless it retires: unread.c), what was written and
 * not yet on the wire (one that retires waits for it a little), and the line that it would have put
 * again after text between the lines.
 */
#include "tty.h"

#include <parley/store.h>
#include <string.h>

#define KEY_MODES  0
#define KEY_SCREEN 1

static bool chosen; /* somebody has set the layout: the line's counts no more */

/* What the store has. */
static struct kept last;
static struct kept_screen last_screen;

_Static_assert(sizeof(struct kept) <= STORE_BYTES && sizeof(struct kept_screen) <= STORE_BYTES,
               "one record each");

void kept_layout_chosen(void)
{
    chosen = true;
}

void kept_restore(void)
{
    struct kept k;
    struct kept_screen s;
    if (store_get(KEY_MODES, &k, sizeof k) >= 0) {
        last = k;
        input_restore(&k);
    }
    if (store_get(KEY_SCREEN, &s, sizeof s) >= 0) {
        last_screen = s;
        console_restore(&s);
        chosen = s.layout >= 1 && s.layout <= keymap_count;
        if (chosen)
            keyboard_use(&keymaps[s.layout - 1]);
    }
}

static void save_screen(void)
{
    struct kept_screen s;
    memset(&s, 0, sizeof s);
    console_keep(&s);
    s.layout = chosen ? (uint32_t)(keyboard_layout() - keymaps) + 1 : 0;
    if (memcmp(&s, &last_screen, sizeof s) != 0 && store_put(KEY_SCREEN, &s, sizeof s) != -EAGAIN)
        last_screen = s;
}

void kept_lost(void)
{
    last.mode = ~last.mode;
    last_screen.flags = ~last_screen.flags;
}

/* Without a store the tty goes on as if it had one: a successor begins anew then. */
void kept_save(void)
{
    struct kept k;
    save_screen();
    memset(&k, 0, sizeof k);
    input_keep(&k);
    if (memcmp(&k, &last, sizeof k) == 0)
        return;
    if (store_put(KEY_MODES, &k, sizeof k) != -EAGAIN)
        last = k;
}
