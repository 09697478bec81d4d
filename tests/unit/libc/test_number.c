/* strtol and its kin against the workstation's: value and end, for edges and for random texts. */
#include "parley.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static void compare(const char *text, int base)
{
    char *ours, *theirs;
#define COMPARE(function)                                                                          \
    do {                                                                                           \
        if (parley_##function(text, &ours, base) != function(text, &theirs, base) ||               \
            ours != theirs)                                                                        \
            fail_msg(#function "(\"%s\", %d) ends at %td", text, base, ours - text);               \
    } while (0)
    COMPARE(strtol);
    COMPARE(strtoul);
    COMPARE(strtoll);
    COMPARE(strtoull);
#undef COMPARE
}

static void test_table(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        " ",
        "0",
        "-0",
        "+7",
        "  \t\n42x",
        "-42",
        "+-1",
        "0x",
        "0x1f",
        "0X1F",
        "0xg",
        "-0x10",
        "010",
        "08",
        "zz",
        "1 2",
        "--5",
        "- 5",
        "0 x1",
        "00x1",
        "12345678901234567890123",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "-18446744073709551615",
        "-18446744073709551616",
        "0xffffffffffffffff",
        "0x10000000000000000",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        compare(texts[i], 0);
        for (int base = 2; base <= 36; base++)
            compare(texts[i], base);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        char text[32];
        unsigned length = random_up_to(24);
        for (unsigned j = 0; j < length; j++)
            text[j] = " +-0001789abxXfFzZ.\xff"[random_up_to(j < 3 ? 18 : 16)];
        text[length] = '\0';
        unsigned base = random_up_to(36);
        compare(text, base == 1 ? 0 : (int)base);
    }
}

static void test_bad_base(void **state)
{
    (void)state;
    const char *text = "12";
    char *end = NULL;
    assert_int_equal(parley_strtol(text, &end, 1), 0);
    assert_ptr_equal(end, text);
    assert_int_equal(parley_strtol(text, &end, 37), 0);
    assert_int_equal(parley_strtol(text, &end, -10), 0);
    assert_int_equal(parley_strtol(text, NULL, 10), 12);
}

static void test_atoi(void **state)
{
    (void)state;
    assert_int_equal(parley_atoi(" -12abc"), -12);
    assert_int_equal(parley_atoi("99999999999"), INT_MAX);
    assert_int_equal(parley_atoi("-99999999999"), INT_MIN);
    assert_int_equal(parley_atoi("x"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_bad_base),
        cmocka_unit_test(test_atoi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
