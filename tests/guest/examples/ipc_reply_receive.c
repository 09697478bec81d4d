/* Both in one trap (0xA0): a server's loop. libc's server_run is built on it. */
#include "example.h"

static bool here(endpoint_t there)
{
    endpoint_t client = NONE; /* nobody to answer yet */
    uint32_t second, ticket = 0, served = 0;
    message m;
    while (ipc_reply_receive(client, &m, ticket, there, (long)IPC_ALL_EVENTS, &second) == 0) {
        if (IPC_CAME(second) == IPC_CAME_EVENTS)
            return served == 3;
        client = m.m_source;
        ticket = IPC_TICKET(second);
        m.m_words[0] *= 2;
        served++;
    }
    return false;
}

static bool there(endpoint_t here)
{
    for (uint32_t i = 1; i <= 3; i++) {
        message m = {.m_words = {i}};
        if (ipc_request(here, &m) != 0 || m.m_words[0] != 2 * i)
            return false;
    }
    return notify(here) == 0;
}

EXAMPLE(ipc_reply_receive);
