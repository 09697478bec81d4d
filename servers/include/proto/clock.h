/*
 * clock: uptime, sleep, wall time.
 *
 * Wall time is read from the CMOS real-time clock at start and carried on by the kernel's timer.
 */
#pragma once

#include <proto/common.h>

enum {
    CLOCK_UPTIME = PROTO_CLOCK, /* -> clock_time: since boot */
    CLOCK_SLEEP,                /* clock_time: how long; answered when it is over, never early
                                   (ENOSPC: too many sleepers) */
    CLOCK_WALL,                 /* -> clock_wall (EIO: no usable real-time clock) */
};

struct clock_time {
    uint32_t microseconds_low, microseconds_high;
} PROTO_PAYLOAD;

struct clock_wall {
    uint32_t seconds_low, seconds_high; /* since 1970-01-01 00:00 UTC (the RTC is taken as UTC) */
    uint32_t microseconds;
} PROTO_PAYLOAD;
