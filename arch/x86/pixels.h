/* The kernel's text on the loader's framebuffer: abi/framebuffer.h says where. */
#pragma once

#include <abi/framebuffer.h>

#define PIXELS_FIRST  0x20
#define PIXELS_GLYPHS (0x7f - PIXELS_FIRST)

extern const uint8_t pixels_font[PIXELS_GLYPHS][16]; /* made by tools/fonts.py */

/* Clears the screen. `rows`: its first row, where the kernel sees it. Before that, and without a
   framebuffer, the others do nothing. */
void pixels_init(const struct framebuffer *screen, void *rows);
/* Somebody else draws from now on: the next text goes below what stands there then. */
void pixels_lend(void);
void pixels_put(char c);
