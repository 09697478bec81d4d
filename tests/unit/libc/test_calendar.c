/* The real-time clock's registers, in all four formats, against the workstation's calendar. */
#define _DEFAULT_SOURCE
#include "parley.h"

#include <calendar.h>
#include <time.h>

static uint8_t encode(int value, uint8_t status_b)
{
    return (uint8_t)(status_b & RTC_BINARY ? value : value / 10 * 16 + value % 10);
}

static struct rtc_registers registers_at(time_t when, uint8_t status_b)
{
    struct tm t;
    gmtime_r(&when, &t);
    struct rtc_registers r = {
        .seconds = encode(t.tm_sec, status_b),
        .minutes = encode(t.tm_min, status_b),
        .hours = encode(t.tm_hour, status_b),
        .day = encode(t.tm_mday, status_b),
        .month = encode(t.tm_mon + 1, status_b),
        .year = encode(t.tm_year % 100, status_b),
        .century = encode(t.tm_year / 100 + 19, status_b),
        .status_b = status_b,
    };
    if (!(status_b & RTC_24_HOURS)) {
        int hour = t.tm_hour % 12 ? t.tm_hour % 12 : 12;
        r.hours = (uint8_t)(encode(hour, status_b) | (t.tm_hour >= 12 ? 0x80 : 0));
    }
    return r;
}

static void test_every_format(void **state)
{
    (void)state;
    for (int i = 0; i < 200000; i++) {
        time_t when = (time_t)(random_bits() % 7258118400); /* before the year 2200 */
        uint8_t status_b = (uint8_t)(random_up_to(3) * 2);
        struct rtc_registers r = registers_at(when, status_b);
        uint64_t seconds = 0;
        assert_int_equal(calendar_decode(&r, &seconds), 0);
        assert_int_equal(seconds, when);
    }
}

static void test_without_century(void **state)
{
    (void)state;
    uint64_t seconds = 0;
    struct rtc_registers r = registers_at(1700000000, RTC_24_HOURS);
    r.century = 0xff;
    assert_int_equal(calendar_decode(&r, &seconds), 0);
    assert_int_equal(seconds, 1700000000);
    r = registers_at(900000000, RTC_24_HOURS); /* 1998 */
    r.century = 0;
    assert_int_equal(calendar_decode(&r, &seconds), 0);
    assert_int_equal(seconds, 900000000);
}

static void test_nonsense(void **state)
{
    (void)state;
    const struct rtc_registers good = registers_at(1709164800, RTC_24_HOURS); /* 2024-02-29 */
    const struct {
        size_t offset;
        uint8_t value;
    } bad[] = {
        {offsetof(struct rtc_registers, seconds), 0x60},
        {offsetof(struct rtc_registers, seconds), 0x0a},
        {offsetof(struct rtc_registers, minutes), 0x60},
        {offsetof(struct rtc_registers, minutes), 0xff},
        {offsetof(struct rtc_registers, hours), 0x24},
        {offsetof(struct rtc_registers, day), 0x00},
        {offsetof(struct rtc_registers, day), 0x30},
        {offsetof(struct rtc_registers, month), 0x00},
        {offsetof(struct rtc_registers, month), 0x13},
        {offsetof(struct rtc_registers, year), 0xa0},
        {offsetof(struct rtc_registers, year), 0x23}, /* no leap year */
    };
    uint64_t seconds = 1;
    struct rtc_registers r = good;
    assert_int_equal(calendar_decode(&r, &seconds), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        r = good;
        ((uint8_t *)&r)[bad[i].offset] = bad[i].value;
        seconds = 1;
        assert_int_equal(calendar_decode(&r, &seconds), -5);
        assert_int_equal(seconds, 1);
    }
    r = good;
    r.status_b = 0;
    r.hours = 0x00; /* there is no hour 0 of 12 */
    assert_int_equal(calendar_decode(&r, &seconds), -5);
    r = (struct rtc_registers){255, 255, 255, 255, 255, 255, 255, 255}; /* no clock on the bus */
    assert_int_equal(calendar_decode(&r, &seconds), -5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format),
        cmocka_unit_test(test_without_century),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
