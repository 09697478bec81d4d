/*
 * See pixels.h. Nothing is ever moved: behind the last row the text goes on in the first, each row
 * cleared as it is begun, and one below it.
 */
#include "pixels.h"

#include <stdbool.h>
#include <stddef.h>

#define LOOK_COLUMNS 8 /* a row of text begins in these */

static const struct framebuffer *screen;
static uint8_t *memory;
static uint32_t scale, columns, rows, pixel_bytes;
static uint32_t column, row;
static uint32_t used; /* rows in which something may stand; those behind them are black */
static bool lent;

static uint8_t *place(uint32_t x, uint32_t y)
{
    return memory + y * screen->row_bytes + x * pixel_bytes;
}

/* Black is 0 in every format; what a row has behind its last pixel is nobody's. */
static void clear_rows(uint32_t first, uint32_t count)
{
    __builtin_memset(memory + first * screen->row_bytes, 0, count * screen->row_bytes);
}

static void clear_row(uint32_t which)
{
    const uint32_t height = FRAMEBUFFER_CELL_HEIGHT * scale;
    if (which < used)
        clear_rows(which * height, height);
}

static void begin_row(uint32_t which)
{
    column = 0;
    row = which < rows ? which : 0;
    clear_row(row);
    clear_row(row + 1 < rows ? row + 1 : 0);
    if (used <= row)
        used = row + 1;
}

static inline __attribute__((always_inline)) void
draw_row(uint8_t *at, uint8_t bits, uint32_t front, uint32_t times, uint32_t bytes)
{
    for (uint32_t bit = 0x80; bit != 0; bit >>= 1)
        for (uint32_t i = 0; i < times; i++, at += bytes)
            framebuffer_put(at, bits & bit ? front : 0, bytes);
}

static void draw(char c)
{
    const uint8_t *glyph = pixels_font[(uint8_t)c - PIXELS_FIRST];
    const uint32_t front = framebuffer_pixel(screen, FRAMEBUFFER_TEXT_COLOUR);
    uint8_t *at =
        place(column * FRAMEBUFFER_CELL_WIDTH * scale, row * FRAMEBUFFER_CELL_HEIGHT * scale);
    for (uint32_t y = 0; y < FRAMEBUFFER_CELL_HEIGHT; y++)
        for (uint32_t i = 0; i < scale; i++, at += screen->row_bytes)
            if (scale == 1 && pixel_bytes == 4) /* the usual screen */
                draw_row(at, glyph[y], front, 1, 4);
            else
                draw_row(at, glyph[y], front, scale, pixel_bytes);
}

static bool shows_something(uint32_t which)
{
    const uint32_t first = which * FRAMEBUFFER_CELL_HEIGHT * scale;
    for (uint32_t y = first; y < first + FRAMEBUFFER_CELL_HEIGHT * scale; y++)
        for (uint32_t x = 0; x < LOOK_COLUMNS * FRAMEBUFFER_CELL_WIDTH * scale; x++) {
            const volatile uint8_t *at = place(x, y);
            if (at[0] | at[1])
                return true;
        }
    return false;
}

void pixels_init(const struct framebuffer *framebuffer, void *first)
{
    const uint32_t by = framebuffer_scale(framebuffer);
    columns = framebuffer->width / (FRAMEBUFFER_CELL_WIDTH * by);
    rows = framebuffer->height / (FRAMEBUFFER_CELL_HEIGHT * by);
    if (columns < LOOK_COLUMNS || rows < 2)
        return;
    screen = framebuffer;
    memory = first;
    scale = by;
    pixel_bytes = (screen->bits + 7u) / 8;
    clear_rows(0, screen->height);
    used = 1;
}

void pixels_lend(void)
{
    lent = true;
}

static void go_below(void)
{
    uint32_t last = rows;
    while (last > 0 && !shows_something(last - 1))
        last--;
    lent = false;
    used = rows;
    begin_row(last);
}

void pixels_put(char c)
{
    if (screen == NULL)
        return;
    if (lent)
        go_below();
    if (c == '\n') {
        begin_row(row + 1);
    } else if (c == '\r') {
        column = 0;
    } else if (c == '\t') {
        column += 8 - column % 8;
    } else if ((uint8_t)c >= ' ') {
        if (column >= columns)
            begin_row(row + 1);
        draw((uint8_t)c < 0x7f ? c : '?');
        column++;
    }
}
