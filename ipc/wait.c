/*
 * The only way into a wait and out of it.
 *
 * State, peer and queue membership change here, together, so they cannot disagree; whatever ends a
 * wait (a message, an event, death, a timeout, a cancel) ends it through ipc_wait_end. The calls'
 * results are written here too: they are zero while a process waits, and what belongs to the wait
 * (its deadline, mask, set of pairs) is zero when it has ended.
 */
#include "core.h"

/* Of each state those that may follow it, one bit each: ipc/states.h. */
static const uint16_t successors[IPC_STATE_COUNT] = {
#define SUCCESSOR(state, from, to, causes, by) | (IPC_##from == (state) ? 1u << IPC_##to : 0u)
#define STATE(name, meaning)                   [IPC_##name] = 0 IPC_TRANSITIONS(SUCCESSOR, IPC_##name),
    IPC_STATES(STATE)
#undef STATE
#undef SUCCESSOR
};

/* The states that a machine's own path ends, one bit each. */
enum {
#define ENDED(y, from, to, causes, by)                                                             \
    | (IPC_##to == IPC_RUNNABLE && IPC_BY_##by == IPC_BY_MACHINE ? 1u << IPC_##from : 0u)
    ENDED_BY_MACHINE = 0 IPC_TRANSITIONS(ENDED, )
#undef ENDED
};

bool ipc_may_follow(unsigned next, unsigned state)
{
    return (successors[state] >> next & 1) != 0;
}

static void store_set(struct ipc_table *t, unsigned slot, const struct ipc_wait *wait)
{
    for (unsigned i = 0; i < wait->select_count; i++)
        t->select[slot].pair[i] = wait->set[i];
}

static void clear_set(struct ipc_table *t, unsigned slot)
{
    for (unsigned i = 0; i < t->process[slot].select_count; i++)
        t->select[slot].pair[i] = (struct ipc_select_pair){0, 0};
}

static void leave_queue(struct ipc_table *t, unsigned slot)
{
    if (ipc_is_queued(&t->process[slot]))
        ipc_queue_remove(t, ipc_peer_slot(t->process[slot].waits_for), slot);
}

void ipc_wait_begin(struct ipc_table *t, unsigned slot, const struct ipc_wait *wait)
{
    struct ipc_process *process = &t->process[slot];
    bool was_runnable = process->state == IPC_RUNNABLE;

    IPC_ASSERT(ipc_may_follow(wait->state, process->state));
    leave_queue(t, slot);
    process->state = (uint8_t)wait->state;
    process->timed = wait->timed;
    process->fault = wait->fault;
    process->delivered = wait->delivered;
    process->beside_error = wait->beside_error;
    process->select_count = wait->select_count;
    process->waits_for = wait->waits_for;
    process->event_mask = wait->event_mask;
    process->out = wait->out;
    process->in = wait->in;
    process->result = 0;
    process->second = 0;
    store_set(t, slot, wait);
    if (ipc_is_queued(process))
        ipc_queue_append(t, ipc_peer_slot(wait->waits_for), slot);
    if (was_runnable)
        ipc_on_block(t, slot);
}

bool ipc_wait_or_refuse(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait,
                        uint32_t flags)
{
    const struct ipc_process *process = &t->process[caller];

    if ((flags & IPC_NONBLOCK) != 0)
        return ipc_finish(t, caller, -ENOTREADY, (uint32_t)wait->waits_for);
    if (!wait->timed && ipc_would_deadlock(t, caller, wait->waits_for))
        return ipc_finish(t, caller, -ELOCKED, (uint32_t)wait->waits_for);
    ipc_wait_begin(t, caller, wait);
    if (ipc_is_queued(process))
        ipc_select_arrival(t, ipc_peer_slot(wait->waits_for), process->endpoint, 0,
                           ipc_came_of(wait->state));
    return false;
}

void ipc_wait_end(struct ipc_table *t, unsigned slot, enum ipc_state next, int32_t result,
                  uint32_t second)
{
    struct ipc_process *process = &t->process[slot];

    IPC_ASSERT_HOSTED(ipc_may_follow(next, process->state));
    leave_queue(t, slot);
    clear_set(t, slot);
    process->state = (uint8_t)next;
    process->timed = 0;
    process->fault = 0;
    process->delivered = 0;
    process->beside_error = 0;
    process->select_count = 0;
    process->waits_for = NONE;
    process->event_mask = 0;
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

bool ipc_finish_receive(struct ipc_table *t, unsigned slot, uint32_t came, uint16_t ticket)
{
    return ipc_finish(t, slot, 0, ipc_second(came, t->process[slot].beside_error, ticket));
}

/* Ends a wait that came to nothing; the second result says for whom it was. */
static void give_up(struct ipc_table *t, unsigned slot, int error, int error_after_delivery)
{
    const struct ipc_process *process = &t->process[slot];

    if (!ipc_waits(process))
        return;
    ipc_wait_end(t, slot, IPC_RUNNABLE, ipc_half_done(process) ? -error_after_delivery : -error,
                 (uint32_t)process->waits_for);
}

void ipc_settle(struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *process = &t->process[slot];

    if (!ipc_waits(process))
        return;
    IPC_ASSERT(!process->timed && !process->fault && (ENDED_BY_MACHINE >> process->state & 1) != 0);
    ipc_wait_end(t, slot, IPC_RUNNABLE, 0, IPC_CAME_NOTHING);
}

void ipc_timeout(struct ipc_table *t, unsigned slot)
{
    give_up(t, slot, ETIMEDOUT, EREPLYTIMEDOUT);
}

void ipc_cancel(struct ipc_table *t, unsigned slot)
{
    give_up(t, slot, EINTR, EREPLYINTR);
}
