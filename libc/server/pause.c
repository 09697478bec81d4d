/* See internal.h. A line may permit either way of receiving; from NONE nothing ever comes. */
#include <internal.h>
#include <parley/ipc.h>

void libc_pause(uint32_t microseconds)
{
    message m;
    int error = ipc_call(IPC_RECEIVE_EX | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
    if (error == -ETRAPDENIED)
        (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
}
