/* A command line's words, and numbers in them. */
#include "servers_test.h"

#include <shell/words.h>

static struct words w;

static void assert_words(const char *line, int count, const char *const *expected)
{
    assert_null(words_split(line, 42, &w));
    assert_int_equal(w.count, count);
    for (int i = 0; i < count; i++)
        assert_string_equal(w.word[i], expected[i]);
    assert_null(w.word[count]);
}

#define WORDS(line, ...)                                                                           \
    assert_words(line, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *),                \
                 (const char *const[]){__VA_ARGS__})

static void test_split(void **state)
{
    (void)state;
    assert_words("", 0, NULL);
    assert_words("  \t ", 0, NULL);
    WORDS("ps", "ps");
    WORDS("  echo  a\tb ", "echo", "a", "b");
    WORDS("ps # a comment", "ps");
    assert_words("# only that", 0, NULL);
    WORDS("a#b", "a#b");
}

static void test_quotes(void **state)
{
    (void)state;
    WORDS("echo 'a  b' \"c  d\"", "echo", "a  b", "c  d");
    WORDS("a'b'\"c\"d ''", "abcd", "");
    WORDS("'a\\b' \"a\\\"b\" a\\ b \\'", "a\\b", "a\"b", "a b", "'");
    WORDS("a\\", "a\\");
    assert_string_equal(words_split("echo 'a", 0, &w), "a quote is not closed");
    assert_string_equal(words_split("echo \"a\\\"", 0, &w), "a quote is not closed");
}

static void test_status(void **state)
{
    (void)state;
    WORDS("poweroff $?", "poweroff", "42");
    WORDS("x$?y \"$?\" '$?' $x \\$?", "x42y", "42", "$?", "$x", "$?");
}

static void test_limits(void **state)
{
    (void)state;
    char line[4 * WORDS_BYTES];
    memset(line, 'x', sizeof line);
    line[WORDS_BYTES - 1] = '\0';
    assert_null(words_split(line, 0, &w));
    line[WORDS_BYTES - 1] = 'x';
    line[WORDS_BYTES] = '\0';
    assert_string_equal(words_split(line, 0, &w), "the line is too long");
    for (unsigned i = 0; i < 2 * WORDS_MAX; i++)
        line[i] = i % 2 ? ' ' : 'x';
    line[2 * WORDS_MAX] = '\0';
    assert_null(words_split(line, 0, &w));
    assert_int_equal(w.count, WORDS_MAX);
    strcpy(line + 2 * WORDS_MAX, "y");
    assert_string_equal(words_split(line, 0, &w), "too many words");
    line[0] = '\0';
    for (unsigned i = 0; i < WORDS_BYTES / 2; i++)
        strcat(line, "$?");
    assert_string_equal(words_split(line, -2147483647, &w), "the line is too long");
}

static void test_any_line(void **state)
{
    (void)state;
    static const char likely[] = "ab '\"\\$?# ";
    for (unsigned i = 0; i < 200000; i++) {
        char line[64];
        const unsigned length = random_below(sizeof line);
        for (unsigned k = 0; k < length; k++)
            line[k] = likely[random_below(sizeof likely - 1)];
        line[length] = '\0';
        if (words_split(line, 1, &w) == NULL)
            for (int k = 0; k < w.count; k++)
                assert_true(w.word[k] >= w.text &&
                            w.word[k] + strlen(w.word[k]) < w.text + WORDS_BYTES);
    }
}

static void test_numbers(void **state)
{
    (void)state;
    uint32_t n = 7;
    assert_int_equal(words_number("0", 10, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(words_number("10", 10, &n), 0);
    assert_int_equal(n, 10);
    assert_int_equal(words_number("11", 10, &n), -1);
    assert_int_equal(words_number("9", 5, &n), -1);
    assert_int_equal(words_number("4294967295", UINT32_MAX, &n), 0);
    assert_int_equal(n, UINT32_MAX);
    assert_int_equal(words_number("4294967296", UINT32_MAX, &n), -1);
    assert_int_equal(words_number("", 10, &n), -1);
    assert_int_equal(words_number("-1", 10, &n), -1);
    assert_int_equal(words_number("1x", 10, &n), -1);
}

static void test_seconds(void **state)
{
    (void)state;
    uint64_t us = 7;
    assert_int_equal(words_seconds("2", &us), 0);
    assert_int_equal(us, 2000000);
    assert_int_equal(words_seconds("0.25", &us), 0);
    assert_int_equal(us, 250000);
    assert_int_equal(words_seconds(".5", &us), 0);
    assert_int_equal(us, 500000);
    assert_int_equal(words_seconds("1.", &us), 0);
    assert_int_equal(us, 1000000);
    assert_int_equal(words_seconds("0.0000019999", &us), 0);
    assert_int_equal(us, 1);
    assert_int_equal(words_seconds("1000000", &us), 0);
    assert_int_equal(us, 1000000000000);
    assert_int_equal(words_seconds("1000001", &us), -1);
    assert_int_equal(words_seconds("99999999999999999999", &us), -1);
    assert_int_equal(words_seconds("", &us), -1);
    assert_int_equal(words_seconds(".", &us), -1);
    assert_int_equal(words_seconds("1s", &us), -1);
    assert_int_equal(words_seconds("-1", &us), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split),    cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_status),   cmocka_unit_test(test_limits),
        cmocka_unit_test(test_any_line), cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_seconds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
