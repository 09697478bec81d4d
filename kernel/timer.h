/*
 * Deadlines: one for a process's waiting call, one for its alarm.
 *
 * A binary heap of timers by deadline, in microseconds since boot: looking whether one is due costs
 * one comparison, setting or cancelling one costs the logarithm of their number. Deadlines are
 * absolute and compared with the clock itself, so that none is ever early; the tick makes them at
 * most one tick late.
 */
#pragma once

#include <ipc/ipc.h>
#include <stdbool.h>
#include <stdint.h>

enum timer_kind {
    TIMER_CALL,
    TIMER_ALARM,
    TIMER_KINDS
};

/* Sets the timer, or moves it. */
void timer_set(unsigned slot, enum timer_kind kind, uint64_t deadline);
/* No effect when it is not set. */
void timer_cancel(unsigned slot, enum timer_kind kind);
/* Its deadline; false when it is not set. */
bool timer_get(unsigned slot, enum timer_kind kind, uint64_t *deadline);

/* The earliest deadline; false when none is set. */
bool timer_first(uint64_t *deadline);
/* Takes one timer whose deadline is not after `now` out; the earliest first. False: none is due. */
bool timer_take_due(uint64_t now, unsigned *slot, enum timer_kind *kind);

/* now + delay, the end of time when that is past it. */
uint64_t timer_deadline(uint64_t now, uint64_t delay);
