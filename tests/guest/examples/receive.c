/* receive: from one process, or from ANY; the second result tells what came. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m;
    uint32_t second;
    if (ipc_call(IPC_RECEIVE, ANY, &m, 0, &second) != 0)
        return false;
    return m.m_source == there /* the kernel's word */ && IPC_CAME(second) == IPC_CAME_SEND;
}

static bool there(endpoint_t here)
{
    message m = {.m_source = 1234567 /* nobody believes it */};
    return send(here, &m) == 0;
}

EXAMPLE(receive);
