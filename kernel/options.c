/* See options.h. */
#include "options.h"
#include "log.h"
#include "text.h"

static enum panic_action panic_action;
static enum selftest selftest;

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

static void read_word(struct slice word)
{
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

enum selftest option_selftest(void)
{
    return selftest;
}
