/* The history: in order, each line once. */
#include "servers_test.h"

#include <shell/history.h>

static struct history h;

static int begin(void **state)
{
    (void)state;
    memset(&h, 0, sizeof h);
    return 0;
}

static void test_order(void **state)
{
    (void)state;
    assert_null(history_get(&h, 1));
    history_add(&h, "one");
    history_add(&h, "two");
    assert_string_equal(history_get(&h, 1), "two");
    assert_string_equal(history_get(&h, 2), "one");
    assert_null(history_get(&h, 0));
    assert_null(history_get(&h, 3));
}

static void test_no_duplicates(void **state)
{
    (void)state;
    history_add(&h, "one");
    history_add(&h, "two");
    history_add(&h, "two");
    history_add(&h, "one");
    history_add(&h, "");
    history_add(&h, " \t");
    assert_string_equal(history_get(&h, 1), "one");
    assert_string_equal(history_get(&h, 2), "two");
    assert_null(history_get(&h, 3));
}

static void test_oldest_goes(void **state)
{
    (void)state;
    char line[16];
    for (unsigned i = 0; i < HISTORY_LINES + 5; i++) {
        snprintf(line, sizeof line, "%u", i);
        history_add(&h, line);
    }
    assert_string_equal(history_get(&h, HISTORY_LINES), "5");
    assert_null(history_get(&h, HISTORY_LINES + 1));
    history_add(&h, "5"); /* the oldest one again */
    assert_string_equal(history_get(&h, 1), "5");
    assert_string_equal(history_get(&h, HISTORY_LINES), "6");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_order, begin),
        cmocka_unit_test_setup(test_no_duplicates, begin),
        cmocka_unit_test_setup(test_oldest_goes, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
