/*
 * The rendezvous: send, send_rec and ipc_request meet receives.
 *
 * Whoever comes second does the work: it finds its partner waiting, has the message copied once,
 * from the sender's memory to the receiver's, and ends the partner's wait. Whoever comes first
 * waits, unless it may not (NONBLOCK) or nobody could ever end that wait (deadlock).
 *
 * A receiver never waits while something that it would take is pending, so a partner that finds it
 * waiting need not look for others before it.
 */
#include "core.h"

/* The one copy. The sender's word for who it is does not count: the receiver's copy is stamped. */
void ipc_hand_over(struct ipc_table *t, unsigned sender, phys_addr_t out, unsigned receiver,
                   phys_addr_t in)
{
    msg_copy(out, in);
    msg_word(in, 0, (uint32_t)t->process[sender].endpoint);
    t->process[sender].sent++;
    t->process[receiver].received++;
    ipc_on_deliver(t, receiver, in);
}

uint32_t ipc_came_of(enum ipc_state first_half)
{
    switch (first_half) {
    case IPC_CALLING:
        return IPC_CAME_SEND_REC;
    case IPC_REQUESTING:
        return IPC_CAME_REQUEST;
    default:
        return IPC_CAME_SEND;
    }
}

/* ---- The sending half ------------------------------------------------------------------------ */

/* Whether the process waits for a message that this sender may give. */
static bool accepts_message(const struct ipc_process *receiver, endpoint_t sender)
{
    if (receiver->state == IPC_RECEIVING && receiver->waits_for == ANY)
        return true;
    return (receiver->state == IPC_RECEIVING || receiver->state == IPC_ANSWER) &&
           receiver->waits_for == sender;
}

/* A message came to a receive from `src` with this mask: if an event could have come instead, the
   next turn is an event's. */
static void count_turn(struct ipc_process *receiver, endpoint_t src, uint32_t event_mask)
{
    if (src == ANY && event_mask != 0)
        receiver->prefer_message = 0;
}

/* The first half of send, send_rec or ipc_request, if the partner waits for it. */
static bool give(struct ipc_table *t, unsigned caller, unsigned peer, const struct ipc_wait *wait)
{
    struct ipc_process *sender = &t->process[caller], *receiver = &t->process[peer];
    uint16_t ticket = 0;

    if (!accepts_message(receiver, sender->endpoint))
        return false;
    ipc_hand_over(t, caller, wait->out, peer, receiver->in);
    count_turn(receiver, receiver->waits_for, receiver->event_mask);
    if (wait->state != IPC_SENDING)
        ticket = ipc_next_ticket(sender);
    return ipc_finish_receive(t, peer, ipc_came_of(wait->state), ticket);
}

/* Begins the second half of a call whose first half was `first`. */
static void wait_for_answer(struct ipc_table *t, unsigned slot, const struct ipc_wait *first)
{
    const struct ipc_wait wait = {
        .state = first->state == IPC_CALLING ? IPC_ANSWER : IPC_AWAITING,
        .waits_for = first->waits_for,
        .in = first->in,
        .timed = first->timed,
        .fault = first->fault,
    };

    ipc_wait_begin(t, slot, &wait);
}

bool ipc_offer(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait, uint32_t flags)
{
    int peer = ipc_slot_of(t, wait->waits_for);

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE && peer >= 0);
    if (!give(t, caller, (unsigned)peer, wait))
        return ipc_wait_or_refuse(t, caller, wait, flags);
    if (wait->state == IPC_SENDING)
        return ipc_finish(t, caller, 0, IPC_CAME_NOTHING);
    /* The peer has just become runnable, so this wait closes no cycle. */
    wait_for_answer(t, caller, wait);
    return false;
}

bool ipc_send(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_SENDING,
        .waits_for = dst,
        .out = out,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    return ipc_offer(t, caller, &wait, flags);
}

bool ipc_send_rec(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                  phys_addr_t in, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_CALLING,
        .waits_for = dst,
        .out = out,
        .in = in,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    return ipc_offer(t, caller, &wait, flags);
}

bool ipc_request(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                 phys_addr_t in, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_REQUESTING,
        .waits_for = dst,
        .out = out,
        .in = in,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    return ipc_offer(t, caller, &wait, flags);
}

