/* ipc_select: waits for the first of several sources and takes nothing. */
#include "example.h"

static bool here(endpoint_t there)
{
    const struct ipc_select_pair set[] = {{HARDWARE, EVENT_ALARM}, {there, 4}};
    message m;
    if (ipc_select(set, 2) != 1) /* the second pair: an event of the other's, or a message */
        return false;
    if (ipc_receive(set[1].source, (long)set[1].events, &m) != 0 || m.m_words[0] != 4)
        return false;
    sys_alarm(1000);
    return ipc_select(set, 1) == 0 && ipc_receive(HARDWARE, EVENT_ALARM, &m) == 0;
}

static bool there(endpoint_t here)
{
    return ipc_notify(here, 4) == 0;
}

EXAMPLE(ipc_select);
