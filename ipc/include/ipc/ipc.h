/*
 * The rendezvous core: who waits for whom, and what happens when they meet.
 *
 * The core is a state machine over an array of processes, plain data linked by slot numbers. It
 * changes state and returns; it never switches, prints, allocates or touches user memory, and it
 * compiles on a workstation as it is. Everything that it needs from outside are the four functions
 * at the end of this page.
 *
 * What always holds (checked by ipc_check_invariants in tests):
 *   - a waiting process is in at most one queue, the send queue of its peer, and its state says so;
 *     one that selects is in none;
 *   - state, peer and queue change together, in ipc_wait_begin and ipc_wait_end and nowhere else;
 *   - following "waits for" never comes back to where it started;
 *   - fields that mean nothing in a state are zero, so that two equal states are equal bytes.
 *
 * Order of checks of every call, so that each has one answer: call number (EBADCALL), permission
 * for the call (ETRAPDENIED), endpoint (EINVAL, EDEADSRCDST), self (ELOCKED), permission for the
 * target (ECALLDENIED), sets (EINVAL), message (EFAULT, EINVAL: the kernel's part), then the state.
 */
#pragma once

#include <abi/calls.h>
#include <abi/endpoint.h>
#include <abi/errors.h>
#include <abi/message.h>
#include <abi/privilege.h>
#include <abi/select.h>
#include <ipc/states.h>
#include <stdbool.h>
#include <stdint.h>

/* An address in the machine's physical memory (arch/host: an offset into its arena). */
typedef uint32_t phys_addr_t;

/* The model checker compiles the same text with 3, 4 or 5 processes and fewer pairs. */
#ifndef IPC_PROCESSES
#define IPC_PROCESSES 256
#endif
#ifndef IPC_SELECT_PAIRS
#define IPC_SELECT_PAIRS IPC_SELECT_MAX
#endif

/* A machine that finds an entry by shifting a slot wants a power of two. */
#ifndef IPC_PROCESS_ALIGN
#define IPC_PROCESS_ALIGN 4
#endif

#define IPC_NO_SLOT    0xffffu /* no process: end of a queue, peer of one that waits for none */
#define IPC_SLOT_WORDS ((IPC_PROCESSES + 31) / 32)

/* One process as the core sees it. Its first eight words and the ticket are what a machine's own
   path for the common rendezvous may change; see ipc_settle. */
struct ipc_process {
    _Alignas(IPC_PROCESS_ALIGN)
        endpoint_t endpoint; /* own; kept while the slot is free, to count generations */
    uint8_t state;           /* enum ipc_state */
    uint8_t timed;           /* the wait has a deadline: it makes no edge for deadlock */
    uint8_t fault;           /* the wait is a request that the kernel made: ipc_fault_request */
    uint8_t delivered;       /* IPC_RECEIVING in 0xA0: its reply was delivered */
    uint8_t beside_error;    /* IPC_RECEIVING in 0xA0: its reply's error, positive */
    uint8_t select_count;    /* IPC_SELECTING: pairs in ipc_table.select, else 0 */
    uint8_t prefer_message;  /* what ANY looks at first: last time it was an event */
    uint8_t identity;        /* privilege identity */
    endpoint_t waits_for;    /* endpoint or name; NONE while it waits for nothing */
    uint32_t event_mask;     /* IPC_RECEIVING: events that it accepts */
    phys_addr_t out;         /* waiting: the message to hand over */
    phys_addr_t in;          /* waiting: where the message will go */
    uint16_t queue_first;    /* slots that are queued on this one, first come first served */
    uint16_t queue_last;
    uint16_t queue_next; /* this one's successor in the queue that it is in */
    uint16_t queue_previous;
    uint16_t event_turn;  /* slot where the search for events begins next time */
    uint16_t select_turn; /* pair where ipc_select's search begins next time, modulo their number */
    uint16_t reply_call;  /* IPC_REPLY_RECEIVE, always: with the ticket above it, the word that
                             answers this process's request in 0xA0 */
    uint16_t ticket;      /* of its send_rec or ipc_request that was taken last; 0: none yet */
    uint32_t pending; /* 0: a receive from ANY would take nothing. Counts the senders in its queue,
                         the sources below, and the kernel when it has any */
    uint32_t kernel_events;                 /* pending from HARDWARE */
    uint32_t event_sources[IPC_SLOT_WORDS]; /* one bit a source that has events pending here */
    int32_t result;                         /* of the last call: 0 or a negative error */
    uint32_t second;                        /* its second result: see abi/calls.h */
    uint32_t sent;                          /* messages handed over, for ps */
    uint32_t received;
};

