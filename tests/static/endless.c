/*
 * Endless arbitrary calls on the core, for Eva: every value that a process, the loader or a device
 * could choose is unknown, and the loop never ends.
 *
 * The driver establishes what the kernel establishes before it enters the core, in the same way
 * (kernel/call.c, kernel/fault.c), and nothing else: ipc_check_call for the calls, a look-up for
 * the handler of faults, a living process for what happens to one.
 */
#include <ipc/ipc.h>

#include "unknown.h"

static struct ipc_table table;

/* The kernel's side of the core's needs. Messages lie outside the table, so none changes it. */
void msg_copy(phys_addr_t source, phys_addr_t destination)
{
    (void)source, (void)destination;
}

void msg_word(phys_addr_t message, unsigned index, uint32_t value)
{
    (void)message, (void)index, (void)value;
}

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    (void)t, (void)slot;
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    (void)t, (void)slot;
}

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    (void)t, (void)receiver, (void)in;
}

static bool lives(unsigned slot)
{
    return table.process[slot].state != IPC_FREE;
}

/* What a trap brings in registers. */
struct trap {
    uint32_t call, target, events, source;
};

static void make_select(unsigned caller, const struct trap *r)
{
    struct ipc_select_pair set[IPC_SELECT_PAIRS];

    /*@ loop unroll IPC_SELECT_PAIRS; */
    for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++)
        set[i] = (struct ipc_select_pair){(endpoint_t)any_word(), any_word()};
    ipc_select(&table, caller, set, r->target, r->call & (IPC_NONBLOCK | IPC_TIMEOUT));
}

/* kernel/call.c's meet(), with messages anywhere. */
static void meet(unsigned caller, const struct trap *r)
{
    endpoint_t peer = (endpoint_t)r->target;
    phys_addr_t out = any_word(), in = any_word();
    uint32_t flags = r->call & (IPC_NONBLOCK | IPC_TIMEOUT), ticket = r->call >> IPC_TICKET_SHIFT;

    switch (r->call & IPC_CALL_MASK) {
    case IPC_SEND:
        ipc_send(&table, caller, peer, out, flags);
        break;
    case IPC_RECEIVE:
        ipc_receive(&table, caller, peer, in, flags);
        break;
    case IPC_SEND_REC:
        if (peer != SYSTEM)
            ipc_send_rec(&table, caller, peer, out, in, flags);
        break;
    case IPC_REQUEST:
        if (peer != SYSTEM)
            ipc_request(&table, caller, peer, out, in, flags);
        break;
    case IPC_REPLY:
        ipc_reply(&table, caller, peer, out, ticket);
        break;
    case IPC_RECEIVE_EX:
        ipc_receive_events(&table, caller, peer, r->events, in, flags);
        break;
    case IPC_REPLY_RECEIVE:
        ipc_reply_receive(&table, caller, peer, out, ticket, (endpoint_t)r->source, r->events, in,
                          flags);
        break;
    case IPC_NOTIFY:
        ipc_notify(&table, caller, peer);
        break;
    case IPC_NOTIFY_SET:
        ipc_notify_set(&table, caller, peer, r->events);
        break;
    case IPC_SELECT:
        make_select(caller, r);
        break;
    default: /* in_outbox and echo never come to the core */
        break;
    }
}

static void make_call(unsigned caller)
{
    const struct trap r = {any_word(), any_word(), any_word(), any_word()};
    const bool both = (r.call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE;
    const struct ipc_arguments arguments = {
        .call = r.call,
        .target = (endpoint_t)(both ? r.source : r.target),
        .events = r.events,
        .pairs = r.target,
    };
    endpoint_t culprit;

    if (!lives(caller) || table.process[caller].state != IPC_RUNNABLE)
        return;
    if (ipc_check_call(&table, caller, &arguments, &culprit) == 0)
        meet(caller, &r);
}

static void make_fault(unsigned slot)
{
    endpoint_t handler = (endpoint_t)any_word();
    int found = ipc_slot_of(&table, handler);

    if (!lives(slot) || table.process[slot].state != IPC_RUNNABLE || found < 0 ||
        (unsigned)found == slot)
        return;
    if (any_word())
        ipc_fault_request(&table, slot, handler, any_word(), any_word());
    else
        ipc_fault_adopt(&table, slot, handler, any_word());
}

static void happen(unsigned slot)
{
    if (!lives(slot))
        return;
    switch (any_word() % 6) {
    case 0:
        ipc_destroy(&table, slot);
        break;
    case 1:
        ipc_cancel(&table, slot);
        break;
    case 2:
        ipc_timeout(&table, slot);
        break;
    case 3:
        ipc_post(&table, slot, any_word());
        break;
    case 4:
        ipc_settle(&table, slot);
        break;
    default:
        ipc_fault_restart(&table, slot);
        break;
    }
}

static void look(void)
{
    uint16_t members[4];
    endpoint_t culprit;
    unsigned slot = any_word() % IPC_PROCESSES, peer = ipc_peer(&table, slot), where;

    (void)ipc_waits_openly(&table, slot);
    (void)ipc_accepts_openly(&table, slot);
    if (peer != IPC_NO_SLOT)
        ipc_cycle(&table, slot, peer, members, 4);
    ipc_check(&table, slot, any_word(), (endpoint_t)any_word(), &culprit);
    ipc_check_invariants(&table, &where);
}

int main(void)
{
    ipc_init(&table);
    for (unsigned i = 0; i < IDENTITY_COUNT; i++) {
        table.privilege[i].calls = any_word();
        table.privilege[i].targets[0] = any_word();
        table.privilege[i].targets[1] = any_word();
    }
    /*@ loop widen_hints "all", 16, 63; */
    for (;;) {
        switch (any_word() % 5) {
        case 0:
            ipc_create(&table, any_word() % IDENTITY_COUNT);
            break;
        case 1:
            make_call(any_word() % IPC_PROCESSES);
            break;
        case 2:
            make_fault(any_word() % IPC_PROCESSES);
            break;
        case 3:
            happen(any_word() % IPC_PROCESSES);
            break;
        default:
            look();
            break;
        }
    }
}
