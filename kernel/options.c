/* See options.h. */
#include "options.h"
#include "log.h"
#include "text.h"

static enum panic_action panic_action;
static enum selftest selftest;
static bool trace, inject;
static uint32_t trace_kilobytes;

#define TRACE_SIZE      "tracekb="
#define WINDOW_SIZE     "window=" /* the machine's */
#define LEAST_KILOBYTES 4u
#define MOST_KILOBYTES  65536u

static const struct option {
    const char *word;
    enum panic_action panic;
    enum selftest selftest;
} options[] = {
    {"panic=halt", PANIC_HALT, SELFTEST_NONE},
    {"panic=off", PANIC_OFF, SELFTEST_NONE},
    {"panic=reboot", PANIC_REBOOT, SELFTEST_NONE},
    {"nodftask", PANIC_HALT, SELFTEST_NONE},     /* the machine's */
    {"fastpath=off", PANIC_HALT, SELFTEST_NONE}, /* the machine's */
    {"selftest=panic", PANIC_HALT, SELFTEST_PANIC},
    {"selftest=assert", PANIC_HALT, SELFTEST_ASSERT},
    {"selftest=overflow", PANIC_HALT, SELFTEST_OVERFLOW},
    {"selftest=doublefault", PANIC_HALT, SELFTEST_OVERFLOW},
};

static bool slice_begins(struct slice word, const char *start)
{
    const size_t length = strlen(start);
    return word.length > length && memcmp(word.text, start, length) == 0;
}

/* A power of two within its bounds, or 0. */
static uint32_t read_size(struct slice digits)
{
    uint32_t value = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.text[i] < '0' || digits.text[i] > '9' || value > MOST_KILOBYTES)
            return 0;
        value = value * 10 + (uint32_t)(digits.text[i] - '0');
    }
    bool fits = value >= LEAST_KILOBYTES && value <= MOST_KILOBYTES;
    return fits && (value & (value - 1)) == 0 ? value : 0;
}

/* Whether it is one of the trace's. */
static bool read_trace(struct slice word)
{
    const size_t length = sizeof TRACE_SIZE - 1;
    const bool on = slice_is(word, "trace=on");
    if (on || slice_is(word, "trace=off")) {
        trace = on;
        return true;
    }
    if (!slice_begins(word, TRACE_SIZE))
        return false;
    trace_kilobytes = read_size((struct slice){word.text + length, word.length - length});
    return trace_kilobytes != 0;
}

static void read_word(struct slice word)
{
    if (read_trace(word) || slice_begins(word, WINDOW_SIZE))
        return;
    if (slice_is(word, "inject=on")) {
        inject = true;
        return;
    }
    for (unsigned i = 0; i < sizeof options / sizeof *options; i++) {
        if (!slice_is(word, options[i].word))
            continue;
        if (options[i].panic)
            panic_action = options[i].panic;
        if (options[i].selftest)
            selftest = options[i].selftest;
        return;
    }
    log_line("option ignored: %.*s", word.length < 64 ? (int)word.length : 64, word.text);
}

void options_read(const char *command_line)
{
    struct slice word;
    bool first = true;
    while (slice_word(&command_line, &word)) {
        bool path = false;
        for (size_t i = 0; i < word.length; i++)
            path |= word.text[i] == '/';
        if (!(first && path)) /* some loaders pass the kernel's own path first */
            read_word(word);
        first = false;
    }
}

enum panic_action option_panic(void)
{
    return panic_action;
}

bool option_inject(void)
{
    return inject;
}

bool option_trace(void)
{
    return trace;
}

uint32_t option_trace_kilobytes(void)
{
    return trace_kilobytes;
}

enum selftest option_selftest(void)
{
    return selftest;
}
