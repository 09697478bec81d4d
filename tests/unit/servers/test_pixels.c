/*
 * The console on a framebuffer: what stands in the terminal's cells is seen in the pixels, whatever
 * their size, and what is seen is found again by another tty.
 */
#include "screen.h"

#include <parley/system.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <tty/font.h>
#include <tty/tty.h>

#define ROOM (4u << 20)

static struct framebuffer screen;
static uint8_t *memory;
static const void *wide_data;
static size_t wide_bytes;
static struct terminal t;
static struct terminal_cell cells[TERMINAL_COLUMNS_MOST * TERMINAL_ROWS_MOST];

const struct framebuffer *module_framebuffer(void)
{
    return screen.width ? &screen : NULL;
}

const void *module_data(size_t *bytes)
{
    *bytes = wide_bytes;
    return wide_data;
}

/* The loader's usual pixels of so many bits. */
static void make_screen(uint32_t width, uint32_t height, uint8_t bits)
{
    const struct framebuffer_colour eight[3] = {{16, 8}, {8, 8}, {0, 8}};
    const struct framebuffer_colour six[3] = {{11, 5}, {5, 6}, {0, 5}};
    const struct framebuffer_colour five[3] = {{10, 5}, {5, 5}, {0, 5}};
    const struct framebuffer_colour *colour = bits >= 24 ? eight : bits == 16 ? six : five;
    if (memory == NULL)
        memory = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
                      -1, 0);
    assert_true(memory != MAP_FAILED);
    memset(memory, 0, ROOM);
    screen = (struct framebuffer){
        .address = (uint32_t)(uintptr_t)memory,
        .row_bytes = width * ((bits + 7u) / 8) + 12, /* more than the pixels need */
        .width = width,
        .height = height,
        .bits = bits,
        .red = colour[0],
        .green = colour[1],
        .blue = colour[2],
    };
    assert_true(screen.row_bytes * height <= ROOM);
}

static void start(void)
{
    struct screen_size size;
    assert_true(pixels_start(&size));
    terminal_init(&t, size.columns, size.rows, cells, NULL);
    pixels_adopt(&t);
    pixels_update(&t);
    terminal_drawn(&t);
}

static void show(const char *text)
{
    write_text(&t, text);
    pixels_update(&t);
    terminal_drawn(&t);
}

static uint32_t pixel(unsigned x, unsigned y)
{
    const uint8_t *at = memory + y * screen.row_bytes + x * ((screen.bits + 7u) / 8);
    uint32_t value = 0;
    for (unsigned i = (screen.bits + 7u) / 8; i > 0; i--)
        value = value << 8 | at[i - 1];
    return value;
}

/* What a cell shows: a line of text a row, # where the pixel is not the background's. */
static const char *picture(unsigned column, unsigned row, unsigned scale, uint32_t background)
{
    static char text[17 * 9 + 1];
    char *at = text;
    for (unsigned y = 0; y < 16; y++) {
        for (unsigned x = 0; x < 8; x++)
            *at++ =
                pixel((column * 8 + x) * scale, (row * 16 + y) * scale) == background ? '.' : '#';
        *at++ = '\n';
    }
    *at = '\0';
    return text;
}

/* The same of a glyph, with the rows of a mask full. */
static const char *glyph(uint32_t code, unsigned full)
{
    static char text[17 * 9 + 1];
    struct font font;
    char *at = text;
    assert_true(font_open(&font, font_narrow, font_narrow_bytes));
    const uint8_t *bits = font_find(&font, code, 1);
    assert_non_null(bits);
    for (unsigned y = 0; y < 16; y++) {
        for (unsigned x = 0; x < 8; x++)
            *at++ = (full >> y & 1) || (bits[y] >> (7 - x) & 1) ? '#' : '.';
        *at++ = '\n';
    }
    *at = '\0';
    return text;
}

#define CURSOR 0x6000u /* two rows near the bottom */

static void every_pixel_size(void **state)
{
    (void)state;
    static const uint8_t sizes[] = {15, 16, 24, 32};
    static const uint32_t red[] = {21u << 10, 21u << 11, 0xaa0000, 0xaa0000};
    static const uint32_t blue[] = {21, 21, 0xaa, 0xaa};
    for (unsigned i = 0; i < 4; i++) {
        make_screen(640, 480, sizes[i]);
        start();
        show("A\033[31;44mB\033[0m│");
        assert_string_equal(picture(0, 0, 1, 0), glyph('A', 0));
        assert_string_equal(picture(1, 0, 1, blue[i]), glyph('B', 0));
        assert_string_equal(picture(2, 0, 1, 0), glyph(0x2502, 0));
        assert_int_equal(pixel(8 + 1, 4), red[i]); /* the B's stem */
        assert_string_equal(picture(3, 0, 1, 0), glyph(' ', CURSOR));
        assert_int_equal(pixel(640, 0), 0); /* what is behind a row is not ours */
    }
}

static void the_cursor_moves_and_hides(void **state)
{
    (void)state;
    make_screen(640, 480, 32);
    start();
    show("ab\b");
    assert_string_equal(picture(1, 0, 1, 0), glyph('b', CURSOR));
    show("\033[H");
    assert_string_equal(picture(1, 0, 1, 0), glyph('b', 0));
    assert_string_equal(picture(0, 0, 1, 0), glyph('a', CURSOR));
    show("\033[?25l");
    assert_string_equal(picture(0, 0, 1, 0), glyph('a', 0));
}

