/* The terminal's state machine: what stands on the screen after which bytes. */
#include "screen.h"

static struct terminal t;

static int begin(void **state)
{
    (void)state;
    terminal_init(&t);
    return 0;
}

static uint8_t attribute(unsigned row, unsigned column)
{
    return (uint8_t)(t.cell[row * TERMINAL_COLUMNS + column] >> 8);
}

static void test_text_and_controls(void **state)
{
    (void)state;
    write_text(&t, "one\ntwo\rT\n\tx\b\by");
    assert_row(&t, 0, "one");
    assert_row(&t, 1, "Two");
    assert_row(&t, 2, "       yx");
    assert_cursor(&t, 2, 8);
    write_text(&t, "\r\b\b");
    assert_cursor(&t, 2, 0);
}

static void test_wrap(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        write_text(&t, "x");
    assert_cursor(&t, 0, 79); /* the wrap waits for the next character */
    write_text(&t, "y");
    assert_cursor(&t, 1, 1);
    assert_row(&t, 1, "y");
}

static void test_full_row_then_newline(void **state)
{
    (void)state;
    for (int i = 0; i < 80; i++)
        write_text(&t, "x");
    write_text(&t, "\nz");
    assert_row(&t, 1, "z");
}

static void test_scroll(void **state)
{
    (void)state;
    for (int i = 0; i < 30; i++) {
        char line[16];
        snprintf(line, sizeof line, "line %d\n", i);
        write_text(&t, line);
    }
    assert_row(&t, 0, "line 6");
    assert_row(&t, 23, "line 29");
    assert_row(&t, 24, "");
    assert_cursor(&t, 24, 0);
    write_text(&t, "\033[H\033M"); /* and backwards */
    assert_row(&t, 0, "");
    assert_row(&t, 1, "line 6");
}

static void test_cursor_movement(void **state)
{
    (void)state;
    write_text(&t, "\033[5;10H");
    assert_cursor(&t, 4, 9);
    write_text(&t, "\033[2A\033[3C\033[B\033[D");
    assert_cursor(&t, 3, 11);
    write_text(&t, "\033[999A\033[999D");
    assert_cursor(&t, 0, 0);
    write_text(&t, "\033[999;999H");
    assert_cursor(&t, 24, 79);
    write_text(&t, "\033[3G\033[2d");
    assert_cursor(&t, 1, 2);
    write_text(&t, "\033[2E");
    assert_cursor(&t, 3, 0);
    write_text(&t, "\033[4;4f\0337\033[H\0338");
    assert_cursor(&t, 3, 3);
    write_text(&t, "\033[s\033[H\033[u");
    assert_cursor(&t, 3, 3);
    write_text(&t, "\033[0;0H");
    assert_cursor(&t, 0, 0);
}

static void test_erase(void **state)
{
    (void)state;
    write_text(&t, "aaaaa\nbbbbb\nccccc\033[2;3H\033[K");
    assert_row(&t, 1, "bb");
    write_text(&t, "\033[3;3H\033[1K");
    assert_row(&t, 2, "   cc");
    write_text(&t, "\033[2;1H\033[J");
    assert_row(&t, 0, "aaaaa");
    assert_row(&t, 1, "");
    assert_row(&t, 2, "");
    write_text(&t, "\033[1;2H\033[1J");
    assert_row(&t, 0, "  aaa");
    write_text(&t, "\033[2J");
    assert_row(&t, 0, "");
    assert_cursor(&t, 0, 1);
}

static void test_colours(void **state)
{
    (void)state;
    write_text(&t,
               "a\033[31mb\033[1mc\033[44md\033[7me\033[0mf\033[92mg\033[38;5;3;4mh\033[39;49mi");
    assert_int_equal(attribute(0, 0), 0x07);
    assert_int_equal(attribute(0, 1), 0x04); /* ANSI's red is the VGA's 4 */
    assert_int_equal(attribute(0, 2), 0x0c);
    assert_int_equal(attribute(0, 3), 0x1c);
    assert_int_equal(attribute(0, 4), 0x41); /* reversed, without blinking */
    assert_int_equal(attribute(0, 5), 0x07);
    assert_int_equal(attribute(0, 6), 0x0a);
    assert_int_equal(attribute(0, 7), 0x06);
    assert_int_equal(attribute(0, 8), 0x07);
    assert_row(&t, 0, "abcdefghi");
}

