/*
 * The send queue of a process: those that wait for it to take their message, first come first
 * served. Doubly linked through the members' own entries, so that one in the middle can leave at
 * once when it dies, times out or is cancelled. Called by wait.c only.
 */
#include "core.h"

void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot)
{
    struct ipc_process *queue = &t->process[owner];
    struct ipc_process *process = &t->process[slot];

    process->queue_previous = queue->queue_last;
    if (queue->queue_last >= IPC_PROCESSES)
        queue->queue_first = (uint16_t)slot;
    else
        t->process[queue->queue_last].queue_next = (uint16_t)slot;
    queue->queue_last = (uint16_t)slot;
    queue->pending++;
}

void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot)
{
    struct ipc_process *queue = &t->process[owner];
    struct ipc_process *process = &t->process[slot];

    if (process->queue_previous >= IPC_PROCESSES)
        queue->queue_first = process->queue_next;
    else
        t->process[process->queue_previous].queue_next = process->queue_next;
    if (process->queue_next >= IPC_PROCESSES)
        queue->queue_last = process->queue_previous;
    else
        t->process[process->queue_next].queue_previous = process->queue_previous;
    process->queue_next = IPC_NO_SLOT;
    process->queue_previous = IPC_NO_SLOT;
    queue->pending--;
}
