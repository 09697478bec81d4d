/* NONBLOCK and TIMEOUT: every call that waits can be told not to, or not for ever. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m;
    uint32_t second;
    return ipc_call(IPC_RECEIVE | IPC_NONBLOCK, there, &m, 0, NULL) == -ENOTREADY &&
           ipc_call(IPC_RECEIVE | IPC_TIMEOUT, there, &m, 2000, &second) == -ETIMEDOUT &&
           second == (uint32_t)there /* for whom it waited */
           && notify(there) == 0 && ipc_receive(there, 0, &m) == 0 && ipc_reply(there, &m) == 0;
}

static bool there(endpoint_t here)
{
    message m, request = {0};
    return receive(here, &m) == 0 /* sleeps until the other has tried */
           && ipc_call(IPC_REQUEST | IPC_TIMEOUT, here, &request, 3000000, NULL) == 0;
}

EXAMPLE(timeout);
