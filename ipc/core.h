/*
 * What the core's files share with each other and with nobody else.
 *
 * table.c       processes come and go: slots, generations, death
 * check.c       may this caller make this call to this target
 * rendezvous.c  send, receive, send_rec: enter here to follow a message
 * event.c       pending events, and their delivery
 * deadlock.c    who waits for whom
 * wait.c        ipc_wait_begin and ipc_wait_end: the only way into a wait and out of it
 * queue.c       the send queue of a process
 * invariants.c  what always holds, checked
 */
#pragma once

#include <ipc/ipc.h>

/* For our own bugs only, never for what a process passes. The trap ends in the kernel's panic. */
#define IPC_ASSERT(condition)                                                                      \
    do {                                                                                           \
        if (!(condition))                                                                          \
            __builtin_trap();                                                                      \
    } while (0)

_Static_assert(IPC_PROCESSES >= 1 && IPC_PROCESSES <= ENDPOINT_FIRST_NAME, "slots fit endpoints");
_Static_assert(sizeof(struct ipc_process) == 52 + 4 * IPC_SLOT_WORDS,
               "no padding: states are bytes");

static inline bool ipc_is_name(endpoint_t endpoint)
{
    return endpoint_slot(endpoint) >= ENDPOINT_FIRST_NAME;
}

static inline bool ipc_waits(const struct ipc_process *process)
{
    return process->state > IPC_RUNNABLE;
}

/* Whether the process is in its peer's send queue. */
static inline bool ipc_is_queued(const struct ipc_process *process)
{
    return process->state == IPC_SENDING || process->state == IPC_CALLING;
}

/* queue.c. `slot` is in no queue before append, and in `owner`'s before remove. */
void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot);
void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot);

/* wait.c */
struct ipc_wait {
    enum ipc_state state; /* SENDING, CALLING, RECEIVING or ANSWER */
    endpoint_t waits_for;
    phys_addr_t out; /* 0 where there is nothing to hand over */
    phys_addr_t in;  /* 0 where nothing is to come */
    bool timed;
};

/* Begins a wait: of a runnable process (ipc_on_block is called), or the second half of a send_rec
   whose first half was taken from the queue. */
void ipc_wait_begin(struct ipc_table *t, unsigned slot, const struct ipc_wait *wait);

/* Ends whatever wait there is, with the call's two results, and calls ipc_on_ready. With `next`
   IPC_FREE the process is going away: no results, and nobody is told. */
void ipc_wait_end(struct ipc_table *t, unsigned slot, enum ipc_state next, int32_t result,
                  uint32_t second);

/* The call of `slot` has ended, whether it waited or not. Returns true, for the calls to return. */
bool ipc_finish(struct ipc_table *t, unsigned slot, int32_t result, uint32_t second);

/* event.c. Each delivers one source's pending events to `in` for a receive from `src`, if there are
   any; the call itself is then for the caller of these to end. */
bool ipc_take_kernel_events(struct ipc_table *t, unsigned receiver, endpoint_t src, phys_addr_t in);
bool ipc_take_process_events(struct ipc_table *t, unsigned receiver, endpoint_t src,
                             phys_addr_t in);
/* Drops what is pending for and from a process that is no more. */
void ipc_drop_events(struct ipc_table *t, unsigned slot);

/* deadlock.c. Whether `caller` would wait for ever if it waited for this endpoint or name. */
bool ipc_would_deadlock(const struct ipc_table *t, unsigned caller, endpoint_t waits_for);
