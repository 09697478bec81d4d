/*
 * VGA text memory, 80 x 25, at its own physical address.
 *
 * Cells are kept in the terminal's structure; only those that changed are copied out, so the slow
 * memory of the card is never read again after the start, and a line that scrolls into its like is
 * not written.
 */
#include "tty.h"

#include "ports.h"

#include <parley/ipc.h>

#define TEXT_MEMORY 0xb8000u

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
static bool present;
static uint16_t shown[TERMINAL_CELLS];
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
    return echo((message *)(TEXT_MEMORY + TERMINAL_CELLS * sizeof(uint16_t))) == 0;
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
static unsigned cursor_found(const uint16_t cell[TERMINAL_CELLS])
{
    const unsigned cursor = (unsigned)crtc_read(CRTC_CURSOR_HIGH) << 8 | crtc_read(CRTC_CURSOR_LOW);
    unsigned last = 0;
    for (unsigned i = 0; i < TERMINAL_CELLS; i++)
        if ((cell[i] & 0xff) != ' ' && (cell[i] & 0xff) != 0)
            last = i + 1;
    return cursor >= last ? cursor
                          : (last + TERMINAL_COLUMNS - 1) / TERMINAL_COLUMNS * TERMINAL_COLUMNS;
}

const char *screen_start(struct terminal *t)
{
    present = has_registers() && mapped() && answers();
    if (!present)
        return "no VGA text memory; the serial line is the console";
    for (unsigned i = 0; i < TERMINAL_CELLS; i++)
        shown[i] = memory[i];
    terminal_adopt(t, shown, cursor_found(shown));
    crtc_write(CRTC_START_HIGH, 0);
    crtc_write(CRTC_START_LOW, 0);
    crtc_write(CRTC_CURSOR_START, 13);
    crtc_write(CRTC_CURSOR_END, 14);
    shown_cursor = TERMINAL_CELLS;
    return NULL;
}

static void update_cursor(const struct terminal *t)
{
    const unsigned cursor = t->row * (unsigned)TERMINAL_COLUMNS + t->column;
    if (cursor != shown_cursor) {
        crtc_write(CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
        crtc_write(CRTC_CURSOR_LOW, (uint8_t)cursor);
        shown_cursor = cursor;
    }
    if (t->cursor_hidden != shown_hidden) {
        crtc_write(CRTC_CURSOR_START, t->cursor_hidden ? CURSOR_OFF : 13);
        shown_hidden = t->cursor_hidden;
    }
}

void screen_update(struct terminal *t)
{
    if (present) {
        for (unsigned i = t->dirty_first * TERMINAL_COLUMNS; i < t->dirty_end * TERMINAL_COLUMNS;
             i++)
            if (shown[i] != t->cell[i])
                memory[i] = shown[i] = t->cell[i];
        update_cursor(t);
    }
    t->dirty_first = t->dirty_end = 0;
}
