/*
 * Glyphs by Unicode character, from a font file as tools/fonts.py makes it. Pure.
 *
 * A glyph is 16 rows of 8 pixels, or of 16 (two bytes) for a character of two cells; the leftmost
 * pixel is the highest bit.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FONT_ROWS 16

struct font { /* all zero: no glyphs */
    const uint8_t *data;
    uint32_t runs;
};

/* Latin, Greek, Cyrillic, box drawing and symbols, each of one cell. */
extern const uint8_t font_narrow[];
extern const size_t font_narrow_bytes;

/* False, and no glyphs, when it is not wholly a font file. `data` must stay. */
bool font_open(struct font *font, const void *data, size_t bytes);

/* The glyph of a character of so many cells, or NULL. */
const uint8_t *font_find(const struct font *font, uint32_t code, unsigned cells);

/* The first character of so many cells that looks so, in those rows (bit n: row n); 0: none. Each
   glyph that is looked at counts *looks down; at 0 it gives up. */
uint32_t font_character(const struct font *font, const uint8_t *glyph, unsigned cells,
                        uint32_t rows, unsigned *looks);
