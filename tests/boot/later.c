/*
 * later MILLISECONDS NAME: so much later it has the supervisor restart that service, whatever the
 * shell is doing then, and says how that went.
 */
#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/supervisor.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one that leads; the other says EAGAIN. */
static int restart(const char *supervisor, const char *name)
{
    message m = {.m_type = SUPERVISOR_RESTART};
    endpoint_t endpoint;
    strncpy((char *)m.m_words, name, 15);
    int error = sys_lookup(supervisor, &endpoint);
    if (error == 0)
        error = ipc_request(endpoint, &m);
    return error ? error : (int)m.m_type;
}

int main(int argc, char **argv)
{
    message m;
    if (argc < 3)
        return 1;
    const uint32_t microseconds = (uint32_t)strtoul(argv[1], NULL, 0) * 1000;
    (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
    int error = restart("supervisor", argv[2]);
    if (error == -EAGAIN)
        error = restart("supervisor-2", argv[2]);
    printf("later: %d\n", error);
    return 0;
}
