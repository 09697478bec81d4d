/* top: each process's share of the processor and its messages, between two looks. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"

#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

#define MOST       256
#define MOST_LINES 20

struct counted {
    endpoint_t endpoint;
    uint32_t ticks, messages;
};

struct row {
    char name[NAME_BYTES];
    uint32_t ticks, messages; /* since the last look */
};

static struct counted before[MOST]; /* by slot */
static struct row rows[MOST];

/* Counts that go round are compared as they go. */
static unsigned look(void)
{
    struct process_info info;
    unsigned count = 0;
    for (unsigned slot = 0; count < MOST && process_next(&slot, &info);) {
        struct counted *b = &before[endpoint_slot(info.endpoint) % MOST];
        const struct counted now = {info.endpoint, info.ticks,
                                    info.messages_sent + info.messages_received};
        const bool same = b->endpoint == now.endpoint;
        struct row *r = &rows[count++];
        memcpy(r->name, info.name, sizeof r->name);
        r->ticks = same ? now.ticks - b->ticks : now.ticks;
        r->messages = same ? now.messages - b->messages : now.messages;
        *b = now;
    }
    return count;
}

static int by_use(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->ticks != y->ticks)
        return x->ticks < y->ticks ? 1 : -1;
    if (x->messages != y->messages)
        return x->messages < y->messages ? 1 : -1;
    return strcmp(x->name, y->name);
}

static void show(unsigned count, uint32_t us)
{
    const uint32_t ms = us / 1000 ? us / 1000 : 1;
    qsort(rows, count, sizeof rows[0], by_use);
    print("\033[H\033[J%-15s %6s %12s\n", "NAME", "CPU%", "MESSAGES/s");
    for (unsigned i = 0; i < count && i < MOST_LINES; i++) {
        /* A tick is a millisecond, nearly. */
        uint32_t permille = (uint32_t)((uint64_t)rows[i].ticks * 1000 / ms);
        if (permille > 1000)
            permille = 1000;
        print("%-15s %4u.%u %12u\n", rows[i].name, (unsigned)(permille / 10),
              (unsigned)(permille % 10), (unsigned)((uint64_t)rows[i].messages * 1000 / ms));
    }
    if (count > MOST_LINES)
        print("and %u more\n", count - MOST_LINES);
    print("q: end\n");
}

int command_top(int argc, char **argv)
{
    static const struct seconds_range range = {"0.1", 100000, 60};
    uint64_t period = 1000000, then, now;
    if (argc > 2)
        return command_usage("top");
    if (argc == 2 && !command_seconds("top", argv[1], &range, &period))
        return STATUS_USAGE;
    memset(before, 0, sizeof before);
    (void)look();
    (void)sys_time(&then);
    for (;;) {
        const int key = console_key_within((uint32_t)period);
        (void)sys_time(&now);
        if (key == 'q' || key == 3 || output_stopped())
            return 0;
        if (key != KEY_NONE && key >= 0 && now - then < period / 2)
            continue;
        const unsigned count = look();
        show(count, (uint32_t)(now - then));
        then = now;
    }
}
