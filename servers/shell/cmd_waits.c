/* waits: the wait-for graph, as trees. Who waits for a process stands below it. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"

#include <parley/system.h>
#include <string.h>

#define MOST 256
static struct waiting { /* of its process_info */
    endpoint_t endpoint, waits_for;
    uint32_t state;
    char name[NAME_BYTES];
    message asked;
} table[MOST];
static bool shown[MOST];
static unsigned count;

static const char *doing(const struct waiting *p)
{
    switch (p->state) {
    case PROCESS_RUNNING:
        return "runs";
    case PROCESS_READY:
        return "is ready";
    case PROCESS_SENDING:
        return "sends";
    case PROCESS_CALLING:
    case PROCESS_REQUESTING:
        return "wants to ask";
    case PROCESS_RECEIVING:
        return "receives";
    case PROCESS_ANSWER:
    case PROCESS_AWAITING:
        return "awaits its answer";
    case PROCESS_SELECTING:
        return "selects";
    default:
        return "?";
    }
}

/* The process for which `p` waits, or NULL: it waits for anybody, for none of these, or runs. */
static const struct waiting *peer_of(const struct waiting *p)
{
    if (p->state < PROCESS_SENDING)
        return NULL;
    for (unsigned i = 0; i < count; i++)
        if (table[i].endpoint == p->waits_for)
            return &table[i];
    return NULL;
}

static void show(const struct waiting *p, unsigned depth)
{
    char other[NAME_BYTES], asked[PROCESS_ASKED_BYTES];
    shown[p - table] = true;
    print("%*s%s%s %s", (int)(2 * depth), "", depth > 0 ? "<- " : "", p->name, doing(p));
    if (depth == 0 && p->state >= PROCESS_SENDING)
        print(p->state == PROCESS_RECEIVING ? " from %s" : " of %s",
              process_name(p->waits_for, other));
    if (process_asked(&p->asked, p->waits_for, asked))
        print(": %s", asked);
    print("\n");
}

/* Whoever waits for the process, and whoever waits for those. */
static void show_waiting_for(const struct waiting *p, unsigned depth)
{
    for (unsigned i = 0; i < count; i++)
        if (!shown[i] && peer_of(&table[i]) == p) {
            show(&table[i], depth);
            show_waiting_for(&table[i], depth + 1);
        }
}

static void look(void)
{
    struct process_info p;
    count = 0;
    memset(shown, 0, sizeof shown);
    for (unsigned slot = 0; count < MOST && process_next(&slot, &p); count++) {
        table[count] = (struct waiting){
            .endpoint = p.endpoint, .waits_for = p.waits_for, .state = p.state, .asked = p.asked};
        memcpy(table[count].name, p.name, sizeof p.name);
    }
}

int command_waits(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("waits");
    look();
    for (unsigned i = 0; i < count; i++)
        if (peer_of(&table[i]) == NULL) {
            show(&table[i], 0);
            show_waiting_for(&table[i], 1);
        }
    for (unsigned i = 0; i < count; i++) /* only with deadlines: a ring without is refused */
        if (!shown[i]) {
            print("a ring:\n");
            show(&table[i], 1);
            show_waiting_for(&table[i], 2);
        }
    return 0;
}
