/*
 * Which waits a machine's own rendezvous may end: see ipc_settle. What these ask does not change
 * while the process waits, so a machine is told once, when the wait begins.
 */
#include "core.h"

bool ipc_waits_openly(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];

    return p->state == IPC_RECEIVING && p->waits_for == ANY && p->delivered && !p->timed &&
           !p->prefer_message;
}

bool ipc_accepts_openly(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];

    if (p->state != IPC_RECEIVING || p->delivered || p->beside_error || p->timed)
        return false;
    if (p->waits_for == ANY)
        return p->event_mask != 0 && !p->prefer_message;
    return ipc_slot_of(t, p->waits_for) >= 0;
}