struct ipc_select_set {
    struct ipc_select_pair pair[IPC_SELECT_PAIRS];
};

struct ipc_privilege {
    uint32_t calls;                        /* one bit a call: CALL_BIT_* */
    uint32_t targets[IDENTITY_COUNT / 32]; /* one bit an identity it may address */
};

/* The whole state: copied and compared as bytes. */
struct ipc_table {
    struct ipc_process process[IPC_PROCESSES];
    uint32_t events[IPC_PROCESSES][IPC_PROCESSES]; /* [receiver][source]: pending bits */
    struct ipc_select_set select[IPC_PROCESSES];   /* of IPC_SELECTING processes, else zero */
    struct ipc_privilege privilege[IDENTITY_COUNT];
    uint16_t free_first; /* slots to use next, oldest freed first; linked by queue_next */
    uint16_t free_last;
};

/* An empty table: every slot free, generation 1 to come, so that no endpoint is 0; no identity may
   do anything. */
void ipc_init(struct ipc_table *t);

/*
 * Takes the slot that has been free longest, with its next generation. Returns the slot, or -EAGAIN
 * when none is left. The process starts in IPC_RUNNABLE; ipc_on_ready is not called for it.
 */
int ipc_create(struct ipc_table *t, unsigned identity);

/*
 * The process in `slot` is no more. Its own wait is undone without a result; whoever waited for it
 * is woken: EDEADSRCDST, or EREPLYDEAD where the first half of the call had been taken; ipc_select
 * finds the pair ready. Its pending events, here and elsewhere, are dropped, and the slot goes to
 * the end of the free list unless it used its last generation.
 */
void ipc_destroy(struct ipc_table *t, unsigned slot);

/* The slot of a living process's endpoint, or a negative error: EINVAL a name or not an endpoint at
   all, EDEADSRCDST dead or never born. */
int ipc_slot_of(const struct ipc_table *t, endpoint_t endpoint);

/* What a process put into the registers, as far as it can be judged without its memory. */
struct ipc_arguments {
    uint32_t call;     /* ecx: an IPC_* number, with or without flags and ticket */
    endpoint_t target; /* eax, but for 0xA0 edi: source or destination, ignored where none is */
    uint32_t events;   /* edx */
    uint32_t pairs;    /* ipc_select: eax */
};

/*
 * Everything about a call that needs no memory: number, flags, permissions, endpoint, sets.
 * EBADCALL: a number that is no call, flags that the call does not take, undefined bits, a ticket
 * where there is no reply. EINVAL: a name where it is not legal, an empty set of events to
 * ipc_notify, no pair or too many to ipc_select.
 * For send_rec and ipc_request, SYSTEM is a legal target and is always permitted by this function.
 * A source needs no permission to be addressed, and neither does the destination of a reply: the
 * wait is the permission. 0xA0 needs the permission for both of its calls, and its destination is
 * not looked at: what is wrong with the reply is reported beside what the receive brings.
 * Returns 0 or a negative error, and then *culprit is the endpoint that caused it: the dead peer
 * for EDEADSRCDST, else the caller. Changes nothing.
 */
int ipc_check_call(const struct ipc_table *t, unsigned caller, const struct ipc_arguments *a,
                   endpoint_t *culprit);

/* The same for a call that takes no set: not for ipc_notify and ipc_select. */
int ipc_check(const struct ipc_table *t, unsigned caller, uint32_t call, endpoint_t target,
              endpoint_t *culprit);

