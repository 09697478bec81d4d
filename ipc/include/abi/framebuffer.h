/*
 * The screen as the loader left it: rows of pixels in memory.
 *
 * A server whose line says map=framebuffer has it mapped and finds this on its start stack
 * (AT_PARLEY_FRAMEBUFFER). What stands here was checked: a row holds `width` pixels, every colour
 * field lies within a pixel, and no byte of it is memory.
 */
#pragma once

#include <stdint.h>

#define FRAMEBUFFER_SIDE_MOST  8192u      /* pixels */
#define FRAMEBUFFER_BYTES_MOST 0x4000000u /* of all rows */

struct framebuffer_colour { /* its bits in a pixel */
    uint8_t shift, bits;    /* 1..10 bits */
};

struct framebuffer {
    uint32_t address; /* of the first row */
    uint32_t row_bytes;
    uint32_t width, height; /* pixels; 0: there is no framebuffer */
    uint8_t bits;           /* of a pixel: 15 or 16 (two bytes), 24, 32; little-endian */
    struct framebuffer_colour red, green, blue;
    uint8_t reserved;
};

_Static_assert(sizeof(struct framebuffer) == 24, "shared layout");

/*
 * Text on it, as the kernel writes it before there is a server and in a panic, and as the tty does:
 * cells from the upper left corner on, of 8 x 16 pixels times the scale. The tty finds in them what
 * the kernel, or a tty before it, has written.
 */
#define FRAMEBUFFER_COLUMNS_MOST 160u
#define FRAMEBUFFER_ROWS_MOST    64u
#define FRAMEBUFFER_CELL_WIDTH   8u
#define FRAMEBUFFER_CELL_HEIGHT  16u
#define FRAMEBUFFER_TEXT_COLOUR  0xaaaaaau /* red, green, blue, 8 bits each; on black */

static inline uint32_t framebuffer_scale(const struct framebuffer *f)
{
    uint32_t scale = 1;
    while (f->width / (FRAMEBUFFER_CELL_WIDTH * scale) > FRAMEBUFFER_COLUMNS_MOST ||
           f->height / (FRAMEBUFFER_CELL_HEIGHT * scale) > FRAMEBUFFER_ROWS_MOST)
        scale++;
    return scale;
}

static inline uint32_t framebuffer_field(uint32_t value, struct framebuffer_colour field)
{
    return (field.bits > 8 ? value << (field.bits - 8) : value >> (8 - field.bits)) << field.shift;
}

/* The pixel of a colour: red, green, blue, 8 bits each. */
static inline uint32_t framebuffer_pixel(const struct framebuffer *f, uint32_t colour)
{
    return framebuffer_field(colour >> 16 & 0xff, f->red) |
           framebuffer_field(colour >> 8 & 0xff, f->green) |
           framebuffer_field(colour & 0xff, f->blue);
}

/* Pixels are little-endian, of 2, 3 or 4 bytes. */
static inline void framebuffer_put(volatile uint8_t *at, uint32_t pixel, uint32_t bytes)
{
    if (bytes == 4) {
        *(volatile uint32_t *)at = pixel;
        return;
    }
    *(volatile uint16_t *)at = (uint16_t)pixel;
    if (bytes == 3)
        at[2] = (uint8_t)(pixel >> 16);
}
