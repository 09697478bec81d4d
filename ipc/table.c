/*
 * Processes come and go: slots, generations, death.
 *
 * A free slot keeps the endpoint of its last tenant, which counts the generations; the first tenant
 * of each slot has generation 1, so no endpoint is ever 0 and a bare slot number is nobody's.
 * Free slots are a list, longest free first; a slot whose last generation is used is on no list.
 */
#include "core.h"

static void clear_process(struct ipc_process *process, endpoint_t endpoint)
{
    process->endpoint = endpoint;
    process->state = IPC_FREE;
    process->timed = 0;
    process->identity = 0;
    process->prefer_message = 0;
    process->delivered = 0;
    process->beside_error = 0;
    process->fault = 0;
    process->select_count = 0;
    process->waits_for = NONE;
    process->event_mask = 0;
    process->out = 0;
    process->in = 0;
    process->queue_first = IPC_NO_SLOT;
    process->queue_last = IPC_NO_SLOT;
    process->queue_next = IPC_NO_SLOT;
    process->queue_previous = IPC_NO_SLOT;
    process->event_turn = 0;
    process->select_turn = 0;
    process->reply_call = IPC_REPLY_RECEIVE;
    process->ticket = 0;
    process->pending = 0;
    process->kernel_events = 0;
    for (unsigned i = 0; i < IPC_SLOT_WORDS; i++)
        process->event_sources[i] = 0;
    process->result = 0;
    process->second = 0;
    process->sent = 0;
    process->received = 0;
}

static void append_free(struct ipc_table *t, unsigned slot)
{
    if (t->free_last >= IPC_PROCESSES)
        t->free_first = (uint16_t)slot;
    else
        t->process[t->free_last].queue_next = (uint16_t)slot;
    t->free_last = (uint16_t)slot;
}

static unsigned take_free(struct ipc_table *t)
{
    unsigned slot = t->free_first;

    t->free_first = t->process[slot].queue_next;
    if (t->free_first == IPC_NO_SLOT)
        t->free_last = IPC_NO_SLOT;
    t->process[slot].queue_next = IPC_NO_SLOT;
    return slot;
}

void ipc_init(struct ipc_table *t)
{
    t->free_last = IPC_NO_SLOT;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        clear_process(&t->process[slot], ENDPOINT(0, slot));
        append_free(t, slot);
        for (unsigned source = 0; source < IPC_PROCESSES; source++)
            t->events[slot][source] = 0;
        for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++)
            t->select[slot].pair[i] = (struct ipc_select_pair){0, 0};
    }
    for (unsigned identity = 0; identity < IDENTITY_COUNT; identity++) {
        t->privilege[identity].calls = 0;
        for (unsigned i = 0; i < IDENTITY_COUNT / 32; i++)
            t->privilege[identity].targets[i] = 0;
    }
}

int ipc_create(struct ipc_table *t, unsigned identity)
{
    struct ipc_process *process;
    unsigned slot;

    IPC_ASSERT(identity < IDENTITY_COUNT);
    if (t->free_first >= IPC_PROCESSES)
        return -EAGAIN;
    slot = take_free(t);
    process = &t->process[slot];
    IPC_ASSERT(ipc_may_follow(IPC_RUNNABLE, process->state));
    process->endpoint = ENDPOINT(endpoint_generation(process->endpoint) + 1, slot);
    process->identity = (uint8_t)identity;
    process->state = IPC_RUNNABLE;
    return (int)slot;
}

/* Wakes everybody who waits for the process: those queued on it in their order, then the others. */
static void wake_mourners(struct ipc_table *t, unsigned slot)
{
    endpoint_t endpoint = t->process[slot].endpoint;

    while (t->process[slot].queue_first < IPC_PROCESSES)
        ipc_wait_end(t, t->process[slot].queue_first, IPC_RUNNABLE, -EDEADSRCDST,
                     (uint32_t)endpoint);
    for (unsigned other = 0; other < IPC_PROCESSES; other++) {
        if (ipc_peer(t, other) == slot)
            ipc_wait_end(t, other, IPC_RUNNABLE,
                         ipc_half_done(&t->process[other]) ? -EREPLYDEAD : -EDEADSRCDST,
                         (uint32_t)endpoint);
        else
            ipc_select_death(t, other, endpoint);
    }
}

void ipc_destroy(struct ipc_table *t, unsigned slot)
{
    struct ipc_process *process = &t->process[slot];

    IPC_ASSERT(slot < IPC_PROCESSES && process->state != IPC_FREE);
    ipc_wait_end(t, slot, IPC_FREE, 0, 0);
    wake_mourners(t, slot);
    ipc_drop_events(t, slot);
    clear_process(process, process->endpoint);
    if (endpoint_generation(process->endpoint) != ENDPOINT_GENERATION_LAST)
        append_free(t, slot);
}