/*
 * The calls. Each is made for `caller`, which is runnable, after ipc_check_call said 0; `out` and
 * `in` are messages whose nine words the caller may read and write. `flags`: IPC_NONBLOCK,
 * IPC_TIMEOUT (the kernel keeps the deadline and calls ipc_timeout; with a timeout of 0 at once).
 * Return true when the call has ended: process[caller].result and .second say how. Return false
 * when the caller waits: ipc_on_block was called for it, and ipc_on_ready will be once it ends.
 * dst and src are an endpoint, or for receives also ANY, HARDWARE, NONE. (A call to SYSTEM is the
 * kernel's to answer; it never comes here.)
 * The second result after success: see abi/calls.h. After ENOTREADY, ELOCKED and every error that
 * ends a wait it is the endpoint or name that was, or would have been, waited for; ANY in
 * ipc_select.
 *
 * Where the first half of a call of two halves was taken, what ends the wait in the second is
 * EREPLYTIMEDOUT, EREPLYINTR or EREPLYDEAD instead of ETIMEDOUT, EINTR and EDEADSRCDST. The halves
 * of ipc_reply_receive are its reply and its receive.
 */
bool ipc_send(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
              uint32_t flags);
bool ipc_send_rec(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                  phys_addr_t in, uint32_t flags);
bool ipc_request(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                 phys_addr_t in, uint32_t flags);

/*
 * receive(src) takes src's events before its message; kernel events come only to ANY and HARDWARE.
 * It is ipc_receive with every event, but receive(NONE) takes nothing.
 * ipc_receive(src, events): a message from src, or those of the pending events of a source that src
 * names which are in `events`; the others stay pending. NONE: no message, and such events of every
 * source, the kernel's too.
 * Receives from ANY and NONE count the turns of the sources; those from ANY that accept events also
 * count the turns of events and messages. The turns are fair to all that one and the same receive
 * accepts; a receiver that changes `events` from call to call makes an order of its own.
 */
bool ipc_receive(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in,
                 uint32_t flags);
bool ipc_receive_events(struct ipc_table *t, unsigned caller, endpoint_t src, uint32_t events,
                        phys_addr_t in, uint32_t flags);

/* Adds to what is pending for dst from the caller: EVENT_NOTIFY, or a set that is not empty. */
bool ipc_notify(struct ipc_table *t, unsigned caller, endpoint_t dst);
bool ipc_notify_set(struct ipc_table *t, unsigned caller, endpoint_t dst, uint32_t events);

/*
 * Answers dst, which waits for the answer to a send_rec or an ipc_request that the caller took and
 * that carried this ticket. In every other case, death of dst among them, ENOTREADY, and nothing
 * has changed. Never waits.
 */
bool ipc_reply(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
               uint32_t ticket);

/*
 * ipc_reply, then ipc_receive_events. dst may be anything at all. What the reply failed with
 * (ENOTREADY; EINVAL for a name) stands in bits 15..8 of the second result when the receive
 * succeeds. An error of the receive does not undo the reply. `out` and `in` may be the same.
 */
bool ipc_reply_receive(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                       uint32_t ticket, endpoint_t src, uint32_t events, phys_addr_t in,
                       uint32_t flags);

/*
 * Waits until one of `count` (1..IPC_SELECT_PAIRS) pairs is ready: the result is its index, counted
 * from 0, and the second result what ipc_receive with that pair would take, or EDEADSRCDST in bits
 * 15..8 for a dead source. Takes nothing, so what was ready may be gone when it is received: its
 * sender may have given up. The search begins after the pair returned last and goes round. The set
 * is copied. EINVAL a source that is neither a process, ANY nor HARDWARE; ELOCKED the caller
 * itself; the second result is then the caller.
 */
bool ipc_select(struct ipc_table *t, unsigned caller, const struct ipc_select_pair *set,
                unsigned count, uint32_t flags);

