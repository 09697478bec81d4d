/*
 * The rendezvous: send, receive and send_rec.
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
static void hand_over(struct ipc_table *t, unsigned sender, phys_addr_t out, unsigned receiver,
                      phys_addr_t in)
{
    msg_copy(out, in);
    msg_word(in, 0, (uint32_t)t->process[sender].endpoint);
    t->process[sender].sent++;
    t->process[receiver].received++;
}

/* Waits, unless the call may not or must not. */
static bool wait_or_refuse(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait,
                           uint32_t flags)
{
    if ((flags & IPC_NONBLOCK) != 0)
        return ipc_finish(t, caller, -ENOTREADY, (uint32_t)wait->waits_for);
    if (!wait->timed && ipc_would_deadlock(t, caller, wait->waits_for))
        return ipc_finish(t, caller, -ELOCKED, (uint32_t)wait->waits_for);
    ipc_wait_begin(t, caller, wait);
    return false;
}

/* Whether the process waits for a message that this sender may give. */
static bool accepts_message(const struct ipc_process *receiver, endpoint_t sender)
{
    if (receiver->state == IPC_RECEIVING && receiver->waits_for == ANY)
        return true;
    return (receiver->state == IPC_RECEIVING || receiver->state == IPC_ANSWER) &&
           receiver->waits_for == sender;
}

/* The first half of a send or send_rec, if the partner waits for it. `came` is what it learns. */
static bool give(struct ipc_table *t, unsigned caller, unsigned peer, phys_addr_t out,
                 uint32_t came)
{
    struct ipc_process *receiver = &t->process[peer];

    if (!accepts_message(receiver, t->process[caller].endpoint))
        return false;
    hand_over(t, caller, out, peer, receiver->in);
    if (receiver->waits_for == ANY)
        receiver->prefer_message = 0;
    return ipc_finish(t, peer, 0, came);
}

bool ipc_send(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_SENDING,
        .waits_for = dst,
        .out = out,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE && ipc_slot_of(t, dst) >= 0);
    if (give(t, caller, endpoint_slot(dst), out, IPC_CAME_SEND))
        return ipc_finish(t, caller, 0, IPC_CAME_NOTHING);
    return wait_or_refuse(t, caller, &wait, flags);
}

/* Begins the second half of a send_rec: an answer from `dst`, and nothing else. */
static void wait_for_answer(struct ipc_table *t, unsigned slot, endpoint_t dst, phys_addr_t in,
                            bool timed)
{
    const struct ipc_wait wait = {
        .state = IPC_ANSWER,
        .waits_for = dst,
        .in = in,
        .timed = timed,
    };

    ipc_wait_begin(t, slot, &wait);
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

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE && ipc_slot_of(t, dst) >= 0);
    if (give(t, caller, endpoint_slot(dst), out, IPC_CAME_SEND_REC)) {
        /* The peer has just become runnable, so this wait closes no cycle. */
        wait_for_answer(t, caller, dst, in, wait.timed);
        return false;
    }
    return wait_or_refuse(t, caller, &wait, flags);
}

/* Whose queued message a receive from `src` takes now, or IPC_NO_SLOT. */
static unsigned choose_sender(const struct ipc_table *t, unsigned receiver, endpoint_t src)
{
    const struct ipc_process *sender;

    if (src == ANY)
        return t->process[receiver].queue_first;
    if (ipc_is_name(src))
        return IPC_NO_SLOT;
    sender = &t->process[endpoint_slot(src)];
    if (!ipc_is_queued(sender) || sender->waits_for != t->process[receiver].endpoint)
        return IPC_NO_SLOT;
    return endpoint_slot(src);
}

/* Takes a queued message and ends the caller's receive with it. */
static bool take_message(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in)
{
    struct ipc_process *receiver = &t->process[caller];
    unsigned slot = choose_sender(t, caller, src);
    const struct ipc_process *sender;

    if (slot == IPC_NO_SLOT)
        return false;
    sender = &t->process[slot];
    hand_over(t, slot, sender->out, caller, in);
    if (src == ANY)
        receiver->prefer_message = 0;
    if (sender->state == IPC_SENDING) {
        ipc_wait_end(t, slot, IPC_RUNNABLE, 0, IPC_CAME_NOTHING);
        return ipc_finish(t, caller, 0, IPC_CAME_SEND);
    }
    wait_for_answer(t, slot, receiver->endpoint, sender->in, sender->timed);
    return ipc_finish(t, caller, 0, IPC_CAME_SEND_REC);
}

/*
 * The order of delivery: the kernel's events; then processes' events and messages. From ANY these
 * two take turns. From one process events come first, and that is the order in which they were
 * made: whoever waits in a send queue cannot notify.
 */
bool ipc_receive(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in,
                 uint32_t flags)
{
    const struct ipc_process *receiver = &t->process[caller];
    const struct ipc_wait wait = {
        .state = IPC_RECEIVING,
        .waits_for = src,
        .in = in,
        .timed = (flags & IPC_TIMEOUT) != 0,
    };

    IPC_ASSERT(receiver->state == IPC_RUNNABLE && (ipc_is_name(src) || ipc_slot_of(t, src) >= 0));
    if (ipc_take_kernel_events(t, caller, src, in))
        return ipc_finish(t, caller, 0, IPC_CAME_EVENTS);
    if (src == ANY && receiver->prefer_message && take_message(t, caller, src, in))
        return true;
    if (ipc_take_process_events(t, caller, src, in))
        return ipc_finish(t, caller, 0, IPC_CAME_EVENTS);
    if (take_message(t, caller, src, in))
        return true;
    return wait_or_refuse(t, caller, &wait, flags);
}
