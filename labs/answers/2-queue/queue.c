/*
 * Lab 2: the send queue of a process, best priority first, and first come first served among
 * equals.
 *
 * Whoever comes is compared with the members from the last one on, and passes those that are worse:
 * what is looked at is what is passed and one more.
 */
#include "queue.h"

/* The link of `owner`'s queue that leads to what follows `slot`; IPC_NO_SLOT: to its first member.
 */
static uint16_t *link_after(struct ipc_table *t, unsigned owner, unsigned slot)
{
    return slot == IPC_NO_SLOT ? &t->process[owner].queue_first : &t->process[slot].queue_next;
}

/* The link that leads to what is before `slot`; IPC_NO_SLOT: to the last member. */
static uint16_t *link_before(struct ipc_table *t, unsigned owner, unsigned slot)
{
    return slot == IPC_NO_SLOT ? &t->process[owner].queue_last : &t->process[slot].queue_previous;
}

void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot)
{
    struct ipc_process *process = &t->process[slot];
    unsigned priority = priority_of(slot);
    unsigned before = t->process[owner].queue_last, after = IPC_NO_SLOT;

    while (before != IPC_NO_SLOT && priority_of(before) > priority) {
        after = before;
        before = t->process[before].queue_previous;
    }
    process->queue_previous = (uint16_t)before;
    process->queue_next = (uint16_t)after;
    *link_after(t, owner, before) = (uint16_t)slot;
    *link_before(t, owner, after) = (uint16_t)slot;
    t->process[owner].pending++;
}

void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot)
{
    struct ipc_process *process = &t->process[slot];

    *link_after(t, owner, process->queue_previous) = process->queue_next;
    *link_before(t, owner, process->queue_next) = process->queue_previous;
    process->queue_next = IPC_NO_SLOT;
    process->queue_previous = IPC_NO_SLOT;
    t->process[owner].pending--;
}

void ipc_queue_priority_changed(struct ipc_table *t, unsigned owner, unsigned slot)
{
    ipc_queue_remove(t, owner, slot);
    ipc_queue_append(t, owner, slot);
}
