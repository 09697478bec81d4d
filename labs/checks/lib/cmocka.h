/* What the core's harness (tests/unit/core) asserts, as expectations of a lab's check: with this
   header in the place of cmocka's. */
#pragma once

#include "lab.h"

#define cmocka_unit_test_setup(name, setup)

#define fail_msg(...) lab_fail(__VA_ARGS__)

#define assert_true(condition)  EXPECT(condition, "%s: expected %s", __func__, #condition)
#define assert_false(condition) EXPECT(!(condition), "%s: expected not %s", __func__, #condition)

#define LAB_COMPARE(a, b, is)                                                                      \
    do {                                                                                           \
        long long seen_ = (long long)(a), other_ = (long long)(b);                                 \
        EXPECT(seen_ is other_, "%s: %s is %lld, expected " #is " %lld", __func__, #a, seen_,      \
               other_);                                                                            \
    } while (0)
#define assert_int_equal(a, b)     LAB_COMPARE(a, b, ==)
#define assert_int_not_equal(a, b) LAB_COMPARE(a, b, !=)
#define assert_ptr_equal(a, b)     EXPECT((a) == (b), "%s: %s is another than %s", __func__, #a, #b)
#define assert_memory_equal(a, b, size)                                                            \
    EXPECT(memcmp(a, b, size) == 0, "%s: something else than the results has changed", __func__)
