/* The tty's own line editing: what a program reads, and what a person sees. */
#include "servers_test.h"

#include <tty/line.h>

static struct line line;
static char shown[65536];
static size_t shown_bytes;

static void echo(void *context, const char *text, size_t bytes)
{
    (void)context;
    assert_true(shown_bytes + bytes < sizeof shown);
    memcpy(shown + shown_bytes, text, bytes);
    shown_bytes += bytes;
    shown[shown_bytes] = '\0';
}

static int begin(void **state)
{
    (void)state;
    memset(&line, 0, sizeof line);
    shown_bytes = 0;
    shown[0] = '\0';
    return 0;
}

static void type(const char *text)
{
    for (; *text && !line.finished; text++)
        line_feed(&line, (uint8_t)*text, echo, NULL);
}

static void assert_line(const char *text)
{
    assert_true(line.finished);
    assert_int_equal(line.length, strlen(text));
    assert_memory_equal(line.text, text, line.length);
}

static void test_plain(void **state)
{
    (void)state;
    type("hello\r");
    assert_line("hello\n");
    assert_string_equal(shown, "hello\n");
    line_reset(&line);
    type("\nsecond\n"); /* the \n belongs to the \r */
    assert_line("second\n");
}

static void test_backspace(void **state)
{
    (void)state;
    type("\x7f"
         "ab\x7f"
         "c\b\b\b\bx\r");
    assert_line("x\n");
    assert_string_equal(shown, "ab\b \bc\b \b\b \bx\n");
}

static void test_backspace_takes_whole_characters(void **state)
{
    (void)state;
    type("aé€\x7f\x7f!\r");
    assert_line("a!\n");
    assert_string_equal(shown, "aé€\b \b\b \b!\n");
}

static void test_backspace_takes_the_columns_of_characters(void **state)
{
    (void)state;
    type("x中😀\x7f\x7f!\r");
    assert_line("x!\n");
    assert_string_equal(shown, "x中😀\b\b  \b\b\b\b  \b\b!\n");
    line_reset(&line);
    shown_bytes = 0;
    type("ae\u0301\u0327\x7f!\r"); /* marks go with what they stand on */
    assert_line("a!\n");
    assert_string_equal(shown, "ae\u0301\u0327\b \b!\n");
}

static void test_kill(void **state)
{
    (void)state;
    type("abc\x15"
         "def ghi  \x17"
         "x\r");
    assert_line("def x\n");
    assert_string_equal(shown, "abc\b \b\b \b\b \bdef ghi  \b \b\b \b\b \b\b \b\b \bx\n");
}

static void test_end_of_file(void **state)
{
    (void)state;
    type("\x04");
    assert_line("");
    line_reset(&line);
    type("part\x04");
    assert_line("part");
    assert_string_equal(shown, "part");
}

static void test_sequences_are_swallowed(void **state)
{
    (void)state;
    type("a\033[Ab\033[1;5Cc\033OPd\033xe\033[3~f\x01\x02g\th\r");
    assert_line("abcdefg\th\n");
    assert_string_equal(shown, "abcdefg h\n");
    line_reset(&line);
    type("x\033[\r"); /* a return always ends the line */
    assert_line("x\n");
}

static void test_full(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3 * LINE_BYTES; i++)
        line_feed(&line, 'x', echo, NULL);
    assert_int_equal(shown_bytes, LINE_BYTES - 1);
    type("\r");
    assert_true(line.finished);
    assert_int_equal(line.length, LINE_BYTES);
    assert_int_equal(line.text[LINE_BYTES - 1], '\n');
}

static void test_any_bytes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300000; i++) {
        shown_bytes = 0;
        line_feed(&line, (uint8_t)random_below(256), echo, NULL);
        assert_true(line.length <= LINE_BYTES);
        if (line.finished)
            line_reset(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_plain, begin),
        cmocka_unit_test_setup(test_backspace, begin),
        cmocka_unit_test_setup(test_backspace_takes_whole_characters, begin),
        cmocka_unit_test_setup(test_backspace_takes_the_columns_of_characters, begin),
        cmocka_unit_test_setup(test_kill, begin),
        cmocka_unit_test_setup(test_end_of_file, begin),
        cmocka_unit_test_setup(test_sequences_are_swallowed, begin),
        cmocka_unit_test_setup(test_full, begin),
        cmocka_unit_test_setup(test_any_bytes, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
