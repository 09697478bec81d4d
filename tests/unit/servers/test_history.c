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

/* Lines of 16 bytes. */
static void add_numbered(unsigned i)
{
    char line[16];
    snprintf(line, sizeof line, "line number %03u", i);
    history_add(&h, line);
}

static void test_oldest_goes(void **state)
{
    (void)state;
    const unsigned lines = HISTORY_BYTES / 16;
    for (unsigned i = 0; i < lines + 5; i++)
        add_numbered(i);
    assert_string_equal(history_get(&h, lines), "line number 005");
    assert_null(history_get(&h, lines + 1));
    add_numbered(5); /* the oldest one again */
    assert_string_equal(history_get(&h, 1), "line number 005");
    assert_string_equal(history_get(&h, lines), "line number 006");
    char longest[EDITOR_BYTES + 1];
    memset(longest, 'x', sizeof longest);
    longest[EDITOR_BYTES] = '\0';
    history_add(&h, longest); /* no line is so long */
    assert_string_equal(history_get(&h, 1), "line number 005");
    longest[EDITOR_BYTES - 1] = '\0';
    history_add(&h, longest);
    assert_string_equal(history_get(&h, 1), longest);
    assert_string_equal(history_get(&h, 2), "line number 005");
    assert_int_equal(h.used, HISTORY_BYTES);
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
