/* Short times: by the processor's time-stamp counter where there is one, else by the kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Finds out what there is and how fast it runs; takes some milliseconds the first time. */
void stopwatch_start(void);

bool stopwatch_is_fine(void);     /* the time-stamp counter is used */
uint32_t stopwatch_read(void);    /* wraps around; in its own unit */
uint64_t stopwatch_counter(void); /* the same, whole */
uint32_t stopwatch_ns(uint32_t difference);
