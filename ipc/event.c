/*
 * Events: one set of 32 bits for each receiver and source, so that none is lost or queued twice.
 *
 * The kernel's are one word a process; other sources have a bit in event_sources while their word
 * in t->events is not zero. One delivery takes what the receiver accepts of one source; the rest
 * stays pending. A receiver never waits while something that it accepts is pending, so an event
 * that finds it waiting is the only one that can wake it.
 */
#include "core.h"

#define SOURCE_BIT(slot) (1u << ((slot) % 32))

static void write_event(phys_addr_t in, endpoint_t source, uint32_t bits)
{
    msg_word(in, 0, (uint32_t)source);
    msg_word(in, 1, IPC_EVENT_MESSAGE);
    msg_word(in, 2, bits);
    for (unsigned i = 3; i < MESSAGE_WORDS; i++)
        msg_word(in, i, 0);
}

/* The source has events pending here; it has none any more. No effect when that is so. */
static void note_source(struct ipc_process *receiver, unsigned source)
{
    receiver->pending += (receiver->event_sources[source / 32] & SOURCE_BIT(source)) == 0;
    receiver->event_sources[source / 32] |= SOURCE_BIT(source);
}

static void forget_source(struct ipc_process *receiver, unsigned source)
{
    receiver->pending -= (receiver->event_sources[source / 32] & SOURCE_BIT(source)) != 0;
    receiver->event_sources[source / 32] &= ~SOURCE_BIT(source);
}

/* Whether a receive from `src` takes events of `source`, a process's or HARDWARE. */
static bool takes_events_of(endpoint_t src, endpoint_t source)
{
    return src == ANY || src == NONE || src == source;
}

bool ipc_has_kernel_events(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                           uint32_t mask)
{
    return (t->process[receiver].kernel_events & mask) != 0 && takes_events_of(src, HARDWARE);
}

void ipc_take_kernel_events(struct ipc_table *t, unsigned receiver, uint32_t mask, phys_addr_t in)
{
    struct ipc_process *process = &t->process[receiver];

    write_event(in, HARDWARE, process->kernel_events & mask);
    ipc_on_deliver(t, receiver, in);
    process->kernel_events &= ~mask;
    if (process->kernel_events == 0)
        process->pending--;
}

/* The first source from `from` to the end that has events in `mask`, or IPC_NO_SLOT. */
static unsigned next_source(const struct ipc_table *t, unsigned receiver, uint32_t mask,
                            unsigned from)
{
    const uint32_t *sources = t->process[receiver].event_sources;

    for (unsigned word = from / 32; word < IPC_SLOT_WORDS; word++) {
        uint32_t bits = sources[word];

        if (word == from / 32)
            bits &= ~(SOURCE_BIT(from) - 1);
        for (; bits != 0; bits &= bits - 1) {
            unsigned slot = word * 32 + (unsigned)__builtin_ctz(bits);

            if ((t->events[receiver][slot] & mask) != 0)
                return slot;
        }
    }
    return IPC_NO_SLOT;
}

unsigned ipc_choose_events(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                           uint32_t mask)
{
    unsigned slot;

    if (mask == 0)
        return IPC_NO_SLOT;
    if (src == ANY || src == NONE) {
        slot = next_source(t, receiver, mask, t->process[receiver].event_turn);
        return slot != IPC_NO_SLOT ? slot : next_source(t, receiver, mask, 0);
    }
    if (ipc_is_name(src))
        return IPC_NO_SLOT;
    slot = ipc_peer_slot(src);
    return (t->events[receiver][slot] & mask) != 0 ? slot : IPC_NO_SLOT;
}

void ipc_take_events(struct ipc_table *t, unsigned receiver, unsigned source, endpoint_t src,
                     uint32_t mask, phys_addr_t in)
{
    struct ipc_process *process = &t->process[receiver];
    uint32_t *pending = &t->events[receiver][source];

    write_event(in, t->process[source].endpoint, *pending & mask);
    ipc_on_deliver(t, receiver, in);
    *pending &= ~mask;
    if (*pending == 0)
        forget_source(process, source);
    /* Only what could have come from others counts as a turn: a receive from one source in between
       must not take another's turn away, nor one that takes no message a message's. */
    if (src == ANY || src == NONE)
        process->event_turn = (uint16_t)(source + 1 == IPC_PROCESSES ? 0 : source + 1);
    if (src == ANY)
        process->prefer_message = 1;
}

bool ipc_notify(struct ipc_table *t, unsigned caller, endpoint_t dst)
{
    return ipc_notify_set(t, caller, dst, EVENT_NOTIFY);
}

bool ipc_notify_set(struct ipc_table *t, unsigned caller, endpoint_t dst, uint32_t events)
{
    int found = ipc_slot_of(t, dst);
    endpoint_t source = t->process[caller].endpoint;
    const struct ipc_process *receiver;
    unsigned slot;

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE && found >= 0 && events != 0);
    slot = (unsigned)found;
    receiver = &t->process[slot];
    t->events[slot][caller] |= events;
    note_source(&t->process[slot], caller);
    if (receiver->state == IPC_RECEIVING && (events & receiver->event_mask) != 0 &&
        takes_events_of(receiver->waits_for, source)) {
        ipc_take_events(t, slot, caller, receiver->waits_for, receiver->event_mask, receiver->in);
        ipc_finish_receive(t, slot, IPC_CAME_EVENTS, 0);
    } else {
        ipc_select_arrival(t, slot, source, events, IPC_CAME_EVENTS);
    }
    return ipc_finish(t, caller, 0, IPC_CAME_NOTHING);
}

void ipc_post(struct ipc_table *t, unsigned slot, uint32_t bits)
{
    struct ipc_process *receiver = &t->process[slot];

    IPC_ASSERT(slot < IPC_PROCESSES && receiver->state != IPC_FREE);
    if (bits == 0)
        return;
    receiver->pending += receiver->kernel_events == 0;
    receiver->kernel_events |= bits;
    if (receiver->state == IPC_RECEIVING &&
        ipc_has_kernel_events(t, slot, receiver->waits_for, receiver->event_mask)) {
        ipc_take_kernel_events(t, slot, receiver->event_mask, receiver->in);
        ipc_finish_receive(t, slot, IPC_CAME_EVENTS, 0);
    } else {
        ipc_select_arrival(t, slot, HARDWARE, bits, IPC_CAME_EVENTS);
    }
}

void ipc_drop_events(struct ipc_table *t, unsigned slot)
{
    for (unsigned other = 0; other < IPC_PROCESSES; other++) {
        t->events[slot][other] = 0;
        t->events[other][slot] = 0;
        forget_source(&t->process[other], slot);
    }
}
