/*
 * A second, naive implementation of the contract, to compare the core with: the exhaustive checker,
 * the soak and the fuzzers use this one. Written from docs/ipc.md for clearness and nothing else;
 * it shares no code and no data structure with the core: order is by time stamps, there are no
 * queues, deadlock is found by asking who could ever run again, and whoever selects looks again
 * after every step.
 */
#pragma once

#include "operation.h"

struct naive_process {
    bool lives, timed, fault;
    enum ipc_state state; /* IPC_FREE when it does not live */
    endpoint_t endpoint, waits_for;
    unsigned identity;
    phys_addr_t out, in;
    uint32_t since;   /* when it came to wait for its message to be taken */
    uint32_t freed;   /* when the slot became free */
    uint32_t accepts; /* events, while it receives */
    uint32_t events[IPC_PROCESSES], kernel_events;
    bool message_is_next; /* from ANY: the last that came was an event */
    unsigned last_source; /* whose events came last to one who took anybody's */
    uint32_t ticket;      /* of its request that was taken last */
    bool answered;        /* 0xA0: its reply was delivered */
    int beside;           /* 0xA0: or why not, positive */
    unsigned pairs, next_pair;
    struct ipc_select_pair set[IPC_SELECT_PAIRS];
    int32_t result;
    uint32_t second;
    uint32_t sent, received;
};

/* What the last operation brought into somebody's message. */
struct naive_delivery {
    phys_addr_t in;
    phys_addr_t out; /* 0: events */
    endpoint_t source;
    uint32_t bits;
};

#define NAIVE_DELIVERIES 4

struct naive {
    struct naive_process process[IPC_PROCESSES];
    uint32_t now;
    unsigned deliveries; /* of the last operation */
    struct naive_delivery delivery[NAIVE_DELIVERIES];
    struct ipc_privilege privilege[IDENTITY_COUNT];
};

void naive_init(struct naive *m);

/* Copies all but the privileges. */
void naive_copy(struct naive *to, const struct naive *from);

/* Does what operation_perform does, and answers what it should answer. */
struct outcome naive_perform(struct naive *m, const struct operation *op);

/* Whether this pair would end an ipc_select of the process in `slot`. */
bool naive_is_ready(struct naive *m, unsigned slot, const struct ipc_select_pair *pair);

/*
 * compare.c. The naive state that means the same as the core's, which must hold its invariants:
 * stamps are positions in the core's lists. All of `m` but its privileges is written.
 */
void naive_from_core(struct naive *m, const struct ipc_table *t);

/* What differs between the two, or NULL; *slot is where. Stamps count by their order alone. */
const char *naive_differs(const struct naive *m, const struct ipc_table *t, unsigned *slot);
