/*
 * Who waits for whom, and whether one more wait would close a ring.
 *
 * An edge is a wait that only its named peer can end: in a send queue, for an answer or a reply,
 * receiving from one process. A wait for a name, ipc_select and a timed wait make none. Every
 * process has at most one edge, so following them is a walk, not a search, and takes at most one
 * step a process.
 * Deadlock along sends alone (as Flyanx looks for it) misses rings with a receive in them.
 */
#include "core.h"

unsigned ipc_peer(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *process = &t->process[slot];

    if (!ipc_waits(process) || ipc_is_name(process->waits_for))
        return IPC_NO_SLOT;
    return ipc_peer_slot(process->waits_for);
}

unsigned ipc_cycle(const struct ipc_table *t, unsigned caller, unsigned peer, uint16_t *members,
                   unsigned most)
{
    unsigned count = 1;

    if (most > 0)
        members[0] = (uint16_t)caller;
    while (peer != caller) {
        if (peer >= IPC_PROCESSES || count == IPC_PROCESSES)
            return 0;
        if (count < most)
            members[count] = (uint16_t)peer;
        count++;
        peer = t->process[peer].timed ? IPC_NO_SLOT : ipc_peer(t, peer);
    }
    return count;
}

bool ipc_would_deadlock(const struct ipc_table *t, unsigned caller, endpoint_t waits_for)
{
    return !ipc_is_name(waits_for) && ipc_cycle(t, caller, ipc_peer_slot(waits_for), NULL, 0) != 0;
}
