/*
 * TAP lines through SYS_LOG_WRITE. A line is written by one call, so that reports of the kernel
 * fall between lines and never into one. Enter at tap_ok.
 */
#include "tap.h"

#include <parley/system.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_BYTES LOG_WRITE_MAX

static unsigned checks;
static unsigned failures;

static void put_line(const char *start, const char *format, va_list arguments)
{
    char line[LINE_BYTES];
    int used = snprintf(line, sizeof line, "%s", start);
    int more = vsnprintf(line + used, sizeof line - (size_t)used, format, arguments);
    size_t length = (size_t)used + (size_t)(more < 0 ? 0 : more);

    if (length > sizeof line - 2)
        length = sizeof line - 2;
    line[length++] = '\n';
    sys_log_write(line, length);
}

void tap_line(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    put_line("", format, arguments);
    va_end(arguments);
}

void tap_note(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    put_line("# ", format, arguments);
    va_end(arguments);
}

static bool result(bool ok, const char *format, va_list arguments)
{
    char start[24];

    checks++;
    failures += !ok;
    snprintf(start, sizeof start, "%s %u - ", ok ? "ok" : "not ok", checks);
    put_line(start, format, arguments);
    return ok;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

bool tap_ok(bool ok, const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    result(ok, format, arguments);
    va_end(arguments);
    if (!ok)
        tap_note("at %s:%d", base_name(file), line);
    return ok;
}

bool tap_is(int32_t got, int32_t expected, const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    result(got == expected, format, arguments);
    va_end(arguments);
    if (got != expected)
        tap_note("at %s:%d: got %d (0x%x), expected %d (0x%x)", base_name(file), line, (int)got,
                 (unsigned)got, (int)expected, (unsigned)expected);
    return got == expected;
}

void tap_skip(const char *name, const char *why)
{
    checks++;
    tap_line("ok %u - %s # SKIP %s", checks, name, why);
}

void tap_done(void)
{
    tap_line("1..%u", checks);
    sys_power(POWER_OFF, failures != 0);
    for (;;)
        sys_exit(1);
}
