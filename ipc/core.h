/*
 * What the core's files share with each other and with nobody else.
 *
 * table.c       processes come and go: slots, generations, death
 * check.c       may this caller make this call to this target
 * rendezvous.c  send, receive, send_rec, ipc_request: enter here to follow a message
 * reply.c       answers, their tickets, and requests that the kernel makes for a process
 * event.c       pending events, and their delivery
 * select.c      ipc_select: who is ready, without taking anything
 * deadlock.c    who waits for whom
 * wait.c        ipc_wait_begin and ipc_wait_end: the only way into a wait and out of it
 * open.c        which waits a machine may end by itself
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

/* The same on the workstation alone, where the model goes every way that there is: a message in the
   machine pays nothing for it. */
#define IPC_ASSERT_HOSTED(condition) IPC_ASSERT(!__STDC_HOSTED__ || (condition))

_Static_assert(IPC_PROCESSES >= 1 && IPC_PROCESSES <= ENDPOINT_FIRST_NAME, "slots fit endpoints");
_Static_assert(IPC_PROCESS_ALIGN != 4 || sizeof(struct ipc_process) == 68 + 4 * IPC_SLOT_WORDS,
               "no padding: states are bytes");
_Static_assert(IPC_SELECT_PAIRS >= 1 && IPC_SELECT_PAIRS <= IPC_SELECT_MAX, "counts fit bytes");

static inline bool ipc_is_name(endpoint_t endpoint)
{
    return endpoint_slot(endpoint) >= ENDPOINT_FIRST_NAME;
}

/* The slot of a process that is or will be waited for. It lives, so this never traps; but what is
   read from the table becomes an index only after a look at its bound. */
static inline unsigned ipc_peer_slot(endpoint_t endpoint)
{
    unsigned slot = endpoint_slot(endpoint);

    IPC_ASSERT(slot < IPC_PROCESSES);
    return slot;
}

static inline bool ipc_waits(const struct ipc_process *process)
{
    return process->state > IPC_RUNNABLE;
}

/* Whether the process is in its peer's send queue. */
static inline bool ipc_is_queued(const struct ipc_process *process)
{
    return process->state == IPC_SENDING || process->state == IPC_CALLING ||
           process->state == IPC_REQUESTING;
}

/* Whether the process waits for the answer to a request that its peer took. */
static inline bool ipc_is_owed(const struct ipc_process *process)
{
    return process->state == IPC_ANSWER || process->state == IPC_AWAITING;
}

/* Whether something of the process's call was delivered before it came to wait as it does. */
static inline bool ipc_half_done(const struct ipc_process *process)
{
    return ipc_is_owed(process) || process->delivered != 0;
}

/* queue.c. `slot` is in no queue before append, and in `owner`'s before remove. */
void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot);
void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot);

/* wait.c */
struct ipc_wait {
    enum ipc_state state; /* all but FREE and RUNNABLE */
    endpoint_t waits_for;
    uint32_t event_mask; /* RECEIVING: events that it accepts, else 0 */
    phys_addr_t out;     /* 0 where there is nothing to hand over */
    phys_addr_t in;      /* 0 where nothing is to come */
    bool timed;
    bool fault;           /* the kernel made the request */
    bool delivered;       /* RECEIVING: the reply before it was delivered */
    uint8_t beside_error; /* RECEIVING: or why it was not, positive */
    uint8_t select_count; /* SELECTING: pairs in `set`, else 0 */
    const struct ipc_select_pair *set;
};

/* Whether the table of transitions has a row from this state to the next. */
bool ipc_may_follow(unsigned next, unsigned state);

/* Begins a wait: of a runnable process (ipc_on_block is called), or the second half of a call whose
   first half was taken from the queue. */
void ipc_wait_begin(struct ipc_table *t, unsigned slot, const struct ipc_wait *wait);

/* Begins the wait of a call's first half, unless the call may not wait or must not. Returns what
   the call returns. */
bool ipc_wait_or_refuse(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait,
                        uint32_t flags);

/* Ends whatever wait there is, with the call's two results, and calls ipc_on_ready. With `next`
   IPC_FREE the process is going away: no results, and nobody is told. */
void ipc_wait_end(struct ipc_table *t, unsigned slot, enum ipc_state next, int32_t result,
                  uint32_t second);

/* The call of `slot` has ended, whether it waited or not. Returns true, for the calls to return. */
bool ipc_finish(struct ipc_table *t, unsigned slot, int32_t result, uint32_t second);

/* The receive that the process waits in got something. Returns true. */
bool ipc_finish_receive(struct ipc_table *t, unsigned slot, uint32_t came, uint16_t ticket);

/* The second result after success. */
static inline uint32_t ipc_second(uint32_t came, unsigned beside_error, uint16_t ticket)
{
    return came | beside_error << IPC_ERROR_SHIFT | (uint32_t)ticket << IPC_TICKET_SHIFT;
}

/* rendezvous.c. Copies the message and stamps who sent it. */
void ipc_hand_over(struct ipc_table *t, unsigned sender, phys_addr_t out, unsigned receiver,
                   phys_addr_t in);
/* What the partner learns that takes the first half of the call with this waiting state. */
uint32_t ipc_came_of(enum ipc_state first_half);
/* send, send_rec or ipc_request, by the state in `wait`: its first half if the partner waits for
   it, else it waits or is refused. Returns what the call returns. */
bool ipc_offer(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait, uint32_t flags);
/* A receive, from what `wait` names: takes what is there, else it waits or is refused. */
bool ipc_accept(struct ipc_table *t, unsigned caller, const struct ipc_wait *wait, uint32_t flags);

/* What a receive from `src` with these events takes now. */
struct ipc_choice {
    uint32_t came; /* IPC_CAME_*; NOTHING when nothing is there */
    unsigned slot; /* whose; IPC_NO_SLOT: events of the kernel's */
};
struct ipc_choice ipc_choose(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                             uint32_t events);

/* reply.c. The next ticket of a client whose request is being taken. Never 0. */
uint16_t ipc_next_ticket(struct ipc_process *client);

/* event.c. Whose pending events a receive from `src` with this mask takes now, or IPC_NO_SLOT; and
   whether it takes any of the kernel's. */
unsigned ipc_choose_events(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                           uint32_t mask);
bool ipc_has_kernel_events(const struct ipc_table *t, unsigned receiver, endpoint_t src,
                           uint32_t mask);
/* Delivers what of these is in `mask` to `in`; ending the call is for the caller. */
void ipc_take_kernel_events(struct ipc_table *t, unsigned receiver, uint32_t mask, phys_addr_t in);
void ipc_take_events(struct ipc_table *t, unsigned receiver, unsigned source, endpoint_t src,
                     uint32_t mask, phys_addr_t in);
/* Drops what is pending for and from a process that is no more. */
void ipc_drop_events(struct ipc_table *t, unsigned slot);

/* select.c. Something has come for the process in `slot`, from `source`: a message (`events` 0) or
   events. If it selects that, it wakes; `came` is what it learns. */
void ipc_select_arrival(struct ipc_table *t, unsigned slot, endpoint_t source, uint32_t events,
                        uint32_t came);
/* This source of the process in `slot` is dead. */
void ipc_select_death(struct ipc_table *t, unsigned slot, endpoint_t source);

/* deadlock.c. Whether `caller` would wait for ever if it waited for this endpoint or name. */
bool ipc_would_deadlock(const struct ipc_table *t, unsigned caller, endpoint_t waits_for);
