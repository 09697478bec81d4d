/* Ticks since boot; wraps. */
#pragma once

#include <stdint.h>

uint32_t clock_ticks(void);