static void test_unicode(void **state)
{
    (void)state;
    write_text(&t, "é─█ñßµ£→Ã…漢\xff!");
    assert_row(&t, 0,
               "\x82\xc4\xdb\xa4\xe1\xe6\x9c\x1a"
               "A.?\?!");
    write_text(&t, "\n\xe2\x82x\xe2\033[31my"); /* characters that are cut off */
    assert_row(&t, 1, "?x?y");
}

static void test_sequences_that_are_not_known(void **state)
{
    (void)state;
    write_text(&t, "a\033[?1049hb\033[>0cc\033]0;title\007d\033]0;x\033\\e\033(Bf\033Pq\033\\g");
    write_text(&t, "\033[1;2;3;4;5;6;7;8;9;10;11;12qh\033[99999999999Ci");
    write_text(&t, "\033[3\x18j");
    write_text(&t, "\033\033[mk");
    assert_memory_equal(row_text(&t, 0), "abcdefgh", 8);
    assert_row(&t, 1, "jk");
    write_text(&t, "\r\033[K");
    assert_row(&t, 1, "");
    write_text(&t, "ok\033[?25l");
    assert_true(t.cursor_hidden);
    write_text(&t, "\033[?25h\033c");
    assert_false(t.cursor_hidden);
    assert_cursor(&t, 0, 0);
}

static void test_settled(void **state)
{
    (void)state;
    assert_true(terminal_settled(&t));
    write_text(&t, "\033[3");
    assert_false(terminal_settled(&t));
    write_text(&t, "1m\xe2\x82");
    assert_false(terminal_settled(&t));
    write_text(&t, "\xac");
    assert_true(terminal_settled(&t));
}

static void test_report(void **state)
{
    (void)state;
    assert_false(t.report_due);
    write_text(&t, "\033[5n");
    assert_false(t.report_due);
    write_text(&t, "\033[6n");
    assert_true(t.report_due);
}

static void test_adopt(void **state)
{
    (void)state;
    static uint16_t cell[TERMINAL_CELLS];
    for (unsigned i = 0; i < TERMINAL_CELLS; i++)
        cell[i] = 0x0700 | (i < 80 ? 'k' : ' ');
    terminal_adopt(&t, cell, 80);
    write_text(&t, "tty");
    assert_int_equal(row_text(&t, 0)[79], 'k');
    assert_row(&t, 1, "tty");
    terminal_adopt(&t, cell, 60000);
    assert_cursor(&t, 24, 0);
}

/* Whatever comes, the cursor stays on the screen and only rows named dirty change. */
static void test_any_bytes(void **state)
{
    (void)state;
    static const char likely[] = "\033[[;0123456789ABCDHJKmsu\n\r\b\tx\x18";
    static struct terminal before;
    for (unsigned i = 0; i < 200000; i++) {
        char c =
            random_below(4) ? likely[random_below(sizeof likely - 1)] : (char)random_below(256);
        before = t;
        t.dirty_first = t.dirty_end = 0;
        terminal_write(&t, &c, 1);
        assert_true(t.row < TERMINAL_ROWS && t.column < TERMINAL_COLUMNS);
        assert_true(t.dirty_end <= TERMINAL_ROWS);
        for (unsigned row = 0; row < TERMINAL_ROWS; row++)
            if (row < t.dirty_first || row >= t.dirty_end)
                assert_memory_equal(t.cell + row * 80, before.cell + row * 80, 160);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_text_and_controls, begin),
        cmocka_unit_test_setup(test_wrap, begin),
        cmocka_unit_test_setup(test_full_row_then_newline, begin),
        cmocka_unit_test_setup(test_scroll, begin),
        cmocka_unit_test_setup(test_cursor_movement, begin),
        cmocka_unit_test_setup(test_erase, begin),
        cmocka_unit_test_setup(test_colours, begin),
        cmocka_unit_test_setup(test_unicode, begin),
        cmocka_unit_test_setup(test_sequences_that_are_not_known, begin),
        cmocka_unit_test_setup(test_settled, begin),
        cmocka_unit_test_setup(test_report, begin),
        cmocka_unit_test_setup(test_adopt, begin),
        cmocka_unit_test_setup(test_any_bytes, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
