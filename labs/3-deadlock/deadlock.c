/*
 * Lab 3: who would wait for ever.
 */
#include "deadlock.h"

unsigned deadlock_members(const struct ipc_table *t, unsigned caller, const endpoint_t *sources,
                          unsigned count, uint16_t members[IPC_PROCESSES])
{
    (void)t;
    (void)caller;
    (void)sources;
    (void)count;
    (void)members;
    return 0;
}
