/* Lines put together: numbers, and what does not fit. */
#include "cmocka_all.h"
#include "text.h"

#include <string.h>

static void numbers(void **state)
{
    (void)state;
    struct text t;
    text_begin(&t, "a ");
    text_decimal(&t, 0);
    text_put(&t, " ");
    text_decimal(&t, 4294967295u);
    text_put(&t, " ");
    text_hex(&t, 0xdeadbeefu, 8);
    text_put(&t, " ");
    text_hex(&t, 0x1f2u, 2);
    assert_string_equal(t.line, "a 0 4294967295 deadbeef f2");
}

static void parts_of_strings(void **state)
{
    (void)state;
    struct text t;
    text_begin(&t, "");
    text_put_some(&t, "abcdef", 3);
    text_put_some(&t, "gh", 3);
    text_put_some(&t, "ij", 0);
    assert_string_equal(t.line, "abcgh");
}

static void what_does_not_fit_is_cut(void **state)
{
    (void)state;
    struct text t;
    text_begin(&t, "");
    for (unsigned i = 0; i < 100; i++)
        text_put(&t, "12345");
    assert_int_equal(strlen(t.line), sizeof(t.line) - 1);
    text_hex(&t, 1, 8);
    text_decimal(&t, 7);
    assert_int_equal(strlen(t.line), sizeof(t.line) - 1);
    assert_int_equal(t.line[sizeof(t.line) - 2], '1' + (sizeof(t.line) - 2) % 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),
        cmocka_unit_test(parts_of_strings),
        cmocka_unit_test(what_does_not_fit_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
