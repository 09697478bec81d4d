/* ipc_reply: the ticket that came with a request tells it from the client's next one. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m;
    uint32_t second;
    ipc_call(IPC_RECEIVE, there, &m, 0, &second);
    uint32_t ticket = IPC_TICKET(second); /* a server that answers later keeps it */
    return ipc_reply_ticket(there, &m, ticket ^ 1) == -ENOTREADY /* another request's */
           && ipc_reply_ticket(there, &m, ticket) == 0           /* never waits */
           && ipc_reply_ticket(there, &m, ticket) == -ENOTREADY; /* once */
}

static bool there(endpoint_t here)
{
    message m = {0};
    return ipc_request(here, &m) == 0;
}

EXAMPLE(ipc_reply);
