/*
 * Signs of life. A server that waits for requests is sent one, PROTO_PING, which libc's server_run
 * answers; it has to do so at once. One that does not wait is busy, and the kernel's list says with
 * what: has it taken another message since it was asked last, it is alive; is it ready to run and
 * has not had the processor, that is not its fault; does it wait for another that is supervised,
 * that one is asked. What is left has worked on one message for the whole interval. Two such
 * intervals in a row, and it hangs. One that answers may have forgotten a request: forgotten.c.
 *
 * One that took the request and did not answer in time may not have had the processor, since others
 * were more urgent or the machine stood still. So it is asked again at once. Was it only late, it
 * waits by now, and answers; has it still not run, it is busy, and looked at as such.
 *
 * Nothing here waits for a server longer than ANSWER_US at a time.
 */
#include "supervisor.h"

#include <parley/ipc.h>
#include <proto/common.h>

#define ANSWER_US  50000
#define ASKS       2
#define MISSED_MAX 2

static int request(message *m, endpoint_t process, uint32_t flags, uint32_t timeout_us)
{
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT | flags, process, m, timeout_us, NULL);
    return error < 0 ? error : m->m_type;
}

static int ask(int32_t type, endpoint_t process, uint32_t flags, uint32_t timeout_us)
{
    message m = {.m_type = type};
    return request(&m, process, flags, timeout_us);
}

/* Whoever took it and was late is asked again. */
static int request_patiently(const message *question, endpoint_t process, uint32_t flags,
                             message *m)
{
    int error = -EREPLYTIMEDOUT;
    for (unsigned i = 0; i < ASKS && error == -EREPLYTIMEDOUT; i++) {
        *m = *question;
        error = request(m, process, flags, ANSWER_US);
    }
    return error;
}

int32_t heartbeat_holds(endpoint_t server, endpoint_t client)
{
    const message question = {.m_type = PROTO_HOLDS, .m_words = {(uint32_t)client}};
    message m;
    int error = request_patiently(&question, server, 0, &m);
    return error ? error : (int32_t)((const struct proto_holds_answer *)m.m_words)->type;
}

bool heartbeat_answers(endpoint_t process, uint32_t timeout_us)
{
    return ask(PROTO_PING, process, 0, timeout_us) == 0;
}

bool heartbeat_retire(endpoint_t process)
{
    return ask(PROTO_RETIRE, process, 0, ANSWER_US) == 0;
}

int heartbeat_who_leads(endpoint_t process)
{
    return ask(SUPERVISOR_LIST, process, 0, ANSWER_US);
}

void heartbeat_begin(struct supervised *s, uint64_t now)
{
    s->missed = s->seen_received = s->seen_ticks = 0;
    s->hung = false;
    s->beat_due = s->heartbeat_ms ? now + s->heartbeat_ms * 1000ull : UINT64_MAX;
}

/* Of one that does not wait for requests. */
static bool is_busy(struct supervised *s)
{
    struct process_info info;
    if (sys_process_of(s->endpoint, &info) < 0)
        return true; /* it is dead: that is told otherwise */
    bool progress = info.messages_received != s->seen_received;
    bool starved = info.state == PROCESS_READY && info.ticks == s->seen_ticks;
    s->seen_received = info.messages_received;
    s->seen_ticks = info.ticks;
    return progress || starved || (info.state >= PROCESS_SENDING && service_of(info.waits_for));
}

static bool gives_a_sign(struct supervised *s)
{
    const message ping = {.m_type = PROTO_PING};
    message m;
    const int error = request_patiently(&ping, s->endpoint, IPC_NONBLOCK, &m);
    return error == -ENOTREADY ? is_busy(s) : error != -EREPLYTIMEDOUT;
}

static void beat(struct supervised *s)
{
    const bool stays = s->again; /* it has said that it retires */
    s->missed = !stays && gives_a_sign(s) ? 0 : s->missed + 1;
    if (stays || s->missed >= MISSED_MAX)
        heartbeat_end(s);
}

void heartbeat_end(struct supervised *s)
{
    s->hung = true;
    s->beat_due = UINT64_MAX;
    (void)sys_kill(s->endpoint);
}

/* Servers that are due together have one look at all processes. */
static bool any_is_due(uint64_t now)
{
    for (const struct supervised *s = services; s < services + service_count; s++)
        if (s->state == SUPERVISOR_STATE_RUNNING && s->beat_due <= now)
            return true;
    return false;
}

uint64_t heartbeat_run_due(uint64_t now)
{
    uint64_t next = UINT64_MAX;
    if (any_is_due(now))
        forgotten_look(now);
    for (struct supervised *s = services; s < services + service_count; s++) {
        if (s->state != SUPERVISOR_STATE_RUNNING || s->beat_due == UINT64_MAX)
            continue;
        if (s->beat_due <= now) {
            s->beat_due = now + s->heartbeat_ms * 1000ull;
            beat(s);
        }
        if (s->beat_due < next)
            next = s->beat_due;
    }
    return next;
}
