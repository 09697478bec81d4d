/* Keyboard layouts; the tables are made by tools/keymaps.py. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYMAP_CODES      0x57 /* scancodes of set 1 below this */
#define KEYMAP_NAME_BYTES 8

struct keymap {
    char name[KEYMAP_NAME_BYTES];
    bool third;       /* the right Alt key is AltGr */
    uint32_t caps[3]; /* bit n: Caps Lock works on key n as Shift does */
    /* Plain, Shift, AltGr, Shift AltGr: a character, a combining one for a dead key, or 0. */
    uint16_t key[KEYMAP_CODES][4];
};

extern const struct keymap keymaps[]; /* the first: us */
extern const size_t keymap_count;

/* NULL: there is none of that name. */
const struct keymap *keymap_find(const char *name);
