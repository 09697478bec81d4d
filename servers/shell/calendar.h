/* Seconds since 1970 as a date. Pure. */
#pragma once

#include <stdint.h>

struct calendar {
    uint32_t year;
    unsigned month, day, hour, minute, second; /* month and day from 1 */
    unsigned weekday;                          /* 0 Sunday */
};

void calendar_of(uint64_t seconds_since_1970, struct calendar *c);
