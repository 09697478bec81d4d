/*
 * The console on VGA text memory, which the test has mapped where a PC has it.
 */
#include "screen.h"

#include <parley/ipc.h>
#include <sys/mman.h>
#include <tty/ports.h>
#include <tty/tty.h>

#define PLACE 0xb8000u
#define BLANK 0x0720u

static uint8_t registers[256], chosen;
static struct terminal t;
static struct terminal_cell cells[VGA_COLUMNS * VGA_ROWS];
static uint16_t *const memory = (uint16_t *)PLACE;

uint8_t port_in(uint16_t port)
{
    (void)port;
    return registers[chosen];
}

void port_out(uint16_t port, uint8_t value)
{
    if (port == 0x3d4)
        chosen = value;
    else
        registers[chosen] = value;
}

int echo(message *m)
{
    (void)m;
    return 0;
}

/* There is text only. */
bool pixels_start(struct screen_size *size)
{
    (void)size;
    return false;
}

void pixels_adopt(struct terminal *terminal)
{
    (void)terminal;
}

void pixels_update(const struct terminal *terminal)
{
    (void)terminal;
}

static void show(const char *text)
{
    write_text(&t, text);
    screen_update(&t);
}

static int begin(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VGA_COLUMNS * VGA_ROWS; i++)
        memory[i] = BLANK;
    memory[0] = 0x1741; /* A, white on blue */
    registers[0x0f] = 1;
    struct screen_size size;
    assert_null(screen_start(&size));
    terminal_init(&t, size.columns, size.rows, cells, NULL);
    screen_adopt(&t);
    return 0;
}

static void goes_on_behind_what_stands_there(void **state)
{
    (void)state;
    show("B\033[32mC");
    assert_int_equal(memory[0], 0x1741);
    assert_int_equal(memory[1], 0x0742);
    assert_int_equal(memory[2], 0x0243);
    assert_int_equal(registers[0x0f], 3);
}

/* The card is slow: what stands there is not written again. */
static void only_what_changes_is_written(void **state)
{
    (void)state;
    show("B");
    memory[1] = 0;
    show("\rAB");
    assert_int_equal(memory[1], 0);
}

/* Who finds the screen wrong clears it. */
static void clearing_draws_all(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VGA_COLUMNS * VGA_ROWS; i++)
        memory[i] = 0x4fff;
    show("\033[2J\033[HZ");
    assert_int_equal(memory[0], 0x075a);
    for (unsigned i = 1; i < VGA_COLUMNS * VGA_ROWS; i++)
        assert_int_equal(memory[i], BLANK);
}

static void a_reversed_screen(void **state)
{
    (void)state;
    show("\033[2J\033[H\033[32mG\033[?5h");
    assert_int_equal(memory[0], 0x2047);
    assert_int_equal(memory[1], 0x7020);
    show("\033[?5l");
    assert_int_equal(memory[0], 0x0247);
}

/* What is on the screen is not what the tty remembers, and nobody writes: the rows that are drawn
   anew in turn mend it, wherever the turn stands. */
static void damage_heals(void **state)
{
    (void)state;
    static uint16_t whole[VGA_COLUMNS * VGA_ROWS];
    show("B\033[32mC\033[25;80Hx\033[2;3H");
    memcpy(whole, memory, sizeof whole);
    for (unsigned i = 0; i < VGA_COLUMNS * VGA_ROWS; i++)
        memory[i] ^= 0x4fff;
    registers[0x0f] = 0;
    screen_refresh(&t);
    assert_memory_not_equal(memory, whole, sizeof whole);
    for (unsigned i = 1; i < VGA_ROWS; i++)
        screen_refresh(&t);
    assert_memory_equal(memory, whole, sizeof whole);
    assert_int_equal(registers[0x0f], VGA_COLUMNS + 2);
}

/* What has changed and is not drawn yet is drawn at the next update nevertheless. */
static void refreshing_forgets_no_change(void **state)
{
    (void)state;
    show("\033[H");
    write_text(&t, "Q\033[25;1HR");
    screen_refresh(&t);
    screen_update(&t);
    assert_int_equal(memory[0], 0x0751);
    assert_int_equal(memory[24 * VGA_COLUMNS], 0x0752);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(goes_on_behind_what_stands_there, begin),
        cmocka_unit_test_setup(only_what_changes_is_written, begin),
        cmocka_unit_test_setup(clearing_draws_all, begin),
        cmocka_unit_test_setup(a_reversed_screen, begin),
        cmocka_unit_test_setup(damage_heals, begin),
        cmocka_unit_test_setup(refreshing_forgets_no_change, begin),
    };
    void *const place = mmap((void *)memory, 0x8000, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (place != memory) {
        fprintf(stderr, "nothing can be mapped at 0x%x: vm.mmap_min_addr is larger\n", PLACE);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
