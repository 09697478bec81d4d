/*
 * Talks to the other workers at random, for ever: every call, timed, non-blocking or patient, and
 * looks at all that comes: the content must be whole and the source must be a process. argv[1]: the
 * seed. Exit status: 1 bad content, 2 an error that cannot be, 3 a source that cannot be.
 */
#include "../lib/partner.h"
#include "stress.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t state;

static void look_at(const message *m, uint32_t second)
{
    if (m->m_source == HARDWARE || m->m_source <= 0 || endpoint_slot(m->m_source) > 255)
        sys_exit(3);
    if (m->m_type == IPC_EVENT_MESSAGE) {
        if (second != IPC_CAME_EVENTS || m->m_words[0] != EVENT_NOTIFY || m->m_words[6])
            sys_exit(1);
    } else if (!message_is(m, m->m_type)) {
        sys_exit(1);
    }
}

static void check(int result)
{
    switch (result) {
    case 0:
    case -ETIMEDOUT:
    case -ENOTREADY:
    case -EREPLYTIMEDOUT:
    case -EREPLYDEAD:
    case -EDEADSRCDST:
    case -ELOCKED:
        return;
    default:
        sys_exit(2);
    }
}

static endpoint_t somebody(void)
{
    char name[8];
    endpoint_t found = NONE;

    snprintf(name, sizeof name, "w%u", (unsigned)(random_next(&state) % WORKERS));
    return sys_lookup(name, &found) ? NONE : found;
}

/* Mostly timed; now and then patient or not at all. */
static uint32_t flags(void)
{
    static const uint32_t choice[] = {IPC_TIMEOUT, IPC_TIMEOUT, IPC_NONBLOCK,
                                      IPC_NONBLOCK | IPC_TIMEOUT};

    return choice[random_next(&state) % 4];
}

/* Never that of an event. */
static int32_t random_type(void)
{
    return (int32_t)((random_next(&state) & 0x7ffffff) | 0x8000000);
}

static void receive_one(void)
{
    message m;
    uint32_t second = 0;
    int result = ipc_call(IPC_RECEIVE | flags(), ANY, &m, random_next(&state) % 3000, &second);

    check(result);
    if (result)
        return;
    look_at(&m, second);
    if (IPC_CAME(second) != IPC_CAME_SEND_REC || random_next(&state) % 8 == 0)
        return;
    endpoint_t client = m.m_source;
    message_fill(&m, random_type());
    check(ipc_call(IPC_SEND | IPC_NONBLOCK, client, &m, 0, NULL));
}

static void give_one(uint32_t call)
{
    message m;
    uint32_t second = 0;
    uint32_t how = random_next(&state) % 16 ? flags() : 0;
    endpoint_t peer = somebody();

    if (peer == NONE)
        return;
    message_fill(&m, random_type());
    int result = ipc_call(call | how, peer, &m, random_next(&state) % 3000, &second);
    check(result);
    if (call == IPC_SEND_REC && result == 0)
        look_at(&m, second);
}

static void notify_one(void)
{
    endpoint_t peer = somebody();

    if (peer != NONE)
        check(notify(peer));
}

int main(int argc, char **argv)
{
    message m;

    state = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 16) | 1 : 1;
    for (;;) {
        switch (random_next(&state) % 12) {
        case 0:
            message_fill(&m, 5);
            check(echo(&m));
            look_at(&m, 0);
            break;
        case 1:
            notify_one();
            break;
        case 2:
        case 3:
            give_one(IPC_SEND_REC);
            break;
        case 4:
        case 5:
        case 6:
            give_one(IPC_SEND);
            break;
        default:
            receive_one();
        }
    }
}
