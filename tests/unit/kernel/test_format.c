/* The formatter and the cutting of lines into words. */
#include "cmocka_all.h"
#include "text.h"

static char to[64];

#define assert_formats(expected, ...)                                                              \
    do {                                                                                           \
        size_t length = format(to, sizeof to, __VA_ARGS__);                                        \
        assert_string_equal(to, expected);                                                         \
        assert_int_equal(length, sizeof(expected) - 1);                                            \
    } while (0)

static void numbers(void **state)
{
    (void)state;
    assert_formats("0 -1 7", "%d %d %u", 0, -1, 7u);
    assert_formats("-2147483648 2147483647", "%d %d", INT32_MIN, INT32_MAX);
    assert_formats("4294967295 ffffffff", "%u %x", UINT32_MAX, UINT32_MAX);
    assert_formats("[    5][5    ][00005][-0005]", "[%5u][%-5u][%05u][%05d]", 5u, 5u, 5u, -5);
    assert_formats("[00beef]", "[%06x]", 0xbeefu);
    assert_formats("12345", "%3u", 12345u);
}

static void strings(void **state)
{
    (void)state;
    assert_formats("tty", "%s", "tty");
    assert_formats("[  tty][tty  ]", "[%5s][%-5s]", "tty", "tty");
    assert_formats("ab ab", "%.2s %.*s", "abc", 2, "abc");
    assert_formats("[   ab]", "[%5.2s]", "abc");
    assert_formats("x%y", "%c%%%c", 'x', 'y');
}

static void is_cut_at_the_end_of_the_buffer(void **state)
{
    (void)state;
    char small[4] = "???";
    assert_int_equal(format(small, sizeof small, "%s", "abcdef"), 3);
    assert_string_equal(small, "abc");
    assert_int_equal(format(small, 1, "%d", 12), 0);
    assert_string_equal(small, "");
    small[0] = '!';
    assert_int_equal(format(small, 0, "%d", 12), 0);
    assert_int_equal(small[0], '!');
}

static void a_wrong_directive_is_copied(void **state)
{
    (void)state;
    const char *volatile odd = "50%q %"; /* volatile: the compiler would warn */
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"
    format(to, sizeof to, odd);
#pragma clang diagnostic pop
    assert_string_equal(to, "50%q %");
}

static void division(void **state)
{
    (void)state;
    static const uint64_t values[] = {0,          1,          999999,           1000000,
                                      UINT32_MAX, 1ull << 32, 123456789012345u, UINT64_MAX};
    static const uint32_t divisors[] = {1, 3, 1000, 1000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (size_t j = 0; j < sizeof divisors / sizeof *divisors; j++) {
            uint32_t rest;
            assert_true(divide_u64(values[i], divisors[j], &rest) == values[i] / divisors[j]);
            assert_int_equal(rest, values[i] % divisors[j]);
        }
    }
    assert_true(divide_u64(10, 3, NULL) == 3);
}

static void words(void **state)
{
    (void)state;
    const char *line = "  one\ttwo  three ";
    struct slice word;
    assert_true(slice_word(&line, &word) && slice_is(word, "one"));
    assert_true(slice_word(&line, &word) && slice_is(word, "two"));
    assert_true(slice_word(&line, &word) && slice_is(word, "three"));
    assert_false(slice_word(&line, &word));
    assert_false(slice_word(&line, &word));
}

static void elements(void **state)
{
    (void)state;
    struct slice list = {"a::bc:", 6}, e;
    assert_true(slice_element(&list, ':', &e) && slice_is(e, "a"));
    assert_true(slice_element(&list, ':', &e) && slice_is(e, ""));
    assert_true(slice_element(&list, ':', &e) && slice_is(e, "bc"));
    assert_true(slice_element(&list, ':', &e) && slice_is(e, ""));
    assert_false(slice_element(&list, ':', &e));
    assert_false(slice_is((struct slice){"abc", 2}, "abc"));
    assert_false(slice_is((struct slice){"abc", 3}, "ab"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(strings),
        cmocka_unit_test(is_cut_at_the_end_of_the_buffer),
        cmocka_unit_test(a_wrong_directive_is_copied),
        cmocka_unit_test(division),
        cmocka_unit_test(words),
        cmocka_unit_test(elements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
