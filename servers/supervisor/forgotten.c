/*
 * Requests that a server has forgotten: it waits for more to do, or does other things, and owes
 * somebody an answer that it will never give. What a process awaits, and since which message,
 * stands in the kernel's list, so nobody needs a deadline for this: a deadline would make every
 * request longer.
 *
 * Only where the protocol does not say that the answer may come at any time (`waits`). The
 * client's message is only what raises the suspicion: others may write where it lies. So the server
 * is asked what it holds of that client's, and only one that does not know is to blame. One that
 * waits for more to do is given two beats. One that asks others or serves others all the while is
 * given ten: it may be in the midst of it. Is it another server that keeps it waiting, that one is
 * to blame. One that neither waits nor takes a message is not seen here, but by its signs of life.
 */
#include "supervisor.h"

#include <parley/ipc.h>
#include <parley/server.h>

#define BEATS      2
#define BEATS_BUSY 10
#define SLOTS      1024 /* more than any kernel has: endpoint_slot is less */

/* By slot: what that process was seen to await, and when first. */
static struct wait {
    endpoint_t client, server;
    uint32_t sent;        /* its messages until then: another number, another wait */
    uint32_t server_sent; /* the server's */
    uint64_t since;
} waits[SLOTS];

static struct wait *wait_of(const struct process_info *client)
{
    return &waits[endpoint_slot(client->endpoint)];
}

/* Whether what was noted is what the client awaits now. */
static bool goes_on(const struct wait *w, const struct process_info *client)
{
    return w->client == client->endpoint && w->server == client->waits_for &&
           w->sent == client->messages_sent;
}

static uint64_t beats_of(const struct supervised *s, const struct wait *w, uint64_t now)
{
    return (now - w->since) / 1000 / s->heartbeat_ms;
}

static bool is_kept_waiting(const struct process_info *server, uint64_t now)
{
    const struct supervised *by = service_of(server->waits_for);
    const struct wait *w = wait_of(server);
    return server->state == PROCESS_AWAITING && by && by->heartbeat_ms && goes_on(w, server) &&
           beats_of(by, w, now) >= 1;
}

static bool owes(const struct process_info *server, const struct wait *w, uint64_t beats,
                 uint64_t now)
{
    if (server->state == PROCESS_RECEIVING && server->waits_for == ANY)
        return beats >= BEATS;
    return beats >= BEATS_BUSY && server->messages_sent != w->server_sent &&
           !is_kept_waiting(server, now);
}

/* Its server has run since it was looked at, and may have answered. */
static bool waits_still(const struct process_info *client, const struct wait *w)
{
    struct process_info now;
    return sys_process_of(client->endpoint, &now) == 0 && now.state == PROCESS_AWAITING &&
           goes_on(w, &now);
}

static bool holds_by_right(const struct process_info *server, const struct process_info *client)
{
    const int32_t type = heartbeat_holds(server->endpoint, client->endpoint);
    return type > 0 && !service_answers_at_once(type);
}

static void look_at(const struct process_info *client, uint64_t now)
{
    struct process_info server;
    struct supervised *s = service_of(client->waits_for);
    if (client->state != PROCESS_AWAITING || !s || !s->heartbeat_ms || s->hung ||
        sys_process_of(s->endpoint, &server) < 0)
        return;
    struct wait *w = wait_of(client);
    if (!goes_on(w, client))
        *w = (struct wait){client->endpoint, server.endpoint, client->messages_sent,
                           server.messages_sent, now};
    if (!service_answers_at_once(client->asked.m_type) ||
        !owes(&server, w, beats_of(s, w, now), now) || holds_by_right(&server, client) ||
        !waits_still(client, w))
        return;
    report("%s owes %s an answer to request 0x%x", s->name, client->name,
           (unsigned)client->asked.m_type);
    heartbeat_end(s);
}

void forgotten_look(uint64_t now)
{
    struct process_info info;
    for (unsigned slot = 0; slot < SLOTS && sys_process_next(&slot, &info) == 0; slot++)
        look_at(&info, now);
}
