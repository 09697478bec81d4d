/*
 * VGA text memory, 80 x 25, at its own physical address.
 *
 * Cells are kept in the terminal's structure; only what changed is copied out, and the slow memory
 * of the card is never read again after the start. Should it ever show something else, the rows
 * that screen.c draws anew in turn mend that.
 */
#include "tty.h"

#include "glyph.h"
#include "ports.h"

#include <parley/ipc.h>

#define TEXT_MEMORY 0xb8000u
#define CELLS       (VGA_COLUMNS * VGA_ROWS)

#define CRTC_INDEX        0x3d4
#define CRTC_DATA         0x3d5
#define CRTC_CURSOR_START 0x0a
#define CRTC_CURSOR_END   0x0b
#define CRTC_START_HIGH   0x0c
#define CRTC_START_LOW    0x0d
#define CRTC_CURSOR_HIGH  0x0e
#define CRTC_CURSOR_LOW   0x0f
#define CURSOR_OFF        0x20

static volatile uint16_t *const memory = (volatile uint16_t *)TEXT_MEMORY;
static uint16_t shown[CELLS];
static unsigned shown_cursor;
static bool shown_hidden;

static void crtc_write(uint8_t index, uint8_t value)
{
    port_out(CRTC_INDEX, index);
    port_out(CRTC_DATA, value);
}

static uint8_t crtc_read(uint8_t index)
{
    port_out(CRTC_INDEX, index);
    return port_in(CRTC_DATA);
}

/* Without a card the bus may still show plain memory at that address, but never these registers. */
static bool has_registers(void)
{
    const uint8_t kept = crtc_read(CRTC_CURSOR_LOW);
    crtc_write(CRTC_CURSOR_LOW, 0x55);
    const bool first = crtc_read(CRTC_CURSOR_LOW) == 0x55;
    crtc_write(CRTC_CURSOR_LOW, 0xaa);
    const bool second = crtc_read(CRTC_CURSOR_LOW) == 0xaa;
    crtc_write(CRTC_CURSOR_LOW, kept);
    return first && second;
}

/* Is the memory mapped at all? Touching it would be a fault if not; but the kernel checks a
   message's address, and behind the visible cells there is room for one. */
static bool mapped(void)
{
    return echo((message *)(TEXT_MEMORY + CELLS * sizeof(uint16_t))) == 0;
}

/* Does it keep what is written? */
static bool answers(void)
{
    static const uint16_t pattern[] = {0x0755, 0x07aa};
    const uint16_t kept = memory[0];
    bool good = true;
    for (unsigned i = 0; i < 2; i++) {
        memory[0] = pattern[i];
        memory[1] = memory[1]; /* so that the bus does not simply hold the last value */
        good = good && memory[0] == pattern[i];
    }
    memory[0] = kept;
    return good;
}

/* The kernel left the cursor behind its text. Elsewhere: below the last row that shows something.
 */
static unsigned cursor_found(void)
{
    const unsigned cursor = (unsigned)crtc_read(CRTC_CURSOR_HIGH) << 8 | crtc_read(CRTC_CURSOR_LOW);
    unsigned last = 0;
    for (unsigned i = 0; i < CELLS; i++)
        if ((shown[i] & 0xff) != ' ' && (shown[i] & 0xff) != 0)
            last = i + 1;
    return cursor >= last ? cursor : (last + VGA_COLUMNS - 1) / VGA_COLUMNS * VGA_COLUMNS;
}

bool vga_start(void)
{
    if (!has_registers() || !mapped() || !answers())
        return false;
    for (unsigned i = 0; i < CELLS; i++)
        shown[i] = memory[i];
    crtc_write(CRTC_START_HIGH, 0);
    crtc_write(CRTC_START_LOW, 0);
    crtc_write(CRTC_CURSOR_START, 13);
    crtc_write(CRTC_CURSOR_END, 14);
    shown_cursor = CELLS;
    return true;
}

/* ANSI counts red green blue from bit 0 up, the VGA from bit 2 down. */
static unsigned swap_colour(unsigned colour)
{
    return (colour & 8) | (colour & 1) << 2 | (colour & 2) | (colour & 4) >> 2;
}

void vga_adopt(struct terminal *t)
{
    for (unsigned i = 0; i < CELLS; i++)
        t->primary[i] = (struct terminal_cell){
            .code = glyph_character((uint8_t)shown[i]) & 0x1fffff,
            .foreground = (terminal_colour)swap_colour(shown[i] >> 8 & 15),
            .background = (terminal_colour)swap_colour(shown[i] >> 12 & 7),
        };
    terminal_adopt(t, cursor_found());
}

static uint16_t text_of(const struct terminal_cell *cell)
{
    const unsigned front = swap_colour(terminal_ansi(cell->foreground));
    /* The bit of bright backgrounds means blinking. */
    const unsigned back = swap_colour(terminal_ansi(cell->background)) & 7;
    const uint8_t glyph = cell->part == PART_RIGHT ? ' ' : glyph_of(cell->code);
    return (uint16_t)((back << 4 | front) << 8 | glyph);
}

static void update_cursor(const struct terminal *t)
{
    const unsigned cursor = t->now.row * (unsigned)VGA_COLUMNS + t->now.column;
    if (cursor != shown_cursor || t->anew) {
        crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
        crtc_write(CRTC_CURSOR_LOW, (uint8_t)cursor);
        shown_cursor = cursor;
    }
    if (t->cursor_hidden != shown_hidden || t->anew) {
        crtc_write(CRTC_CURSOR_START, t->cursor_hidden ? CURSOR_OFF : 13);
        shown_hidden = t->cursor_hidden;
    }
}

void vga_update(const struct terminal *t)
{
    for (unsigned i = t->dirty_first * VGA_COLUMNS; i < t->dirty_end * VGA_COLUMNS; i++) {
        const struct terminal_cell cell = terminal_seen(t, i);
        const uint16_t text = text_of(&cell);
        if (text == shown[i] && !t->anew)
            continue;
        shown[i] = text;
        memory[i] = text;
    }
    update_cursor(t);
}
