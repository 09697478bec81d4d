/* From the real-time clock's registers to seconds. Pure: tested on the workstation. */
#pragma once

#include <stdint.h>

/* As read, whatever the format. */
struct rtc_registers {
    uint8_t seconds, minutes, hours, day, month, year, century;
    uint8_t status_b; /* RTC_BINARY, RTC_24_HOURS */
};

#define RTC_BINARY   0x04 /* else binary-coded decimal */
#define RTC_24_HOURS 0x02 /* else 12 hours, bit 7 of `hours` for the afternoon */

/* Seconds since 1970-01-01 00:00. 0, or EIO when that is no date and time. */
int calendar_decode(const struct rtc_registers *registers, uint64_t *seconds);
