/*
 * Stands in for others while they are killed. By its name: `asker` makes the requests that the
 * judge orders and reports what came of them; `liar` makes the one that it is started with, from a
 * page that the judge may write; `hog` takes the processor from all that are less urgent; any other
 * is a server's, which it replaces (updates=): it takes no message but the
 * judge's, until that says whose to take, and answers none.
 */
#include "recovery.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <parley/system.h>
#include <string.h>

static endpoint_t judge;

static _Noreturn void ask(void)
{
    for (;;) {
        message m, order;
        if (ipc_receive(judge, 0, &order) < 0)
            continue;
        m = (message){.m_type = order.m_type};
        memcpy(m.m_words, order.m_words + 1, sizeof m.m_words - sizeof m.m_words[0]);
        const int error = ipc_request((endpoint_t)order.m_words[0], &m);
        order.m_words[0] = (uint32_t)(error ? error : m.m_type);
        memcpy(order.m_words + 1, m.m_words, sizeof m.m_words - sizeof m.m_words[0]);
        (void)ipc_call(IPC_SEND, judge, &order, 0, NULL);
    }
}

/* The judge gets the share, and changes the message while its answer is awaited. */
static int lie(const char *whom)
{
    void *page = NULL;
    uint32_t share = 0;
    endpoint_t server = NONE;
    if (names_lookup(whom, &server) < 0 || memory_allocate(4096, &page) < 0 ||
        memory_share(page, 4096, judge, ACCESS_READ | ACCESS_WRITE, &share) < 0)
        return 1;
    message *m = page;
    m->m_words[0] = share;
    if (ipc_call(IPC_SEND, judge, m, 0, NULL) < 0)
        return 1;
    m->m_type = MOODY_HOLD;
    return ipc_request(server, m);
}

static _Noreturn void be_mute(void)
{
    message m;
    while (ipc_receive(judge, 0, &m) < 0 || m.m_type != STANDIN_TAKE)
        continue;
    const endpoint_t whose = (endpoint_t)m.m_words[0];
    m.m_type = 0;
    (void)ipc_reply(judge, &m);
    for (;;)
        (void)ipc_receive(whose, 0, &m);
}

int main(int argc, char **argv)
{
    volatile uint32_t turns = 0;
    if (argc < 1 || sys_lookup("judge", &judge) < 0)
        return 1;
    if (strncmp(argv[0], "asker", 5) == 0)
        ask();
    if (strcmp(argv[0], "liar") == 0)
        return lie(argv[argc - 1]);
    if (strncmp(argv[0], "hog", 3) != 0)
        be_mute();
    for (;;)
        turns++;
}
