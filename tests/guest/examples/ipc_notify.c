/* ipc_notify: a set of 32 events, each pending until it is taken. */
#include "example.h"

static bool here(endpoint_t there)
{
    return ipc_notify(there, 1 << 4) == 0 && ipc_notify(there, 1 << 9) == 0 &&
           ipc_notify(there, 0) == -EINVAL; /* nothing is nothing */
}

static bool there(endpoint_t here)
{
    message m;
    uint32_t bits = 0;
    while (bits != (1 << 4 | 1 << 9)) { /* at once, or one after the other */
        if (receive(here, &m) != 0)
            return false;
        bits |= m.m_words[0];
    }
    return true;
}

EXAMPLE(ipc_notify);
