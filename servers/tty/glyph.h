/* Which glyph of the PC's built-in font (code page 437) shows a Unicode character. */
#pragma once

#include <stdint.h>

/* The glyph, a near relative where the font has none (an A for an A with a tilde), or '?'. */
uint8_t glyph_of(uint32_t code);

/* What a glyph shows. */
uint32_t glyph_character(uint8_t glyph);
