/*
 * Lab 6: what the driver of the real-time clock and its clients say to each other, and the names of
 * the device's registers. docs/labs/6-driver.md has the contract.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

enum {
    CHIME_NOW = 0x8601, /* out: a time of day. EIO: the device shows none */
    CHIME_AT,           /* in: a time of day; answered when the device comes to show it. EINVAL:
                           no time of day */
    CHIME_TICKS,        /* in: count; answered after so many ticks. EINVAL: none, or more than
                           CHIME_TICKS_MAX */
};

#define CHIME_TICKS_MAX        64u
#define CHIME_TICKS_PER_SECOND 64u

struct __attribute__((may_alias)) chime_time {
    uint32_t hours, minutes, seconds; /* 0..23, 0..59, 0..59 */
};

struct __attribute__((may_alias)) chime_ticks {
    uint32_t count;
};

/* The device: a register's number goes to the first port, its value through the second. */
#define RTC_LINE       8
#define RTC_INDEX_PORT 0x70
#define RTC_DATA_PORT  0x71

#define RTC_SECONDS       0x00
#define RTC_SECONDS_ALARM 0x01
#define RTC_MINUTES       0x02
#define RTC_MINUTES_ALARM 0x03
#define RTC_HOURS         0x04
#define RTC_HOURS_ALARM   0x05
#define RTC_A             0x0a
#define RTC_B             0x0b
#define RTC_C             0x0c

#define RTC_A_UPDATING 0x80u /* the time is about to change: do not read it */
#define RTC_A_RATE     0x0fu /* of the periodic interrupt: 32768 >> (rate - 1) a second */
#define RTC_B_SET      0x80u /* the time stands still, to be set */
#define RTC_B_PERIODIC 0x40u /* interrupts that are enabled: periodic, */
#define RTC_B_ALARM    0x20u /* when the time is that of the alarm's registers, */
#define RTC_B_UPDATE   0x10u /* after each second */
#define RTC_B_BINARY   0x04u /* times in binary, not in BCD */
#define RTC_B_24_HOURS 0x02u /* hours 0 to 23; else 1 to 12, and RTC_PM after noon */
#define RTC_C_PERIODIC                                                                             \
    0x40u                  /* what has come since C was read last, enabled or not. Reading takes */
#define RTC_C_ALARM  0x20u /* it back, and the device interrupts again only after that */
#define RTC_C_UPDATE 0x10u

#define RTC_PM 0x80u /* in the hours */
