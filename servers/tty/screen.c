/* Which screen there is: the loader's framebuffer, or else VGA text, or else none. */
#include "tty.h"

static enum {
    NO_SCREEN,
    PIXELS,
    VGA
} kind;

const char *screen_start(struct screen_size *size)
{
    *size = (struct screen_size){VGA_COLUMNS, VGA_ROWS};
    if (pixels_start(size))
        kind = PIXELS;
    else if (vga_start())
        kind = VGA;
    return kind == NO_SCREEN ? "no screen; the serial line is the console" : NULL;
}

bool screen_is_slow(void)
{
    return kind == PIXELS;
}

void screen_adopt(struct terminal *t)
{
    if (kind == PIXELS)
        pixels_adopt(t);
    else if (kind == VGA)
        vga_adopt(t);
}

static void draw(const struct terminal *t)
{
    if (kind == PIXELS)
        pixels_update(t);
    else if (kind == VGA)
        vga_update(t);
}

void screen_update(struct terminal *t)
{
    draw(t);
    terminal_drawn(t);
}

void screen_refresh(const struct terminal *t)
{
    static unsigned next;
    struct terminal row = *t;
    row.dirty_first = (uint16_t)(next++ % t->rows);
    row.dirty_end = row.dirty_first + 1;
    row.anew = true;
    draw(&row);
}
