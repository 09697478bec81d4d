/*
 * The loop that every server is: receive, dispatch, reply. Contract and an example:
 * parley/server.h.
 *
 * The answer to one request and the wait for the next are one trap (0xA0), so a round trip costs a
 * server one. With nobody to answer yet, the answer goes to NONE and fails, which nobody minds.
 */
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/common.h>
#include <string.h>

static const struct server_client nobody = {.endpoint = NONE};
static struct server_client current;
static void (*on_retire)(void);

#define CLIENTS 256 /* as many as the kernel has processes */

/* By the client's slot: its last request, if that was put off. */
static struct put_off {
    endpoint_t client;
    int32_t type;
} put_off[CLIENTS];

struct server_client server_current(void)
{
    return current;
}

int server_answer(struct server_client client, int status, message *m)
{
    m->m_type = status;
    return ipc_reply_ticket(client.endpoint, m, client.ticket);
}

void server_send_on(struct server_client client)
{
    message m = {0};
    (void)server_answer(client, -ERESTART, &m);
}

void server_on_retire(void (*retire)(void))
{
    on_retire = retire;
}

static bool is_supervisor(endpoint_t process)
{
    endpoint_t supervisor;
    return (sys_lookup("supervisor", &supervisor) == 0 && supervisor == process) ||
           (sys_lookup("supervisor-2", &supervisor) == 0 && supervisor == process);
}

/* Whoever wants to send from now on finds it dead, which libc takes for "ask the successor". */
static int retire(endpoint_t sender)
{
    if (!is_supervisor(sender))
        return -EPERM;
    if (on_retire)
        on_retire();
    message m = {0};
    (void)server_answer(current, 0, &m);
    sys_exit(0);
}

static struct put_off *put_off_of(endpoint_t client)
{
    return &put_off[endpoint_slot(client) % CLIENTS];
}

static int tell_held(message *m)
{
    const endpoint_t client = ((const struct proto_holds_request *)m->m_words)->client;
    const struct put_off *held = put_off_of(client);
    if (!is_supervisor(m->m_source))
        return -EPERM;
    if (held->type == 0 || held->client != client)
        return -ENOENT;
    *(struct proto_holds_answer *)m->m_words = (struct proto_holds_answer){(uint32_t)held->type};
    return 0;
}

static int dispatch(const struct server_handler *handlers, message *m)
{
    for (const struct server_handler *h = handlers; h && h->type; h++) {
        if (h->type == m->m_type)
            return h->handle(m);
    }
    if (m->m_type == PROTO_PING)
        return 0;
    if (m->m_type == PROTO_HOLDS)
        return tell_held(m);
    memset(m->m_words, 0, sizeof(m->m_words));
    return m->m_type == PROTO_RETIRE ? retire(m->m_source) : -ENOSYS;
}

/* Does what the message asks, and leaves the answer in it. Returns whom the loop is to answer. */
static struct server_client serve(const struct server_handler *handlers, message *m,
                                  uint32_t second)
{
    current = (struct server_client){m->m_source, IPC_TICKET(second)};
    const int32_t type = m->m_type;
    int status = dispatch(handlers, m);
    /* A plain send has no ticket and waits for no answer. */
    const bool waits = current.ticket != 0, later = waits && status > 0;
    *put_off_of(current.endpoint) = (struct put_off){current.endpoint, later ? type : 0};
    if (!waits || later)
        return nobody;
    m->m_type = status;
    return current;
}

int server_run(const char *name, const struct server_handler *handlers,
               void (*on_events)(endpoint_t source, uint32_t bits))
{
    int error = name ? names_publish(name) : 0;
    if (error < 0)
        return error;
    message m;
    struct server_client client = nobody;
    for (;;) {
        uint32_t second;
        error = ipc_reply_receive(client.endpoint, &m, client.ticket, ANY, (long)IPC_ALL_EVENTS,
                                  &second);
        client = nobody;
        if (error == -EINTR || error == -EREPLYINTR)
            continue;
        if (error < 0)
            return error;
        /* The kernel's word, not m_type: a process may send whatever type it likes. */
        if (IPC_CAME(second) != IPC_CAME_EVENTS)
            client = serve(handlers, &m, second);
        else if (on_events)
            on_events(m.m_source, m.m_words[0]);
    }
}
