/* ping's statistics and date's calendar, against the workstation's. */
#define _DEFAULT_SOURCE
#include "servers_test.h"

#include <shell/calendar.h>
#include <shell/samples.h>
#include <stdlib.h>
#include <time.h>

static struct samples s;

static int compare(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void test_samples(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    assert_int_equal(samples_median(&s), 0);
    for (unsigned round = 0; round < 300; round++) {
        uint32_t value[1001];
        const unsigned count = 1 + random_below(1000), scale = random_below(32);
        memset(&s, 0, sizeof s);
        for (unsigned i = 0; i < count; i++) {
            value[i] = (uint32_t)random_below(0xffffffffu) >> scale;
            samples_add(&s, value[i]);
        }
        qsort(value, count, sizeof value[0], compare);
        assert_int_equal(s.count, count);
        assert_int_equal(s.least, value[0]);
        assert_int_equal(s.greatest, value[count - 1]);
        const uint32_t exact = value[(count - 1) / 2], got = samples_median(&s);
        assert_true(got <= exact && exact - got <= exact / 128);
        assert_true(got >= s.least);
    }
}

static void test_extremes(void **state)
{
    (void)state;
    memset(&s, 0, sizeof s);
    samples_add(&s, UINT32_MAX);
    assert_true(samples_median(&s) == UINT32_MAX);
    samples_add(&s, 0);
    assert_int_equal(samples_median(&s), 0);
}

static void test_calendar(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        const time_t when = (time_t)(((uint64_t)random_below(0xffffffffu) << 5) ^ i);
        struct tm t;
        struct calendar c;
        gmtime_r(&when, &t);
        calendar_of((uint64_t)when, &c);
        assert_int_equal(c.year, t.tm_year + 1900);
        assert_int_equal(c.month, t.tm_mon + 1);
        assert_int_equal(c.day, t.tm_mday);
        assert_int_equal(c.hour, t.tm_hour);
        assert_int_equal(c.minute, t.tm_min);
        assert_int_equal(c.second, t.tm_sec);
        assert_int_equal(c.weekday, t.tm_wday);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
