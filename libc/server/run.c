/*
 * The loop that every server is: receive, dispatch, reply. Contract and an example:
 * parley/server.h.
 */
#include <parley/ipc.h>
#include <parley/server.h>
#include <proto/common.h>
#include <string.h>

int server_answer(endpoint_t client, int status, message *m)
{
    m->m_type = status;
    return ipc_call(IPC_SEND | IPC_NONBLOCK, client, m, 0, NULL);
}

static int dispatch(const struct server_handler *handlers, message *m)
{
    for (const struct server_handler *h = handlers; h && h->type; h++) {
        if (h->type == m->m_type)
            return h->handle(m);
    }
    if (m->m_type == PROTO_PING)
        return 0;
    memset(m->m_words, 0, sizeof(m->m_words));
    return -ENOSYS;
}

int server_run(const char *name, const struct server_handler *handlers,
               void (*on_events)(endpoint_t source, uint32_t bits))
{
    int error = name ? names_publish(name) : 0;
    if (error < 0)
        return error;
    for (;;) {
        message m;
        uint32_t second;
        error = ipc_call(IPC_RECEIVE, ANY, &m, 0, &second);
        if (error == -EINTR)
            continue;
        if (error < 0)
            return error;

        /* The kernel's word, not m_type: a process may send whatever type it likes. */
        uint32_t came = second & IPC_CAME_MASK;
        if (came == IPC_CAME_EVENTS) {
            if (on_events)
                on_events(m.m_source, m.m_words[0]);
            continue;
        }

        endpoint_t client = m.m_source;
        int status = dispatch(handlers, &m);
        /* A plain send waits for no answer. An answer that nobody takes is the client's loss. */
        if (came == IPC_CAME_SEND_REC && status <= 0)
            server_answer(client, status, &m);
    }
}
