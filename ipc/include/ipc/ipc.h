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
 *   - state, peer and queue change together, in ipc_wait_begin and ipc_wait_end and nowhere else;
 *   - following "waits for" never comes back to where it started;
 *   - fields that mean nothing in a state are zero, so that two equal states are equal bytes.
 *
 * Order of checks of every call, so that each has one answer: call number (EBADCALL), permission
 * for the call (ETRAPDENIED), endpoint (EINVAL, EDEADSRCDST), self (ELOCKED), permission for the
 * target (ECALLDENIED), message (EFAULT, EINVAL: the kernel's part), then the state.
 */
#pragma once

#include <abi/calls.h>
#include <abi/endpoint.h>
#include <abi/errors.h>
#include <abi/message.h>
#include <abi/privilege.h>
#include <stdbool.h>
#include <stdint.h>

/* An address in the machine's physical memory (arch/host: an offset into its arena). */
typedef uint32_t phys_addr_t;

#ifndef IPC_PROCESSES
#define IPC_PROCESSES 256 /* the model checker compiles the same text with 3, 4 or 5 */
#endif

#define IPC_NO_SLOT    0xffffu /* no process: end of a queue, peer of one that waits for none */
#define IPC_SLOT_WORDS ((IPC_PROCESSES + 31) / 32)

enum ipc_state {
    IPC_FREE,      /* no process */
    IPC_RUNNABLE,  /* waits for nobody */
    IPC_SENDING,   /* send: in peer's queue */
    IPC_CALLING,   /* send_rec, first half: in peer's queue */
    IPC_RECEIVING, /* receive: from peer, or from a name (ANY, HARDWARE, NONE) */
    IPC_ANSWER,    /* send_rec, second half: from peer only, no events */
};

/* One process as the core sees it. */
struct ipc_process {
    endpoint_t endpoint;    /* own; kept while the slot is free, to count generations */
    uint8_t state;          /* enum ipc_state */
    uint8_t timed;          /* the wait has a deadline: it makes no edge for deadlock */
    uint8_t identity;       /* privilege identity */
    uint8_t prefer_message; /* what ANY looks at first: last time it was an event */
    endpoint_t waits_for;   /* endpoint or name; NONE while it waits for nothing */
    phys_addr_t out;        /* waiting: the message to hand over */
    phys_addr_t in;         /* waiting: where the message will go */
    uint16_t queue_first;   /* slots that are queued on this one, first come first served */
    uint16_t queue_last;
    uint16_t queue_next; /* this one's successor in the queue that it is in */
    uint16_t queue_previous;
    uint16_t event_turn; /* slot where the search for events begins next time */
    uint16_t reserved;
    uint32_t kernel_events;                 /* pending from HARDWARE */
    uint32_t event_sources[IPC_SLOT_WORDS]; /* one bit a source that has events pending here */
    int32_t result;                         /* of the last call: 0 or a negative error */
    uint32_t second;                        /* its second result: see abi/calls.h */
    uint32_t sent;                          /* messages handed over, for ps */
    uint32_t received;
};

struct ipc_privilege {
    uint32_t calls;                        /* one bit a call: CALL_BIT_* */
    uint32_t targets[IDENTITY_COUNT / 32]; /* one bit an identity it may address */
};

/* The whole state: copied and compared as bytes. */
struct ipc_table {
    struct ipc_process process[IPC_PROCESSES];
    uint32_t events[IPC_PROCESSES][IPC_PROCESSES]; /* [receiver][source]: pending bits */
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
 * is woken: EDEADSRCDST, or EREPLYDEAD where it had taken the first half of a send_rec. Its pending
 * events, here and elsewhere, are dropped, and the slot goes to the end of the free list unless it
 * used its last generation.
 */
void ipc_destroy(struct ipc_table *t, unsigned slot);

/* The slot of a living process's endpoint, or a negative error: EINVAL a name or not an endpoint at
   all, EDEADSRCDST dead or never born. */
int ipc_slot_of(const struct ipc_table *t, endpoint_t endpoint);

/*
 * Everything about a call that needs no message: number, permissions, endpoint. `call` is what the
 * process put into ecx: an IPC_* number, with or without flags; flags that the call does not take
 * and undefined bits are EBADCALL. `target` is its source or destination (ignored by calls that
 * have none). For send_rec, SYSTEM is a legal target and is always permitted by this function. A
 * source needs no permission to be addressed. Returns 0 or a negative error, and then *culprit is
 * the endpoint that caused it: the dead peer for EDEADSRCDST, else the caller. Changes nothing.
 */
int ipc_check(const struct ipc_table *t, unsigned caller, uint32_t call, endpoint_t target,
              endpoint_t *culprit);

/*
 * The calls. Each is made for `caller`, which is runnable, after ipc_check said 0; `out` and `in`
 * are messages whose nine words the caller may read and write. `flags`: IPC_NONBLOCK, IPC_TIMEOUT
 * (the kernel keeps the deadline and calls ipc_timeout).
 * Return true when the call has ended: process[caller].result and .second say how. Return false
 * when the caller waits: ipc_on_block was called for it, and ipc_on_ready will be once it ends.
 * dst and src are an endpoint, or for receive also ANY, HARDWARE, NONE. (send_rec to SYSTEM is the
 * kernel's to answer; it never comes here.)
 * The second result after ENOTREADY, ELOCKED and every error that ends a wait is the endpoint or
 * name that was, or would have been, waited for.
 * receive(src) takes that source's events before its message; kernel events come only to ANY and
 * HARDWARE.
 */
bool ipc_send(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
              uint32_t flags);
bool ipc_receive(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in,
                 uint32_t flags);
bool ipc_send_rec(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                  phys_addr_t in, uint32_t flags);
bool ipc_notify(struct ipc_table *t, unsigned caller, endpoint_t dst);

/* Kernel events from HARDWARE for the living process in `slot`. Never lost, never blocks. */
void ipc_post(struct ipc_table *t, unsigned slot, uint32_t bits);

/* The deadline of the waiting process has passed: ETIMEDOUT, or EREPLYTIMEDOUT in the second half
   of a send_rec. No effect on a process that does not wait. */
void ipc_timeout(struct ipc_table *t, unsigned slot);

/* Ends any wait: EINTR, or EREPLYINTR in the second half of a send_rec. */
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
 * checked. `ipc_on_block` and `ipc_on_ready` tell the scheduler; they must not call the core.
 */
void msg_copy(phys_addr_t source, phys_addr_t destination);
void msg_word(phys_addr_t message, unsigned index, uint32_t value);
void ipc_on_block(struct ipc_table *t, unsigned slot);
void ipc_on_ready(struct ipc_table *t, unsigned slot);
