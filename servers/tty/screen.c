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

void screen_update(struct terminal *t)
{
    if (kind == PIXELS)
        pixels_update(t);
    else if (kind == VGA)
        vga_update(t);
    terminal_drawn(t);
}
