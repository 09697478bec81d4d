/*
 * Requests that a server has forgotten: it answers pings, waits for more to do, and owes somebody
 * an answer that it will never give. What a process awaits, and since which message, stands in the
 * kernel's list, so nobody needs a deadline for this: a deadline would make every request longer.
 *
 * Only where the protocol does not say that the answer may come at any time (`waits`), and only
 * after the same was seen at FORGOTTEN_MAX beats behind the first.
 */
#include "supervisor.h"

#include <parley/ipc.h>
#include <parley/server.h>

#define FORGOTTEN_MAX 2
#define SLOTS         1024 /* more than any kernel has: endpoint_slot is less */

/* By slot: what that process was seen to await. */
static struct wait {
    endpoint_t client, server;
    uint32_t sent; /* its messages until then: another number, another wait */
    unsigned beats;
} waits[SLOTS];

static bool is_the_same(const struct wait *w, const struct process_info *info)
{
    return w->client == info->endpoint && w->server == info->waits_for &&
           w->sent == info->messages_sent;
}

/* Whether it still awaits what it did FORGOTTEN_MAX beats ago. */
static bool waits_too_long(struct wait *w, const struct process_info *info)
{
    if (!is_the_same(w, info)) {
        *w = (struct wait){info->endpoint, info->waits_for, info->messages_sent, 0};
        return false;
    }
    return ++w->beats >= FORGOTTEN_MAX;
}

bool forgotten_by(const struct supervised *s)
{
    struct process_info info;
    int error = 0;
    for (unsigned slot = 0; slot < SLOTS && error != -EINVAL; slot++) {
        error = sys_process(slot, &info);
        if (error < 0 || info.waits_for != s->endpoint || info.state != PROCESS_AWAITING ||
            !service_answers_at_once(info.asked.m_type) || !waits_too_long(&waits[slot], &info))
            continue;
        report("%s owes %s an answer to request 0x%x", s->name, info.name,
               (unsigned)info.asked.m_type);
        return true;
    }
    return false;
}