/*
 * A fault, or a trap that belongs to another personality: an ipc_request that the kernel makes for
 * the runnable process in `slot`, whose permissions do not count. `handler` lives and is not the
 * process itself; `out` and `in` are messages in the kernel's memory that stay where they are until
 * the wait ends. Returns as the calls do; it is true only for ELOCKED, when the wait would close a
 * cycle, and nothing was delivered then. Whatever ends the wait, result and second say it as for
 * ipc_request, and ipc_on_ready is called; process[slot].fault is 1 until then.
 */
bool ipc_fault_request(struct ipc_table *t, unsigned slot, endpoint_t handler, phys_addr_t out,
                       phys_addr_t in);

/* The same for a request that `handler` is taken to have taken already, of a process that is
   created in that state. Returns the ticket, or 0 when the wait would close a cycle: nothing has
   changed. */
unsigned ipc_fault_adopt(struct ipc_table *t, unsigned slot, endpoint_t handler, phys_addr_t in);

/* Ends the wait of a fault so that it happens again: result and second are 0, and a reply that
   comes later finds nothing. No effect on a process that does not wait in a fault. */
void ipc_fault_restart(struct ipc_table *t, unsigned slot);

/*
 * A machine may carry out the common rendezvous by itself: a request to a process that waits in
 * ipc_reply_receive, and its answer. It then leaves the entry of the process that it woke and that
 * runs now as it was during the wait. Before anything else of this page is called, that process is
 * settled: its entry says that it is runnable. No effect on any that is.
 */
void ipc_settle(struct ipc_table *t, unsigned slot);

/* Whether the machine may carry out the next request to this process: it waits in
   ipc_reply_receive, from ANY, without a deadline, its reply delivered, and ANY looks at events
   first. */
bool ipc_waits_openly(const struct ipc_table *t, unsigned slot);

/* Whether it may carry out the next send to this process: that waits in a plain receive without a
   deadline, for one process, or for ANY, which looks at events first and accepts some. */
bool ipc_accepts_openly(const struct ipc_table *t, unsigned slot);

/* Kernel events from HARDWARE for the living process in `slot`. Never lost, never blocks. */
void ipc_post(struct ipc_table *t, unsigned slot, uint32_t bits);

/* The deadline of the waiting process has passed: ETIMEDOUT, or EREPLYTIMEDOUT where the first half
   had been taken. No effect on a process that does not wait. */
void ipc_timeout(struct ipc_table *t, unsigned slot);

/* Ends any wait: EINTR, or EREPLYINTR where the first half had been taken. */
void ipc_cancel(struct ipc_table *t, unsigned slot);

/* Where `slot`'s wait leads: the slot of the process that it waits for, IPC_NO_SLOT when it waits
   for none or for a name. Timed waits have a peer but make no edge for deadlock. */
unsigned ipc_peer(const struct ipc_table *t, unsigned slot);

/*
 * The ring that would close, or that was refused with ELOCKED just now, if `caller` waited for
 * `peer`: the number of its members, 0 when there is none. Writes the first `most` of them to
 * `members`: the caller, its peer, whom the peer waits for, and so on.
 */
unsigned ipc_cycle(const struct ipc_table *t, unsigned caller, unsigned peer, uint16_t *members,
                   unsigned most);

/* For tests and the dump: NULL when every invariant above holds, else a sentence that names the
   first one that does not, and *slot where. */
const char *ipc_check_invariants(const struct ipc_table *t, unsigned *slot);

/*
 * What the core needs from outside. `msg_copy` moves nine words and nothing else; `msg_word`
 * stores one word of a message (0 = m_source); both are given only addresses that the kernel has
 * checked. `ipc_on_block` and `ipc_on_ready` tell the scheduler; `ipc_on_deliver` tells who watches
 * that the message in `in`, which is whole, is the receiver's now. They must not call the core.
 */
void msg_copy(phys_addr_t source, phys_addr_t destination);
void msg_word(phys_addr_t message, unsigned index, uint32_t value);
void ipc_on_block(struct ipc_table *t, unsigned slot);
void ipc_on_ready(struct ipc_table *t, unsigned slot);
void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in);
