/*
 * TAP from inside the guest: one line a check, written to the kernel's log.
 *
 * The log reaches the serial line by itself as long as nobody has claimed IRQ_LINE_LOG, so a suite
 * needs neither tty nor name server. tests/guest/run.py reads the lines. The plan comes last: a
 * suite that dies on the way has none, and that is a failure.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* One check. `format` names it; a failure prints file and line below. Returns `ok`. */
bool tap_ok(bool ok, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for two numbers; a failure prints both. */
bool tap_is(int32_t got, int32_t expected, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#define OK(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)
#define IS(got, expected, ...)                                                                     \
    tap_is((int32_t)(got), (int32_t)(expected), __FILE__, __LINE__, __VA_ARGS__)

/* A diagnostic line ("# ..."). */
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A check that does not apply to this machine, and why. */
void tap_skip(const char *name, const char *why);

/* A line as it is, for the driver. */
void tap_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the plan and powers the machine off: status 0, or 1 when a check failed. */
_Noreturn void tap_done(void);
