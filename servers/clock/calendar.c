/*
 * From the real-time clock's registers to seconds. The registers may hold anything: a clock that
 * lost its battery, or none. Facts: Motorola MC146818A data sheet; the century's place (0x32) is a
 * convention of PCs that not all keep.
 */
#include "calendar.h"

#include <abi/errors.h>
#include <stdbool.h>

#define NO_NUMBER 0xff

static unsigned number(uint8_t raw, uint8_t status_b)
{
    if (status_b & RTC_BINARY)
        return raw;
    unsigned tens = raw >> 4;
    unsigned ones = raw & 15;
    return tens > 9 || ones > 9 ? NO_NUMBER : tens * 10 + ones;
}

/* 0..23, or NO_NUMBER. */
static unsigned hour_of(uint8_t raw, uint8_t status_b)
{
    if (status_b & RTC_24_HOURS)
        return number(raw, status_b);
    unsigned hour = number(raw & 0x7f, status_b);
    if (hour < 1 || hour > 12)
        return NO_NUMBER;
    /* 12 am is midnight, 12 pm is noon. */
    return hour % 12 + (raw & 0x80 ? 12 : 0);
}

/* The century's register when it is plausible, else what makes sense for this system's time. */
static unsigned year_of(const struct rtc_registers *r)
{
    unsigned year = number(r->year, r->status_b);
    unsigned century = number(r->century, r->status_b);
    if (year > 99)
        return 0;
    if (century < 19 || century > 21)
        century = year < 70 ? 20 : 19;
    return century * 100 + year;
}

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static unsigned days_before(unsigned year, unsigned month)
{
    unsigned days = 0;
    for (unsigned y = 1970; y < year; y++)
        days += is_leap(y) ? 366 : 365;
    for (unsigned m = 1; m < month; m++)
        days += days_in(year, m);
    return days;
}

int calendar_decode(const struct rtc_registers *r, uint64_t *seconds)
{
    unsigned second = number(r->seconds, r->status_b);
    unsigned minute = number(r->minutes, r->status_b);
    unsigned hour = hour_of(r->hours, r->status_b);
    unsigned day = number(r->day, r->status_b);
    unsigned month = number(r->month, r->status_b);
    unsigned year = year_of(r);
    if (second > 59 || minute > 59 || hour > 23 || year < 1970 || month < 1 || month > 12 ||
        day < 1 || day > days_in(year, month))
        return -EIO;
    unsigned days = days_before(year, month) + day - 1;
    *seconds = ((uint64_t)days * 24 + hour) * 3600 + minute * 60 + second;
    return 0;
}
