/*
 * Scancodes (set 1, as the controller translates them) to what a terminal sends.
 * Pure: state and bytes only.
 */
#pragma once

#include "keymap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEYS_BYTES_MAX 8 /* longest sequence of one key */

struct keys {
    const struct keymap *map; /* NULL: the first one's */
    uint16_t dead;            /* the combining character that waits for its base; or 0 */
    bool shift_left, shift_right, control_left, control_right, alt_left, alt_right;
    bool caps_lock, num_off;  /* all zero: the keypad gives digits */
    bool caps_down, num_down; /* held: their repeats change nothing */
    bool extended;            /* 0xe0 came */
    bool application;         /* the program wants SS3 of the cursor keys, not CSI */
    uint8_t skip;             /* bytes of a 0xe1 sequence (Pause) yet to come */
};

/* Feeds one scancode. Writes the bytes that the key means to `out` and returns their number; 0 for
   releases, modifiers and unknown keys. *dump becomes true when the key is F12. */
size_t keys_decode(struct keys *keys, uint8_t scancode, char out[KEYS_BYTES_MAX], bool *dump);
