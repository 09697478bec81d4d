/*
 * The only way into a wait and out of it.
 *
 * State, peer and queue membership change here, together, so they cannot disagree; whatever ends a
 * wait (a message, an event, death, a timeout, a cancel) ends it through ipc_wait_end. The calls'
 * results are written here too: they are zero while a process waits.
 */
#include "core.h"

static void leave_queue(struct ipc_table *t, unsigned slot)
{
    if (ipc_is_queued(&t->process[slot]))
        ipc_queue_remove(t, endpoint_slot(t->process[slot].waits_for), slot);
}

void ipc_wait_begin(struct ipc_table *t, unsigned slot, const struct ipc_wait *wait)
{
    struct ipc_process *process = &t->process[slot];
    bool was_runnable = process->state == IPC_RUNNABLE;

    IPC_ASSERT(was_runnable || (process->state == IPC_CALLING && wait->state == IPC_ANSWER));
    leave_queue(t, slot);
    process->state = (uint8_t)wait->state;
    process->timed = wait->timed;
    process->waits_for = wait->waits_for;
    process->out = wait->out;
    process->in = wait->in;
    process->result = 0;
    process->second = 0;
    if (ipc_is_queued(process))
        ipc_queue_append(t, endpoint_slot(wait->waits_for), slot);
    if (was_runnable)
        ipc_on_block(t, slot);
}

void ipc_wait_end(struct ipc_table *t, unsigned slot, enum ipc_state next, int32_t result,
                  uint32_t second)
{
    struct ipc_process *process = &t->process[slot];

    leave_queue(t, slot);
    process->state = (uint8_t)next;
    process->timed = 0;
    process->waits_for = NONE;
    process->out = 0;
    process->in = 0;
    process->result = result;
    process->second = second;
    if (next == IPC_RUNNABLE)
        ipc_on_ready(t, slot);
}

bool ipc_finish(struct ipc_table *t, unsigned slot, int32_t result, uint32_t second)
{
    struct ipc_process *process = &t->process[slot];

    if (ipc_waits(process)) {
        ipc_wait_end(t, slot, IPC_RUNNABLE, result, second);
    } else {
        process->result = result;
        process->second = second;
    }
    return true;
}

/* Ends a wait that came to nothing; the second result says for whom it was. */
static void give_up(struct ipc_table *t, unsigned slot, int error, int error_after_delivery)
{
    const struct ipc_process *process = &t->process[slot];

    if (!ipc_waits(process))
        return;
    ipc_wait_end(t, slot, IPC_RUNNABLE,
                 process->state == IPC_ANSWER ? -error_after_delivery : -error,
                 (uint32_t)process->waits_for);
}

void ipc_timeout(struct ipc_table *t, unsigned slot)
{
    give_up(t, slot, ETIMEDOUT, EREPLYTIMEDOUT);
}

void ipc_cancel(struct ipc_table *t, unsigned slot)
{
    give_up(t, slot, EINTR, EREPLYINTR);
}
