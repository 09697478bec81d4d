/* in_outbox: where messages lie, said once; NULL then means the box. */
#include "example.h"

static bool here(endpoint_t there)
{
    static message in __attribute__((aligned(64))), out __attribute__((aligned(64)));
    out.m_words[0] = 7;
    return in_outbox(&in, &out) == 0        /* aligned so, each lies within one page */
           && ipc_request(there, NULL) == 0 /* from the out-box, the reply into the in-box */
           && in.m_words[0] == 8 && out.m_words[0] == 7;
}

static bool there(endpoint_t here)
{
    message m;
    receive(here, &m);
    m.m_words[0]++;
    return ipc_reply(here, &m) == 0;
}

EXAMPLE(in_outbox);
