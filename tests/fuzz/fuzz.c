/* See fuzz.h. */
#include "fuzz.h"

#include <stdarg.h>
#include <stdlib.h>

#define FEATURES 8192

/* libFuzzer finds more counters of its kind in this section. */
static uint8_t features[FEATURES] __attribute__((section("__libfuzzer_extra_counters"), used));

void fuzz_feature(uint32_t feature)
{
    uint8_t *counter = &features[feature * 2654435761u % FEATURES];

    if (*counter < 255)
        ++*counter;
}

bool fuzz_tells(void)
{
    static int tells = -1;

    if (tells < 0)
        tells = getenv("FUZZ_TELL") != NULL;
    return tells != 0;
}

void fuzz_fail(const char *pattern, ...)
{
    va_list arguments;

    fflush(stdout);
    fputs("FAILURE: ", stderr);
    va_start(arguments, pattern);
    vfprintf(stderr, pattern, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}
