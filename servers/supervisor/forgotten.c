/*
 * Requests that a server has forgotten: it waits for more to do, and owes somebody an answer that
 * it will never give. What a process awaits, and since which message, stands in the
 * kernel's list, so nobody needs a deadline for this: a deadline would make every request longer.
 *
 * Only where the protocol does not say that the answer may come at any time (`waits`), and only
 * after two beats of the server's.
 */
#include "supervisor.h"

#include <parley/ipc.h>
#include <parley/server.h>

#define BEATS 2
#define SLOTS 1024 /* more than any kernel has: endpoint_slot is less */

/* By slot: what that process was seen to await, and when first. */
static struct wait {
    endpoint_t client, server;
    uint32_t sent; /* its messages until then: another number, another wait */
    uint64_t since;
} waits[SLOTS];

static uint64_t seen_for(struct wait *w, const struct process_info *info, uint64_t now)
{
    if (w->client != info->endpoint || w->server != info->waits_for ||
        w->sent != info->messages_sent)
        *w = (struct wait){info->endpoint, info->waits_for, info->messages_sent, now};
    return now - w->since;
}

static bool waits_for_more(const struct supervised *s)
{
    struct process_info info;
    return sys_process(endpoint_slot(s->endpoint), &info) == 0 && info.endpoint == s->endpoint &&
           info.state == PROCESS_RECEIVING && info.waits_for == ANY;
}

static void look_at(unsigned slot, const struct process_info *info, uint64_t now)
{
    struct supervised *s = service_of(info->waits_for);
    if (info->state != PROCESS_AWAITING || !s || !s->heartbeat_ms ||
        !service_answers_at_once(info->asked.m_type) ||
        seen_for(&waits[slot], info, now) < BEATS * 1000ull * s->heartbeat_ms || s->hung ||
        !waits_for_more(s))
        return;
    report("%s owes %s an answer to request 0x%x", s->name, info->name,
           (unsigned)info->asked.m_type);
    heartbeat_end(s);
}

void forgotten_look(uint64_t now)
{
    struct process_info info;
    for (unsigned slot = 0; slot < SLOTS && sys_process_next(&slot, &info) == 0; slot++)
        look_at(slot, &info, now);
}
