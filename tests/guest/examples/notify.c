/* notify: event bit 0. It never waits, and is kept until it is taken. */
#include "example.h"

static bool here(endpoint_t there)
{
    return notify(there) == 0; /* whatever the other is doing */
}

static bool there(endpoint_t here)
{
    message m;
    return receive(here, &m) == 0 && m.m_type == IPC_EVENT_MESSAGE && m.m_source == here &&
           m.m_words[0] == EVENT_NOTIFY;
}

EXAMPLE(notify);
