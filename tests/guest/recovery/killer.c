/* Kills the process whose name is its argument, a little later: while somebody waits for it. */
#include "recovery.h"

#include <parley/ipc.h>
#include <parley/system.h>

int main(int argc, char **argv)
{
    endpoint_t victim;
    message m;
    if (argc < 2 && sys_lookup(WORKER_FIRST, &victim) < 0)
        return 1; /* one whose lives are short, until there are workers, from whom it would take
                     time */
    if (argc < 2)
        return ipc_call(IPC_RECEIVE, NONE, &m, 0, NULL);
    ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, 20000, NULL);
    return sys_lookup(argv[1], &victim) == 0 ? sys_kill(victim) : 1;
}
