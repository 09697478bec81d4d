/* ipc_request: as send_rec, but only the other's ipc_reply ends it. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m = {.m_words = {20}};
    return ipc_request(there, &m) == 0 && m.m_words[0] == 21;
}

static bool there(endpoint_t here)
{
    message m, other = {0};
    receive(here, &m);
    bool refused = ipc_call(IPC_SEND | IPC_NONBLOCK, here, &other, 0, NULL) == -ENOTREADY;
    m.m_words[0]++;
    return refused && ipc_reply(here, &m) == 0;
}

EXAMPLE(ipc_request);
