/* Deadlines and the tick: which one the clock must come to before anybody has to look. */
#pragma once

#include "timer.h"
#include <stdint.h>

/* The tick at which the machine must call kernel_tick. */
extern uint32_t kernel_tick_due;

/* Sets the timer, or moves it, to `delay` microseconds after `now`. */
void clock_set(unsigned slot, enum timer_kind kind, uint64_t now, uint64_t delay);
