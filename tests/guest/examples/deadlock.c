/* Deadlock is refused, and the refused one can read who is in it. */
#include "example.h"

static bool here(endpoint_t there)
{
    message m, answer;
    endpoint_t member;
    receive(there, &m); /* from here on it waits for our reply */
    return ipc_receive(there, 0, &answer) == -ELOCKED && sys_cycle(0, &member) == 2 &&
           member == self() && sys_cycle(1, &member) == 2 && member == there &&
           ipc_reply(there, &m) == 0;
}

static bool there(endpoint_t here)
{
    message m = {0};
    return ipc_request(here, &m) == 0;
}

EXAMPLE(deadlock);
