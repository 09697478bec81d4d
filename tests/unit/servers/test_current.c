/* The record of the current line: written again on a fresh line, it looks as it did. */
#include "screen.h"

#include <tty/current.h>

static struct current c;

static void feed(const char *text)
{
    current_feed(&c, text, strlen(text));
}

static void assert_record(const char *text)
{
    assert_false(c.lost);
    assert_int_equal(c.length, strlen(text));
    assert_memory_equal(c.text, text, c.length);
}

static int begin(void **state)
{
    (void)state;
    memset(&c, 0, sizeof c);
    return 0;
}

static void test_since_the_last_newline(void **state)
{
    (void)state;
    feed("one\ntwo\nthr");
    assert_record("thr");
    feed("ee\n");
    assert_record("");
}

static void test_rubbed_out(void **state)
{
    (void)state;
    feed("ab\b \b\b \bc");
    assert_record("c");
    feed("\n\033[1m> \033[0mxé\b \b\b \b");
    assert_record("\033[1m> \033[0m");
    feed("\b \b"); /* nothing plain before it: kept as it is */
    assert_record("\033[1m> \033[0m\b \b");
}

static void test_wiped(void **state)
{
    (void)state;
    feed("parley> abc\r\033[Knew");
    assert_record("new");
    feed("\033[2A\r\033[Jagain");
    assert_record("again");
    feed("\033[H\033[2Jtop");
    assert_record("top");
}

static void test_too_long(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2 * CURRENT_BYTES; i++)
        feed("x");
    assert_true(c.lost);
    assert_int_equal(c.length, 0);
    assert_int_equal(c.plain, 0);
    feed("y\b \b");
    assert_int_equal(c.length, 0);
    feed("\r\033[Kz");
    assert_record("z");
    for (unsigned i = 0; i < 2 * CURRENT_BYTES; i++)
        feed("x");
    feed("\nz");
    assert_record("z");
}

static void test_any_bytes(void **state)
{
    (void)state;
    static const char likely[] = "\b \bab\033[K\rJ2H\n\xc3\xa9";
    for (unsigned i = 0; i < 1000000; i++) {
        const char byte =
            random_below(8) ? likely[random_below(sizeof likely - 1)] : (char)random_below(256);
        current_feed(&c, &byte, 1);
        assert_true(c.length <= CURRENT_BYTES && c.plain <= c.length);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_since_the_last_newline, begin),
        cmocka_unit_test_setup(test_rubbed_out, begin),
        cmocka_unit_test_setup(test_wiped, begin),
        cmocka_unit_test_setup(test_too_long, begin),
        cmocka_unit_test_setup(test_any_bytes, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
