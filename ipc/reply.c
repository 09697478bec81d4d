/*
 * Answers: ipc_reply and the tickets that tell one request of a client from its next, and the
 * requests that the kernel makes for a process that faulted.
 *
 * A ticket is given when a request is taken, and belongs to the client: the number of its requests
 * so far, round and round without 0. An answer is legal while the client waits for one from this
 * very server under this very ticket, so one that comes after a cancel, a timeout or a restart
 * finds nothing, even if the client has asked the same server again.
 */
#include "core.h"

uint16_t ipc_next_ticket(struct ipc_process *client)
{
    client->ticket = (uint16_t)(client->ticket == UINT16_MAX ? 1 : client->ticket + 1);
    return client->ticket;
}

/* Answers `dst` if that is legal: 0, else ENOTREADY or EINVAL, positive. */
static int answer(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                  uint32_t ticket)
{
    int slot = ipc_slot_of(t, dst);
    const struct ipc_process *client;

    IPC_ASSERT(t->process[caller].state == IPC_RUNNABLE);
    if (slot == -EINVAL)
        return EINVAL;
    if (slot < 0)
        return ENOTREADY;
    client = &t->process[slot];
    if (!ipc_is_owed(client) || client->waits_for != t->process[caller].endpoint ||
        client->ticket != ticket)
        return ENOTREADY;
    ipc_hand_over(t, caller, out, (unsigned)slot, client->in);
    ipc_wait_end(t, (unsigned)slot, IPC_RUNNABLE, 0, IPC_CAME_REPLY);
    return 0;
}

bool ipc_reply(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
               uint32_t ticket)
{
    int error = answer(t, caller, dst, out, ticket);

    IPC_ASSERT(error != EINVAL); /* ipc_check_call has seen the destination */
    return ipc_finish(t, caller, -error, error == 0 ? IPC_CAME_NOTHING : (uint32_t)dst);
}

bool ipc_reply_receive(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                       uint32_t ticket, endpoint_t src, uint32_t events, phys_addr_t in,
                       uint32_t flags)
{
    int error = answer(t, caller, dst, out, ticket);
    const struct ipc_wait wait = {
        .state = IPC_RECEIVING,
        .waits_for = src,
        .event_mask = events,
        .in = in,
        .timed = (flags & IPC_TIMEOUT) != 0,
        .delivered = error == 0,
        .beside_error = (uint8_t)error,
    };

    return ipc_accept(t, caller, &wait, flags);
}

/* ---- Requests that the kernel makes ---------------------------------------------------------- */

bool ipc_fault_request(struct ipc_table *t, unsigned slot, endpoint_t handler, phys_addr_t out,
                       phys_addr_t in)
{
    const struct ipc_wait wait = {
        .state = IPC_REQUESTING,
        .waits_for = handler,
        .out = out,
        .in = in,
        .fault = true,
    };

    return ipc_offer(t, slot, &wait, 0);
}

unsigned ipc_fault_adopt(struct ipc_table *t, unsigned slot, endpoint_t handler, phys_addr_t in)
{
    const struct ipc_wait wait = {
        .state = IPC_AWAITING,
        .waits_for = handler,
        .in = in,
        .fault = true,
    };

    IPC_ASSERT(t->process[slot].state == IPC_RUNNABLE && ipc_slot_of(t, handler) >= 0);
    if (ipc_would_deadlock(t, slot, handler))
        return 0;
    ipc_wait_begin(t, slot, &wait);
    return ipc_next_ticket(&t->process[slot]);
}

void ipc_fault_restart(struct ipc_table *t, unsigned slot)
{
    if (t->process[slot].fault)
        ipc_wait_end(t, slot, IPC_RUNNABLE, 0, IPC_CAME_NOTHING);
}
