/*
 * The i8042 keyboard controller.
 *
 * Machines without one answer 0xff for ever, some answer nothing: every wait is bounded, and what
 * does not answer is left as the firmware set it up.
 */
#include "tty.h"

#include "keys.h"
#include "ports.h"

#include <parley/system.h>
#include <string.h>

#define KEYBOARD_IRQ 1

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

#define WAIT_READS 20000 /* some 20 ms on a real bus */
#define BYTES_MAX  64    /* taken at once; a controller that has more is broken */

static bool present;
static struct keys keys;

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

/* Shift-PageUp and Shift-PageDown are the console's. */
static bool scrolls(const char *bytes, size_t count)
{
    if (count != 6 || memcmp(bytes + 3, ";2~", 3) != 0 || (bytes[2] != '5' && bytes[2] != '6'))
        return false;
    console_scroll(bytes[2] == '5' ? 1 : -1);
    return true;
}

static void take_key(const char *bytes, size_t count)
{
    console_bottom();
    for (size_t k = 0; k < count; k++)
        input_byte((uint8_t)bytes[k]);
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
        char bytes[KEYS_BYTES_MAX];
        bool dump;
        keys.application = console_cursor_keys();
        const size_t count = keys_decode(&keys, scancode, bytes, &dump);
        if (dump)
            (void)sys_dump();
        if (count > 0 && !scrolls(bytes, count))
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
        return "no keyboard controller; type on the serial line";
    if (sys_irq_claim(KEYBOARD_IRQ, EVENT_BIT_KEYBOARD) < 0)
        return "interrupt 1 is not ours: no keyboard";
    present = true;
    take_bytes(); /* typed during the boot; and the reading of the configuration finds its answer */
    const bool configured = configure();
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
