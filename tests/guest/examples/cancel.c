/* SYS_CANCEL: who may stop a process may end its wait, and the error says how far it came. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m;
    receive(there, &m);
    return sys_cancel(there, 0) == 0 && ipc_reply(there, &m) == -ENOTREADY;
}

static bool there(endpoint_t here)
{
    message m = {0};
    return ipc_request(here, &m) == -EREPLYINTR; /* EINTR: it would not have been taken */
}

EXAMPLE(cancel);
