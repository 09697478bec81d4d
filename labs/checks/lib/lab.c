/* See lab.h. The program is called with a check's name and the verdict's file descriptor. */
#include "lab.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#endif

static int verdict;

void lab_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    dprintf(verdict, "failed: ");
    vdprintf(verdict, format, arguments);
    va_end(arguments);
    _exit(0);
}

unsigned lab_random(unsigned below)
{
    static uint32_t state = 1;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

void lab_forbid(const void *bytes, size_t size)
{
#if __has_feature(address_sanitizer)
    ASAN_POISON_MEMORY_REGION(bytes, size);
#else
    (void)bytes;
    (void)size;
#endif
}

void lab_permit(const void *bytes, size_t size)
{
#if __has_feature(address_sanitizer)
    ASAN_UNPOISON_MEMORY_REGION(bytes, size);
#else
    (void)bytes;
    (void)size;
#endif
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    verdict = atoi(argv[2]);
    for (const struct lab_check *check = lab_checks; check->name != NULL; check++) {
        if (strcmp(check->name, argv[1]) == 0) {
            check->run();
            dprintf(verdict, "passed");
            _exit(0);
        }
    }
    dprintf(verdict, "unknown");
    _exit(0);
}
