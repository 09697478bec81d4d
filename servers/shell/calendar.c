/* Gregorian calendar, UTC, no leap seconds. Years are counted from March, so that a leap day is a
   year's last. */
#include "calendar.h"

#define DAYS_TO_1970   719468u /* from 0000-03-01 */
#define DAYS_400_YEARS 146097u
#define DAYS_100_YEARS 36524u
#define DAYS_4_YEARS   1461u

void calendar_of(uint64_t seconds, struct calendar *c)
{
    const uint32_t since_1970 = (uint32_t)(seconds / 86400);
    const uint32_t of_day = (uint32_t)(seconds % 86400);
    const uint32_t days = since_1970 + DAYS_TO_1970;
    const uint32_t era = days / DAYS_400_YEARS, of_era = days % DAYS_400_YEARS;
    const uint32_t leap_corrected = of_era - of_era / (DAYS_4_YEARS - 1) + of_era / DAYS_100_YEARS -
                                    of_era / (DAYS_400_YEARS - 1);
    const uint32_t year = leap_corrected / 365;
    const uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const uint32_t month = (5 * of_year + 2) / 153; /* 0 is March */
    c->day = of_year - (153 * month + 2) / 5 + 1;
    c->month = month < 10 ? month + 3 : month - 9;
    c->year = year + era * 400 + (c->month <= 2);
    c->hour = of_day / 3600;
    c->minute = of_day / 60 % 60;
    c->second = of_day % 60;
    c->weekday = (since_1970 + 4) % 7;
}
