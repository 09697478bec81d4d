/*
 * The driver of the keyboard controller, with a controller of the test's: behind it a keyboard, a
 * line that nobody answers, or nonsense.
 */
#include "servers_test.h"

#include <parley/system.h>
#include <tty/keymap.h>
#include <tty/ports.h>
#include <tty/tty.h>

#define DATA   0x60
#define STATUS 0x64

/* What answers an echo. */
static enum {
    HEALTHY,
    DEAF,
    TIMES_OUT, /* the controller reports that nobody takes its byte */
    NOISE
} behind;
static uint8_t waiting[64];
static unsigned waiting_bytes, command, echoes;
static uint64_t now;
static char notes[512], typed[64];
static bool controller, serial;
static struct console shown;

static void send(uint8_t byte)
{
    assert_true(waiting_bytes < sizeof waiting);
    waiting[waiting_bytes++] = byte;
}

uint8_t port_in(uint16_t port)
{
    if (!controller)
        return 0xff;
    if (port == STATUS)
        return waiting_bytes > 0;
    assert_int_equal(port, DATA);
    const uint8_t byte = waiting[0];
    memmove(waiting, waiting + 1, sizeof waiting - 1);
    waiting_bytes -= waiting_bytes > 0;
    return byte;
}

void port_out(uint16_t port, uint8_t value)
{
    if (port == STATUS) {
        command = value;
        if (value == 0x20)
            send(0x61);
        return;
    }
    assert_int_equal(port, DATA);
    if (command == 0x60) {
        command = 0;
        return;
    }
    assert_int_equal(value, 0xee); /* nothing that would change a keyboard */
    echoes++;
    if (behind == HEALTHY)
        send(0xee);
    else if (behind == TIMES_OUT)
        send(0xfe);
    for (unsigned i = 0; behind == NOISE && i < 8; i++)
        send(i % 2 ? 0xff : 0);
}

/* ---- The rest of the tty --------------------------------------------------------------------- */

struct console *console_shown(void)
{
    return &shown;
}

void console_switch(uint32_t number)
{
    (void)number;
}

void console_scroll(int pages)
{
    (void)pages;
}

void console_bottom(void) {}

bool serial_present(void)
{
    return serial;
}

void console_note(const char *missing)
{
    if (missing != NULL) {
        strcat(notes, missing);
        strcat(notes, "\n");
    }
}

void input_byte(struct console *console, uint8_t byte)
{
    assert_ptr_equal(console, &shown);
    const size_t length = strlen(typed);
    typed[length] = (char)byte;
    typed[length + 1] = '\0';
}

int sys_time(uint64_t *microseconds)
{
    *microseconds = now;
    return 0;
}

int sys_dump(void)
{
    return 0;
}

int sys_irq_claim(unsigned line, unsigned bit)
{
    (void)line;
    (void)bit;
    return 0;
}

int sys_irq_done(unsigned line)
{
    (void)line;
    return 0;
}

/* ---- Cases ----------------------------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    behind = HEALTHY;
    controller = serial = true;
    waiting_bytes = command = echoes = 0;
    notes[0] = typed[0] = '\0';
    return 0;
}

/* With a look each 50 ms, as the tty's alarm has it. */
static void pass(unsigned milliseconds)
{
    for (unsigned passed = 0; passed < milliseconds; passed += 50) {
        now += 50000;
        keyboard_interrupt();
        keyboard_poll();
    }
}

static void plugged_in(void)
{
    send(0xaa); /* its own test passed */
    send(0x1e);
    send(0x9e);
    keyboard_interrupt();
    assert_string_equal(typed, "a");
}

static void a_keyboard(void **state)
{
    (void)state;
    assert_null(keyboard_start());
    pass(5000);
    assert_string_equal(notes, "");
    assert_int_equal(echoes, 1);
    assert_false(keyboard_waits());
    plugged_in();
    assert_string_equal(notes, "");
}

/* It is said once, not before there was time to answer, and taken back when one is plugged in. */
static void no_keyboard(void **state)
{
    (void)state;
    assert_null(keyboard_start());
    pass(900);
    assert_string_equal(notes, "");
    assert_true(keyboard_waits());
    pass(5000);
    assert_non_null(strstr(notes, "no keyboard answers: plug one in"));
    assert_int_equal(echoes, 2);
    assert_false(keyboard_waits());
    notes[0] = '\0';
    plugged_in();
    assert_string_equal(notes, "a keyboard answers now\n");
}

/* Nobody is told to type where nobody can. */
static void no_serial_port_either(void **state)
{
    (void)state;
    serial = false;
    behind = DEAF;
    assert_null(keyboard_start());
    pass(5000);
    assert_non_null(strstr(notes, "no keyboard answers: plug one in"));
    assert_null(strstr(notes, "serial"));
}

static void no_controller(void **state)
{
    (void)state;
    controller = false;
    assert_string_equal(keyboard_start(), "no keyboard controller; type on the serial line");
    serial = false;
    assert_non_null(strstr(keyboard_start(), "neither keyboard controller nor serial port: only"));
}

static void none_by_the_controllers_word(void **state)
{
    behind = TIMES_OUT;
    no_keyboard(state);
}

static void nothing(void **state)
{
    behind = DEAF;
    no_keyboard(state);
}

static void noise(void **state)
{
    behind = NOISE;
    no_keyboard(state);
}

/* A key that was typed before is answer enough. */
static void typed_during_the_boot(void **state)
{
    (void)state;
    behind = DEAF;
    send(0x1e);
    assert_null(keyboard_start());
    pass(5000);
    assert_string_equal(typed, "a");
    assert_int_equal(echoes, 0);
    assert_string_equal(notes, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_keyboard, begin),
        cmocka_unit_test_setup(nothing, begin),
        cmocka_unit_test_setup(none_by_the_controllers_word, begin),
        cmocka_unit_test_setup(noise, begin),
        cmocka_unit_test_setup(no_serial_port_either, begin),
        cmocka_unit_test_setup(no_controller, begin),
        cmocka_unit_test_setup(typed_during_the_boot, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
