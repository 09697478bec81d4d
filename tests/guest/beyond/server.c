/* Answers from where it is told to. */
#include "beyond.h"

#include <parley/ipc.h>
#include <string.h>

static message own;
static message *named = &own, *in = &own,
               *out = &own; /* named: NULL when it waits with its boxes */

static void use(const message *request)
{
    named = in = out = message_at(request->m_words[0]);
    if (named)
        return;
    in = message_at(request->m_words[1]);
    out = message_at(request->m_words[2]);
    (void)in_outbox(in, out);
}

int main(void)
{
    message request = {.m_source = NONE};
    uint32_t second = 0;

    for (;;) {
        (void)ipc_reply_receive(request.m_source, named, IPC_TICKET(second), ANY, 0, &second);
        request = *in;
        if (request.m_type == SERVER_USE)
            use(&request);
        for (uint32_t i = 0; i < sizeof request.m_words / sizeof request.m_words[0]; i++)
            out->m_words[i] = request.m_words[i] + i;
        out->m_type = 0;
    }
}
