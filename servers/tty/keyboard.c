/*
 * The i8042 keyboard controller, and the keyboard behind it.
 *
 * Machines without one answer 0xff for ever, some answer nothing: every wait is bounded, and what
 * does not answer is left as the firmware set it up.
 *
 * Whether a keyboard is there is asked by an echo, for whose answer nobody waits: it comes as an
 * interrupt, or keyboard_poll finds that it did not. A keyboard that is plugged in later says so by
 * itself; one that a firmware makes of a USB keyboard may never answer, but its keys do.
 */
#include "tty.h"

#include "keys.h"
#include "ports.h"

#include <parley/system.h>
#include <string.h>

#define KEYBOARD_IRQ 1

#define NOT_PLUGGED_IN                                                                             \
    "no keyboard answers: plug one in (one on USB needs the firmware's legacy emulation)"

#define PORT_DATA   0x60
#define PORT_STATUS 0x64 /* writing: commands to the controller */

#define STATUS_OUTPUT_FULL 0x01
#define STATUS_INPUT_FULL  0x02
#define STATUS_MOUSE       0x20

#define COMMAND_READ_CONFIG  0x20
#define COMMAND_WRITE_CONFIG 0x60
#define COMMAND_ENABLE       0xae

#define CONFIG_INTERRUPT 0x01
#define CONFIG_DISABLED  0x10
#define CONFIG_TRANSLATE 0x40

#define KEYBOARD_ECHO 0xee /* both ways; no key has that code */
#define ANSWER_US     500000
#define ASKS_MAX      2

#define WAIT_READS 20000 /* some 20 ms on a real bus */
#define BYTES_MAX  64    /* taken at once; a controller that has more is broken */

static bool present;
static struct keys keys;

static enum {
    UNASKED,
    ASKED,
    ANSWERED,
    MISSING
} keyboard;
static unsigned asks;
static uint64_t answer_due;

static bool wait_for(uint8_t mask, uint8_t wanted)
{
    for (unsigned i = 0; i < WAIT_READS; i++)
        if ((port_in(PORT_STATUS) & mask) == wanted)
            return true;
    return false;
}

static bool command(uint8_t code)
{
    if (!wait_for(STATUS_INPUT_FULL, 0))
        return false;
    port_out(PORT_STATUS, code);
    return true;
}

static void ask_keyboard(void)
{
    uint64_t now = 0;
    (void)sys_time(&now);
    keyboard = ASKED;
    asks++;
    answer_due = now + ANSWER_US;
    if (wait_for(STATUS_INPUT_FULL, 0))
        port_out(PORT_DATA, KEYBOARD_ECHO);
}

/* Errors, and requests to say something again, come of a controller whose line nobody answers. */
static void note_byte(uint8_t byte)
{
    if (byte == 0 || byte >= 0xfc)
        return;
    if (keyboard == MISSING)
        console_note("a keyboard answers now");
    keyboard = ANSWERED;
}

bool keyboard_waits(void)
{
    return keyboard == ASKED;
}

void keyboard_poll(void)
{
    uint64_t now = 0;
    if (keyboard != ASKED || sys_time(&now) < 0 || now < answer_due)
        return;
    if (asks < ASKS_MAX) {
        ask_keyboard();
        return;
    }
    keyboard = MISSING;
    console_note(serial_present() ? NOT_PLUGGED_IN ", or type on the serial line" : NOT_PLUGGED_IN);
}

/* Shift-PageUp and Shift-PageDown go through what has left the screen. */
static bool scrolls(const char *bytes, size_t count)
{
    if (count != 6 || memcmp(bytes + 3, ";2~", 3) != 0 || (bytes[2] != '5' && bytes[2] != '6'))
        return false;
    console_scroll(bytes[2] == '5' ? 1 : -1);
    return true;
}

/* Alt-F1 to Alt-F4 show another console. */
static bool switches(const char *bytes, size_t count)
{
    if (count != 6 || memcmp(bytes, "\033[1;3", 5) != 0 || bytes[5] < 'P' || bytes[5] > 'S')
        return false;
    console_switch((uint32_t)(bytes[5] - 'P'));
    return true;
}

static void take_key(const char *bytes, size_t count)
{
    console_bottom();
    for (size_t k = 0; k < count; k++)
        input_byte(console_shown(), (uint8_t)bytes[k]);
}

static void take_bytes(void)
{
    for (unsigned i = 0; i < BYTES_MAX; i++) {
        const uint8_t status = port_in(PORT_STATUS);
        if (status == 0xff || !(status & STATUS_OUTPUT_FULL))
            return;
        const uint8_t scancode = port_in(PORT_DATA);
        if (status & STATUS_MOUSE)
            continue;
        note_byte(scancode);
        if (scancode == KEYBOARD_ECHO)
            continue;
        char bytes[KEYS_BYTES_MAX];
        bool dump;
        keys.application = console_shown()->terminal.cursor_keys;
        const size_t count = keys_decode(&keys, scancode, bytes, &dump);
        if (dump)
            (void)sys_dump();
        if (count > 0 && !scrolls(bytes, count) && !switches(bytes, count))
            take_key(bytes, count);
    }
}

/* Interrupts on, keyboard on, translation to set 1 on. */
static bool configure(void)
{
    if (!command(COMMAND_READ_CONFIG) || !wait_for(STATUS_OUTPUT_FULL, STATUS_OUTPUT_FULL))
        return false;
    uint8_t config = port_in(PORT_DATA);
    config = (uint8_t)((config | CONFIG_INTERRUPT | CONFIG_TRANSLATE) & ~CONFIG_DISABLED);
    if (!command(COMMAND_WRITE_CONFIG) || !wait_for(STATUS_INPUT_FULL, 0))
        return false;
    port_out(PORT_DATA, config);
    return command(COMMAND_ENABLE) && wait_for(STATUS_INPUT_FULL, 0);
}

const struct keymap *keyboard_layout(void)
{
    return keys.map ? keys.map : &keymaps[0];
}

void keyboard_use(const struct keymap *map)
{
    keys.map = map;
    keys.dead = 0;
}

const char *keyboard_start(void)
{
    if (port_in(PORT_STATUS) == 0xff)
        return serial_present()
                   ? "no keyboard controller; type on the serial line"
                   : "neither keyboard controller nor serial port: only the firmware's "
                     "legacy emulation of USB keyboards can help";
    if (sys_irq_claim(KEYBOARD_IRQ, EVENT_BIT_KEYBOARD) < 0)
        return "interrupt 1 is not ours: no keyboard";
    present = true;
    keyboard = UNASKED;
    asks = 0;
    take_bytes(); /* typed during the boot; and the reading of the configuration finds its answer */
    const bool configured = configure();
    if (configured && keyboard != ANSWERED)
        ask_keyboard();
    keyboard_interrupt();
    return configured ? NULL : "the keyboard controller does not answer; left as it was";
}

void keyboard_interrupt(void)
{
    if (!present)
        return;
    take_bytes();
    (void)sys_irq_done(KEYBOARD_IRQ);
}
