/*
 * Events: one set of 32 bits for each receiver and source, so that none is lost or queued twice.
 *
 * The kernel's are one word a process; other sources have a bit in event_sources while their word
 * in t->events is not zero. An event is always made pending first and then taken by the way that a
 * receive takes it, so both ways agree. One delivery empties one source.
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

bool ipc_take_kernel_events(struct ipc_table *t, unsigned receiver, endpoint_t src, phys_addr_t in)
{
    struct ipc_process *process = &t->process[receiver];
    uint32_t bits = process->kernel_events;

    if (bits == 0 || (src != ANY && src != HARDWARE))
        return false;
    process->kernel_events = 0;
    write_event(in, HARDWARE, bits);
    return true;
}

/* The first source at or after `from`, or IPC_NO_SLOT. */
static unsigned next_source(const struct ipc_process *process, unsigned from)
{
    uint32_t bits = process->event_sources[from / 32] & ~(SOURCE_BIT(from) - 1);

    for (unsigned word = from / 32;;) {
        if (bits != 0)
            return word * 32 + (unsigned)__builtin_ctz(bits);
        if (++word == IPC_SLOT_WORDS)
            return IPC_NO_SLOT;
        bits = process->event_sources[word];
    }
}

/* Whose events a receive from `src` takes now, or IPC_NO_SLOT. */
static unsigned choose_source(const struct ipc_process *process, endpoint_t src)
{
    unsigned slot = endpoint_slot(src);

    if (src == ANY) {
        slot = next_source(process, process->event_turn);
        return slot != IPC_NO_SLOT ? slot : next_source(process, 0);
    }
    if (ipc_is_name(src) || (process->event_sources[slot / 32] & SOURCE_BIT(slot)) == 0)
        return IPC_NO_SLOT;
    return slot;
}

bool ipc_take_process_events(struct ipc_table *t, unsigned receiver, endpoint_t src, phys_addr_t in)
{
    struct ipc_process *process = &t->process[receiver];
    unsigned source = choose_source(process, src);

    if (source == IPC_NO_SLOT)
        return false;
    write_event(in, t->process[source].endpoint, t->events[receiver][source]);
    t->events[receiver][source] = 0;
    process->event_sources[source / 32] &= ~SOURCE_BIT(source);
    /* Only what came to ANY counts as a turn: a receive from one source in between must not take
       another's turn away. */
    if (src == ANY) {
        process->event_turn = (uint16_t)(source + 1 == IPC_PROCESSES ? 0 : source + 1);
        process->prefer_message = 1;
    }
    return true;
}

/* If the process sits in a receive, it may have waited for what is pending now. */
static void wake_receiver(struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *process = &t->process[slot];

    if (process->state != IPC_RECEIVING)
        return;
    if (ipc_take_kernel_events(t, slot, process->waits_for, process->in) ||
        ipc_take_process_events(t, slot, process->waits_for, process->in))
        ipc_finish(t, slot, 0, IPC_CAME_EVENTS);
}

bool ipc_notify(struct ipc_table *t, unsigned caller, endpoint_t dst)
{
    unsigned slot = endpoint_slot(dst);

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE && ipc_slot_of(t, dst) >= 0);
    t->events[slot][caller] |= EVENT_NOTIFY;
    t->process[slot].event_sources[caller / 32] |= SOURCE_BIT(caller);
    wake_receiver(t, slot);
    return ipc_finish(t, caller, 0, IPC_CAME_NOTHING);
}

void ipc_post(struct ipc_table *t, unsigned slot, uint32_t bits)
{
    IPC_ASSERT(slot < IPC_PROCESSES && t->process[slot].state != IPC_FREE);
    t->process[slot].kernel_events |= bits;
    wake_receiver(t, slot);
}

void ipc_drop_events(struct ipc_table *t, unsigned slot)
{
    for (unsigned other = 0; other < IPC_PROCESSES; other++) {
        t->events[slot][other] = 0;
        t->events[other][slot] = 0;
        t->process[other].event_sources[slot / 32] &= ~SOURCE_BIT(slot);
    }
}
