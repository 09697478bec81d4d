/* ipc_receive: a message, or those events that are asked for; the others wait. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m;
    return ipc_receive(there, 0, &m) == 0 && m.m_type == 3          /* no events: the message */
           && ipc_receive(there, 2, &m) == 0 && m.m_words[0] == 2   /* one of its two events */
           && ipc_receive(NONE, 1, &m) == 0 && m.m_source == there; /* the other, of whomever */
}

static bool there(endpoint_t here)
{
    message m = {.m_type = 3};
    return ipc_notify(here, 3) == 0 && send(here, &m) == 0;
}

EXAMPLE(ipc_receive);
