/* Completion and the nearest name. */
#include "servers_test.h"

#include <shell/match.h>

static struct match m;

static int begin(void **state)
{
    (void)state;
    memset(&m, 0, sizeof m);
    return 0;
}

static void offer(const char *prefix)
{
    static const char *const names[] = {"ps", "ping", "poweroff", "mem", "ps", "power"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        match_offer(&m, prefix, names[i]);
}

static void test_offer(void **state)
{
    (void)state;
    assert_int_equal(match_common(&m), 0);
    offer("p");
    assert_int_equal(m.count, 4); /* ps once */
    assert_string_equal(m.name[0], "ping");
    assert_string_equal(m.name[1], "power");
    assert_string_equal(m.name[2], "poweroff");
    assert_string_equal(m.name[3], "ps");
    assert_int_equal(match_common(&m), 1);
}

static void test_common(void **state)
{
    (void)state;
    offer("po");
    assert_int_equal(m.count, 2);
    assert_int_equal(match_common(&m), 5);
}

static void test_one_and_none(void **state)
{
    (void)state;
    offer("me");
    assert_int_equal(m.count, 1);
    assert_int_equal(match_common(&m), 3);
    begin(state);
    offer("x");
    assert_int_equal(m.count, 0);
}

static void test_limits(void **state)
{
    (void)state;
    match_offer(&m, "", "a name that is too long");
    assert_int_equal(m.count, 0);
    for (unsigned i = 0; i < 2 * MATCH_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "%u", i * 7919 % 1000);
        match_offer(&m, "", name);
    }
    assert_int_equal(m.count, MATCH_MAX);
}

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(match_distance("help", "help"), 0);
    assert_int_equal(match_distance("hlep", "help"), 1); /* neighbours swapped */
    assert_int_equal(match_distance("HELP", "help"), 0);
    assert_int_equal(match_distance("hlp", "help"), 1);
    assert_int_equal(match_distance("", "help"), 4);
    assert_int_equal(match_distance("kitten", "sitting"), 3);
    assert_true(match_distance("a name that is too long", "help") > 100);
}

static void test_near(void **state)
{
    (void)state;
    assert_true(match_near("hlep", "help"));
    assert_true(match_near("powerof", "poweroff"));
    assert_true(match_near("sp", "ps"));
    assert_false(match_near("xy", "ps")); /* nothing of it is left */
    assert_false(match_near("ls", "dmesg"));
    assert_false(match_near("frobnicate", "ps"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_offer, begin),
        cmocka_unit_test_setup(test_common, begin),
        cmocka_unit_test_setup(test_one_and_none, begin),
        cmocka_unit_test_setup(test_limits, begin),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
