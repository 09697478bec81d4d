/*
 * The kernel's console: the first serial port, and VGA text or the loader's framebuffer. For the
 * boot and for panics.
 *
 * Every wait is bounded. Between two writes a driver may have used both devices: the cursor is read
 * back each time, and the serial port's modes are set only once. What was typed before the boot
 * stays in the receiver for the driver.
 */
#include "console.h"

#include "layout.h"
#include "pixels.h"
#include "ports.h"
#include <arch/arch.h>

/* ---- Serial port: 16550 or its ancestors -------------------------------------------------------
 */

#define COM1             0x3f8
#define SERIAL_DATA      (COM1 + 0)
#define SERIAL_INTERRUPT (COM1 + 1)
#define SERIAL_FIFO      (COM1 + 2) /* read: which interrupt, and whether the FIFO is on */
#define SERIAL_LINE      (COM1 + 3)
#define SERIAL_MODEM     (COM1 + 4)
#define SERIAL_STATUS    (COM1 + 5)

#define LINE_8N1       0x03
#define LINE_DIVISOR   0x80
#define DIVISOR_115200 1
#define FIFO_ENABLE    0x01
#define FIFO_IS_ON     0xc0
#define MODEM_READY    0x0b /* DTR, RTS, OUT2 */
#define MODEM_LOOP     0x10
#define STATUS_DATA    0x01
#define STATUS_ROOM    0x20
#define STATUS_IDLE    0x40

/* A character takes 87 us, a status read about 1 us. */
#define SERIAL_TRIES 50000

static bool serial_there;

static bool serial_wait(uint8_t bits)
{
    for (unsigned i = 0; i < SERIAL_TRIES; i++)
        if (in8(SERIAL_STATUS) & bits)
            return true;
    return false;
}

static bool serial_answers(void)
{
    if (in8(SERIAL_STATUS) == 0xff)
        return false;
    out8(SERIAL_LINE, LINE_8N1);
    return in8(SERIAL_LINE) == LINE_8N1;
}

/* Switching the FIFO on empties the receiver. When something was typed already it stays off, and
   the driver switches it on later; an emulator holds the rest back until then. */
static void serial_fifo_on(void)
{
    if ((in8(SERIAL_FIFO) & FIFO_IS_ON) != FIFO_IS_ON && !(in8(SERIAL_STATUS) & STATUS_DATA))
        out8(SERIAL_FIFO, FIFO_ENABLE);
}

static void serial_init(void)
{
    serial_there = serial_answers();
    if (!serial_there)
        return;
    out8(SERIAL_INTERRUPT, 0);
    out8(SERIAL_LINE, LINE_DIVISOR | LINE_8N1);
    out8(SERIAL_DATA, DIVISOR_115200);
    out8(SERIAL_INTERRUPT, 0);
    out8(SERIAL_LINE, LINE_8N1);
    serial_fifo_on();
    out8(SERIAL_MODEM, MODEM_READY);
}

/* A port that stops taking characters is given up, so that it costs its time-out only once. */
static void serial_put(char c)
{
    if (serial_there && !serial_wait(STATUS_ROOM))
        serial_there = false;
    if (serial_there)
        out8(SERIAL_DATA, (uint8_t)c);
}

/* ---- Screen: VGA text ------------------------------------------------------------------------ */

#define SCREEN_ADDRESS 0xb8000u
#define COLUMNS        80u
#define ROWS           25u
#define CELLS          (COLUMNS * ROWS)
#define BLANK          0x0720u

#define CRT_INDEX       0x3d4
#define CRT_DATA        0x3d5
#define CRT_START_HIGH  0x0c
#define CRT_CURSOR_HIGH 0x0e

static volatile uint16_t *const screen = (volatile uint16_t *)(KERNEL_BASE + SCREEN_ADDRESS);
static bool screen_there;

static uint32_t crt_read(uint8_t high)
{
    out8(CRT_INDEX, high);
    const uint32_t value = (uint32_t)in8(CRT_DATA) << 8;
    out8(CRT_INDEX, (uint8_t)(high + 1));
    return value | in8(CRT_DATA);
}

static void crt_write(uint8_t high, uint32_t value)
{
    out8(CRT_INDEX, high);
    out8(CRT_DATA, (uint8_t)(value >> 8));
    out8(CRT_INDEX, (uint8_t)(high + 1));
    out8(CRT_DATA, (uint8_t)value);
}

static bool screen_holds(uint16_t pattern)
{
    screen[0] = pattern;
    screen[1] = (uint16_t)~pattern; /* so that the bus does not just remember the first value */
    return screen[0] == pattern;
}

static void screen_init(void)
{
    const uint16_t kept[2] = {screen[0], screen[1]};
    screen_there = screen_holds(0x5aa5) && screen_holds(0xa55a);
    screen[0] = kept[0];
    screen[1] = kept[1];
    if (!screen_there)
        return;
    for (uint32_t i = 0; i < CELLS; i++)
        screen[i] = BLANK;
    crt_write(CRT_START_HIGH, 0);
    crt_write(CRT_CURSOR_HIGH, 0);
}

static void screen_scroll(void)
{
    for (uint32_t i = 0; i < CELLS - COLUMNS; i++)
        screen[i] = screen[i + COLUMNS];
    for (uint32_t i = CELLS - COLUMNS; i < CELLS; i++)
        screen[i] = BLANK;
}

/* Returns where the cursor goes. */
static uint32_t screen_put(uint32_t at, char c)
{
    if (c == '\n')
        at += COLUMNS - at % COLUMNS;
    else if (c == '\r')
        at -= at % COLUMNS;
    else if (c == '\t')
        at += 8 - at % 8;
    else if (c == '\b')
        at -= at % COLUMNS != 0;
    else if ((uint8_t)c >= ' ')
        screen[at++] = (uint16_t)((BLANK & 0xff00) | (uint8_t)c);
    if (at >= CELLS) {
        screen_scroll();
        at -= COLUMNS;
    }
    return at;
}

/* Where the driver left the cursor; a driver that moved the screen's start is put back to 0. */
static uint32_t screen_cursor(void)
{
    uint32_t cursor = crt_read(CRT_CURSOR_HIGH);
    if (crt_read(CRT_START_HIGH) != 0) {
        crt_write(CRT_START_HIGH, 0);
        cursor = CELLS - COLUMNS;
    }
    return cursor < CELLS ? cursor : CELLS - COLUMNS;
}

/* ---- Both ------------------------------------------------------------------------------------ */

void console_init(void)
{
    serial_init();
    screen_init();
}

void console_without_screen(void)
{
    screen_there = false;
}

void arch_console_write(const char *text, size_t bytes)
{
    uint32_t cursor = screen_there ? screen_cursor() : 0;
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '\n')
            serial_put('\r');
        serial_put(text[i]);
        if (screen_there)
            cursor = screen_put(cursor, text[i]);
        pixels_put(text[i]);
    }
    if (screen_there)
        crt_write(CRT_CURSOR_HIGH, cursor);
}

void arch_console_lend(void)
{
    pixels_lend();
}

void arch_console_drain(void)
{
    if (serial_there)
        (void)serial_wait(STATUS_IDLE);
}

void console_line(const char *line)
{
    size_t bytes = 0;
    while (line[bytes] != '\0')
        bytes++;
    arch_console_write(line, bytes);
    arch_console_write("\n", 1);
}