/* ---- The receiving half ---------------------------------------------------------------------- */

/* Whose queued message a receive from `src` takes now, or IPC_NO_SLOT. */
static unsigned choose_sender(const struct ipc_table *t, unsigned receiver, endpoint_t src)
{
    const struct ipc_process *sender;
    unsigned slot;

    if (src == ANY)
        return t->process[receiver].queue_first;
    if (ipc_is_name(src))
        return IPC_NO_SLOT;
    slot = ipc_peer_slot(src);
    sender = &t->process[slot];
    if (!ipc_is_queued(sender) || sender->waits_for != t->process[receiver].endpoint)
        return IPC_NO_SLOT;
    return slot;
}

/*
 * The order of delivery: the kernel's events; then processes' events and messages. From ANY these
 * two take turns. From one process events come first, and that is the order in which they were
 * made: whoever waits in a send queue cannot notify.
 */
struct ipc_choice ipc_choose(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                             uint32_t events)
{
    const struct ipc_choice nothing = {IPC_CAME_NOTHING, IPC_NO_SLOT};
    const struct ipc_choice of_kernel = {IPC_CAME_EVENTS, IPC_NO_SLOT};
    unsigned sender = choose_sender(t, receiver, src);
    unsigned source;

    if (ipc_has_kernel_events(t, receiver, src, events))
        return of_kernel;
    source = ipc_choose_events(t, receiver, src, events);
    if (sender < IPC_PROCESSES && src == ANY && t->process[receiver].prefer_message)
        source = IPC_NO_SLOT;
    if (source < IPC_PROCESSES)
        return (struct ipc_choice){IPC_CAME_EVENTS, source};
    if (sender < IPC_PROCESSES)
        return (struct ipc_choice){ipc_came_of((enum ipc_state)t->process[sender].state), sender};
    return nothing;
}

/* Takes a queued message: ends the sender's send, or the first half of its call. Returns the
   ticket, 0 for a send. */
static uint16_t take_message(struct ipc_table *t, unsigned caller, unsigned slot, phys_addr_t in)
{
    struct ipc_process *sender = &t->process[slot];
    const struct ipc_wait first = {
        .state = (enum ipc_state)sender->state,
        .waits_for = sender->waits_for,
        .in = sender->in,
        .timed = sender->timed != 0,
        .fault = sender->fault != 0,
    };

    ipc_hand_over(t, slot, sender->out, caller, in);
    if (sender->state == IPC_SENDING) {
        ipc_wait_end(t, slot, IPC_RUNNABLE, 0, IPC_CAME_NOTHING);
        return 0;
    }
    wait_for_answer(t, slot, &first);
    return ipc_next_ticket(sender);
}

bool ipc_accept(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait, uint32_t flags)
{
    struct ipc_process *receiver = &t->process[caller];
    endpoint_t src = wait->waits_for;
    struct ipc_choice choice;
    uint16_t ticket = 0;

    IPC_ASSERT(receiver->state == IPC_RUNNABLE && (ipc_is_name(src) || ipc_slot_of(t, src) >= 0));
    choice = ipc_choose(t, caller, src, wait->event_mask);
    if (choice.came == IPC_CAME_NOTHING)
        return ipc_wait_or_refuse(t, caller, wait, flags);
    if (choice.slot >= IPC_PROCESSES) {
        ipc_take_kernel_events(t, caller, wait->event_mask, wait->in);
    } else if (choice.came == IPC_CAME_EVENTS) {
        ipc_take_events(t, caller, choice.slot, src, wait->event_mask, wait->in);
    } else {
        ticket = take_message(t, caller, choice.slot, wait->in);
        count_turn(receiver, src, wait->event_mask);
    }
    return ipc_finish(t, caller, 0, ipc_second(choice.came, wait->beside_error, ticket));
}

bool ipc_receive(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in,
                 uint32_t flags)
{
    return ipc_receive_events(t, caller, src, src == NONE ? 0 : IPC_ALL_EVENTS, in, flags);
}

bool ipc_receive_events(struct ipc_table *t, unsigned caller, endpoint_t src, uint32_t events,
                        phys_addr_t in, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_RECEIVING,
        .waits_for = src,
        .event_mask = events,
        .in = in,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    return ipc_accept(t, caller, &wait, flags);
}
