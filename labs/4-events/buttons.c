/*
 * Lab 4: the server of the buttons. Its protocol: buttons.h.
 *
 * Requests come, and are answered; events come, and nobody looks at them.
 */
#include "buttons.h"

#include <parley/ipc.h>
#include <parley/system.h>

static uint32_t counts[BUTTONS];

/* Answers the request in *m: its status, and the answer's words in the place of the request's. */
static int handle(message *m)
{
    const struct buttons_request request = *(struct buttons_request *)m->m_words;

    if (m->m_type != BUTTONS_READ)
        return -ENOSYS;
    if (request.button >= BUTTONS)
        return -EINVAL;
    *(struct buttons_answer *)m->m_words = (struct buttons_answer){counts[request.button]};
    return 0;
}

int main(void)
{
    endpoint_t client = NONE; /* whom the next trap answers */
    uint32_t ticket = 0, second;
    message m = {0};

    for (;;) {
        const int error = ipc_reply_receive(client, &m, ticket, ANY, (long)IPC_ALL_EVENTS, &second);
        client = NONE;
        ticket = IPC_TICKET(second);
        if (error < 0 || ticket == 0)
            continue;
        client = m.m_source;
        m.m_type = handle(&m);
    }
}
