/* The compiler's helpers for 64-bit division against the processor's own. */
#include "parley.h"

static void compare(uint64_t a, uint64_t b)
{
    uint64_t remainder;
    assert_int_equal(parley_udivdi3(a, b), a / b);
    assert_int_equal(parley_umoddi3(a, b), a % b);
    assert_int_equal(parley_udivmoddi4(a, b, &remainder), a / b);
    assert_int_equal(remainder, a % b);

    int64_t x = (int64_t)a;
    int64_t y = (int64_t)b;
    if (x == INT64_MIN && y == -1)
        return; /* the processor would fault */
    assert_int_equal(parley_divdi3(x, y), x / y);
    assert_int_equal(parley_moddi3(x, y), x % y);
}

static void test_edges(void **state)
{
    (void)state;
    static const uint64_t edges[] = {
        0,
        1,
        2,
        3,
        10,
        0x7fffffff,
        0x80000000,
        0xfffffffe,
        0xffffffff,
        0x100000000,
        0x100000001,
        0x1ffffffff,
        0x7fffffffffffffff,
        0x8000000000000000,
        0x8000000000000001,
        0xfffffffeffffffff,
        0xffffffff00000000,
        0xffffffff00000001,
        0xfffffffffffffffe,
        UINT64_MAX,
    };
    const size_t count = sizeof(edges) / sizeof(edges[0]);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 1; j < count; j++)
            compare(edges[i], edges[j]);
    }
}

static void test_random(void **state)
{
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        uint64_t divisor = random_number();
        compare(random_number(), divisor ? divisor : 1);
    }
}

static void test_the_one_overflow(void **state)
{
    (void)state;
    assert_int_equal(parley_divdi3(INT64_MIN, -1), INT64_MIN);
    assert_int_equal(parley_moddi3(INT64_MIN, -1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_the_one_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
