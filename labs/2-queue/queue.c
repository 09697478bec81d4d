/*
 * Lab 2: the send queue of a process, best priority first, and first come first served among
 * equals.
 *
 * A queue is linked through its members' own entries: queue_next and queue_previous, and in the
 * owner's entry queue_first, queue_last and the count `pending`. The end of the list, on either
 * side, and the links of a process that is in no queue, are IPC_NO_SLOT.
 */
#include "queue.h"

void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot)
{
    (void)t;
    (void)owner;
    (void)slot;
}

void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot)
{
    (void)t;
    (void)owner;
    (void)slot;
}

void ipc_queue_priority_changed(struct ipc_table *t, unsigned owner, unsigned slot)
{
    (void)t;
    (void)owner;
    (void)slot;
}
