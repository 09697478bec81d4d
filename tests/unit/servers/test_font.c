/* Font files: what they hold, and that nothing else is taken for one. */
#include "servers_test.h"

#include <tty/font.h>

#define LOOKS 100000u

static void glyphs_of_the_console(void **state)
{
    (void)state;
    static const uint32_t codes[] = {' ',    '~',    0xe9,   0x17f, 0x3a9,  0x416, 0x2500,
                                     0x256c, 0x2588, 0x20ac, 0x301, 0x2190, 0x2800};
    struct font font;
    assert_true(font_open(&font, font_narrow, font_narrow_bytes));
    for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
        assert_non_null(font_find(&font, codes[i], 1));
    assert_null(font_find(&font, 'A', 2));
    assert_null(font_find(&font, 0, 1));
    assert_null(font_find(&font, 0x7f, 1));
    assert_null(font_find(&font, 0x4e2d, 1));
    assert_null(font_find(&font, 0x10ffff, 1));
}

static void characters_by_their_looks(void **state)
{
    (void)state;
    struct font font;
    unsigned looks = LOOKS;
    assert_true(font_open(&font, font_narrow, font_narrow_bytes));
    assert_int_equal(font_character(&font, font_find(&font, 'g', 1), 1, 0xffff, &looks), 'g');
    assert_true(looks < LOOKS);
    uint8_t odd[FONT_ROWS];
    memset(odd, 0xa5, sizeof odd);
    assert_int_equal(font_character(&font, odd, 1, 0xffff, &looks), 0);
    assert_int_equal(font_character(&font, odd, 1, 0, &looks), ' '); /* no row is compared */
    looks = 3;
    assert_int_equal(font_character(&font, font_find(&font, 'g', 1), 1, 0xffff, &looks), 0);
    assert_int_equal(looks, 0);
}

/* One run of `count` characters, `glyphs` of which are there. */
static size_t make(uint8_t *file, uint32_t first, uint16_t count, uint16_t cells, uint32_t offset,
                   unsigned glyphs)
{
    const uint32_t runs = 1;
    memset(file, 0, 512);
    memcpy(file, "PLYFONT1", 8);
    memcpy(file + 8, &runs, 4);
    memcpy(file + 12, &first, 4);
    memcpy(file + 16, &count, 2);
    memcpy(file + 18, &cells, 2);
    memcpy(file + 20, &offset, 4);
    return 24 + (size_t)glyphs * 16 * cells;
}

static void refused_files(void **state)
{
    (void)state;
    static uint8_t file[512];
    struct font font;
    size_t bytes = make(file, 'a', 2, 1, 24, 2);
    assert_true(font_open(&font, file, bytes));
    assert_non_null(font_find(&font, 'b', 1));
    assert_false(font_open(&font, file, bytes - 1)); /* the last glyph is cut off */
    assert_null(font_find(&font, 'a', 1));
    for (size_t i = 0; i < 12; i++)
        assert_false(font_open(&font, file, i));
    assert_false(font_open(&font, NULL, 0));
    assert_false(font_open(&font, file, make(file, 'a', 2, 3, 24, 2)));
    assert_false(font_open(&font, file, make(file, 'a', 2, 0, 24, 2)));
    assert_false(font_open(&font, file, make(file, 'a', 0, 1, 24, 2)));
    assert_false(font_open(&font, file, make(file, 0, 2, 1, 24, 2)));
    assert_false(font_open(&font, file, make(file, 0x110000, 2, 1, 24, 2)));
    assert_false(font_open(&font, file, make(file, 'a', 2, 1, 0xfffffff0u, 2)));
    assert_false(font_open(&font, file, make(file, 'a', 0xffff, 2, 24, 2)));
    bytes = make(file, 'a', 2, 1, 24, 2);
    file[8] = 0xff; /* more runs than the file is long */
    assert_false(font_open(&font, file, bytes));
    file[8] = 1;
    file[0] = 'p';
    assert_false(font_open(&font, file, bytes));
}

/* Whatever the file, what is found lies within it. */
static void any_file(void **state)
{
    (void)state;
    static uint8_t file[512];
    for (unsigned i = 0; i < 100000; i++) {
        const size_t bytes = make(file, random_below(80), (uint16_t)random_below(20),
                                  (uint16_t)random_below(4), random_below(300), random_below(9));
        file[8] = (uint8_t)random_below(4);
        file[24 + random_below(24)] = (uint8_t)random_below(256);
        struct font font;
        if (!font_open(&font, file, bytes))
            continue;
        for (uint32_t code = 0; code < 100; code++)
            for (unsigned cells = 1; cells <= 2; cells++) {
                const uint8_t *glyph = font_find(&font, code, cells);
                assert_true(glyph == NULL || (glyph >= file && glyph + 16 * cells <= file + bytes));
            }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(glyphs_of_the_console),
        cmocka_unit_test(characters_by_their_looks),
        cmocka_unit_test(refused_files),
        cmocka_unit_test(any_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
