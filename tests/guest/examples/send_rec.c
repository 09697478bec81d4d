/* send_rec: a question and its answer, and nobody gets between. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m = {.m_words = {20}};
    return send_rec(there, &m) == 0 && m.m_words[0] == 21; /* the answer is in its place */
}

static bool there(endpoint_t here)
{
    message m;
    receive(here, &m);
    m.m_words[0]++;
    return send(here, &m) == 0; /* any message of this process is the answer */
}

EXAMPLE(send_rec);