static void large_screens_have_large_cells(void **state)
{
    (void)state;
    make_screen(1920, 1040, 15);
    start();
    assert_int_equal(t.columns, 120);
    assert_int_equal(t.rows, 32);
    show("x");
    assert_string_equal(picture(0, 0, 2, 0), glyph('x', 0));
    for (unsigned y = 0; y < 32; y++)
        for (unsigned x = 0; x < 16; x++)
            assert_int_equal(pixel(x, y), pixel(x & ~1u, y & ~1u));
}

static void marks_and_lines(void **state)
{
    (void)state;
    make_screen(640, 480, 32);
    start();
    show("x\u0302\033[4my");
    assert_string_not_equal(picture(0, 0, 1, 0), glyph('x', 0));
    assert_non_null(strstr(picture(0, 0, 1, 0), "#"));
    assert_string_equal(picture(1, 0, 1, 0), glyph('y', 0x8000));
    show("\r\033[0m\uabcd"); /* no font has it */
    assert_string_equal(picture(0, 0, 1, 0) + 9 * 2, ".######.\n.#....#.\n.#....#.\n.#....#.\n"
                                                     ".#....#.\n.#....#.\n.#....#.\n.#....#.\n"
                                                     ".#....#.\n.#....#.\n.#....#.\n.######.\n"
                                                     "........\n........\n");
}

/* A font file with two characters of two cells, U+4E2D and U+4E2E; the second one's left half is
   blank. */
static const uint8_t two_wide[12 + 12 + 64] = {
    'P', 'L', 'Y',  'F',  'O', 'N', 'T', '1', 1, 0, 0, 0, 0x2d, 0x4e, 0, 0, 2, 0, 2, 0, 24, 0,
    0,   0,   0x12, 0x01, 0,   1,   0,   1,   0, 1, 0, 1, 0,    1,    0, 1, 0, 1, 0, 1, 0,  1,
    0,   1,   0,    1,    0,   1,   0,   1,   0, 1, 0, 1, 0,    9,    0, 9, 0, 9, 0, 9, 0,  9,
    0,   9,   0,    9,    0,   9,   0,   9,   0, 9, 0, 9, 0,    9,    0, 9, 0, 9, 0, 9, 0,  9,
};

static void wide_characters(void **state)
{
    (void)state;
    wide_data = two_wide;
    wide_bytes = sizeof two_wide;
    make_screen(640, 480, 32);
    start();
    show("中国");
    assert_int_equal(t.now.column, 4);
    assert_int_equal(pixel(6, 0), 0xaaaaaa);
    assert_int_equal(pixel(7, 0), 0);
    assert_int_equal(pixel(15, 0), 0xaaaaaa);
    assert_string_equal(picture(2, 0, 1, 0) + 9 * 2, ".#######\n.#......\n.#......\n.#......\n"
                                                     ".#......\n.#......\n.#......\n.#......\n"
                                                     ".#......\n.#......\n.#......\n.#######\n"
                                                     "........\n........\n");
    wide_bytes = 0;
}

static void another_tty_finds_it(void **state)
{
    (void)state;
    static struct terminal_cell before[sizeof cells / sizeof *cells];
    wide_data = two_wide;
    wide_bytes = sizeof two_wide;
    make_screen(800, 600, 16);
    start();
    show("first\n\033[31mred\033[0m \033[7minverse\033[0m ─┐ 中 \u4e2e_\n$ ab\b");
    memcpy(before, cells, sizeof before);
    start();
    assert_cursor(&t, 2, 3);
    for (unsigned i = 0; i < (unsigned)t.columns * t.rows; i++) {
        assert_int_equal(cells[i].code, before[i].code);
        assert_int_equal(cells[i].part, before[i].part);
        if (cells[i].code != ' ')
            assert_int_equal(cells[i].foreground, before[i].foreground);
        assert_int_equal(cells[i].background, before[i].background);
    }
    wide_bytes = 0;
}

/* Whatever the loader left there: a picture, noise. */
static void any_picture(void **state)
{
    (void)state;
    make_screen(640, 480, 24);
    for (unsigned i = 0; i < screen.row_bytes * screen.height; i++)
        memory[i] = (uint8_t)random_below(256);
    start();
    for (unsigned i = 0; i < (unsigned)t.columns * t.rows; i++)
        assert_true(cells[i].code >= ' ');
    show("\033[2J\033[Hx");
    assert_string_equal(picture(0, 0, 1, 0), glyph('x', 0));
}

static void a_reversed_screen(void **state)
{
    (void)state;
    make_screen(640, 480, 32);
    start();
    show("A\033[?5h");
    assert_int_equal(pixel(400, 200), 0xaaaaaa);
    show("\033[?5l");
    assert_int_equal(pixel(400, 200), 0);
}

/* Who finds the screen wrong clears it. */
static void clearing_draws_all(void **state)
{
    (void)state;
    make_screen(640, 480, 32);
    start();
    show("A");
    memset(memory, 0x55, screen.row_bytes * screen.height);
    show("\033[2J\033[HA\033[?25l");
    assert_string_equal(picture(0, 0, 1, 0), glyph('A', 0));
    assert_string_equal(picture(79, 29, 1, 0), glyph(' ', 0));
}

static void no_screen(void **state)
{
    (void)state;
    struct screen_size size;
    screen.width = 0;
    assert_false(pixels_start(&size));
    make_screen(160, 100, 32); /* too small for text */
    assert_false(pixels_start(&size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_size),
        cmocka_unit_test(the_cursor_moves_and_hides),
        cmocka_unit_test(large_screens_have_large_cells),
        cmocka_unit_test(marks_and_lines),
        cmocka_unit_test(wide_characters),
        cmocka_unit_test(another_tty_finds_it),
        cmocka_unit_test(any_picture),
        cmocka_unit_test(a_reversed_screen),
        cmocka_unit_test(clearing_draws_all),
        cmocka_unit_test(no_screen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
