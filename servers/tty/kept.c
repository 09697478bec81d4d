/*
 * What of the tty outlives it: which console is shown, and of each the modes, in two records of the
 * store. The screen itself needs no copy: the cells and the cursor of the console that is shown are
 * the card's, which the next tty finds as they were.
 *
 * Lost with a tty: what the other consoles showed, of which their shells draw the prompt again;
 * what was typed and not read (unless it retires: unread.c), what was written and not yet on the
 * wire (one that retires waits for it a little), and the line that it would have put again after
 * text between the lines.
 */
#include "tty.h"

#include <parley/store.h>
#include <proto/tty.h>
#include <string.h>

/* unread.c has those from 16 on. */
#define KEY_MODES(console)  (2 * (console))
#define KEY_SCREEN(console) (2 * (console) + 1)
#define KEY_SHOWN           (2 * TTY_CONSOLES)

static bool chosen; /* somebody has set the layout: the line's counts no more */

/* What the store has. */
static struct kept last[TTY_CONSOLES];
static struct kept_screen last_screen[TTY_CONSOLES];
static uint32_t last_shown;

_Static_assert(sizeof(struct kept) <= STORE_BYTES && sizeof(struct kept_screen) <= STORE_BYTES,
               "one record each");

void kept_layout_chosen(void)
{
    chosen = true;
}

uint32_t kept_shown(void)
{
    uint32_t shown = 0;
    if (store_get(KEY_SHOWN, &shown, sizeof shown) < 0 || shown >= TTY_CONSOLES)
        return 0;
    last_shown = shown;
    return shown;
}

static void restore(struct console *c)
{
    struct kept k;
    struct kept_screen s;
    if (store_get(KEY_MODES(c->number), &k, sizeof k) >= 0) {
        last[c->number] = k;
        input_restore(c, &k);
    }
    if (store_get(KEY_SCREEN(c->number), &s, sizeof s) >= 0) {
        last_screen[c->number] = s;
        console_restore(c, &s);
    }
}

/* Of the consoles that are there by now: whoever uses another one sets it up anew. */
void kept_restore(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL)
            restore(console_at(i));
    const uint32_t layout = last_screen[0].layout;
    chosen = layout >= 1 && layout <= keymap_count;
    if (chosen)
        keyboard_use(&keymaps[layout - 1]);
}

static void save_screen(const struct console *c)
{
    struct kept_screen s, *l = &last_screen[c->number];
    memset(&s, 0, sizeof s);
    console_keep(c, &s);
    s.layout = chosen ? (uint32_t)(keyboard_layout() - keymaps) + 1 : 0;
    if (memcmp(&s, l, sizeof s) != 0 && store_put(KEY_SCREEN(c->number), &s, sizeof s) != -EAGAIN)
        *l = s;
}

static void save_modes(const struct console *c)
{
    struct kept k, *l = &last[c->number];
    memset(&k, 0, sizeof k);
    input_keep(c, &k);
    if (memcmp(&k, l, sizeof k) != 0 && store_put(KEY_MODES(c->number), &k, sizeof k) != -EAGAIN)
        *l = k;
}

void kept_lost(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++) {
        last[i].mode = ~last[i].mode;
        last_screen[i].flags = ~last_screen[i].flags;
    }
    last_shown = UINT32_MAX;
}

/* Without a store the tty goes on as if it had one: a successor begins anew then. */
void kept_save(void)
{
    const uint32_t shown = console_shown()->number;
    for (uint32_t i = 0; i < TTY_CONSOLES; i++) {
        if (console_at(i) == NULL)
            continue;
        save_screen(console_at(i));
        save_modes(console_at(i));
    }
    if (shown != last_shown && store_put(KEY_SHOWN, &shown, sizeof shown) != -EAGAIN)
        last_shown = shown;
}
