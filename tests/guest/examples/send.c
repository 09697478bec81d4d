/* send: the message goes over in one copy, when the other takes it. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m = {.m_type = 1, .m_words = {42}};
    return send(there, &m) == 0; /* waits until it was taken */
}

static bool there(endpoint_t here)
{
    message m;
    return receive(here, &m) == 0 && m.m_type == 1 && m.m_words[0] == 42;
}

EXAMPLE(send);
