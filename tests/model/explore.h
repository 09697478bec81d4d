/*
 * Visits every state that can be reached within some bounds, breadth first, and performs every
 * operation in every one. After each: the invariants, the laws of any step, and the same outcome,
 * state and deliveries as the naive model.
 */
#pragma once

#include "bounds.h"

struct visits {
    const struct bounds *bounds;
    const struct ipc_table *start;
    /* One entry a state, in the order in which they were found. */
    struct state_key *keys;
    uint32_t *parents; /* from which state; the first's is itself */
    uint16_t *steps;   /* by which of that state's operations */
    uint32_t count, room;
    /* Open addressing: indices of states, + 1. */
    uint32_t *slots;
    uint32_t slot_mask;
    struct operations operations;
    uint64_t transitions;
    uint64_t stands_for; /* states, those that are symmetric counted one by one */
    double seconds;
};

/* What was seen at least once, over all runs: by it a run that saw too little is found out. */
extern uint64_t seen_states[IPC_SELECTING + 1];
extern uint64_t seen_results[256];
extern uint64_t seen_kinds[OPERATION_KINDS];

/* How each call, with no flag, NONBLOCK, TIMEOUT and both, went once the argument check had let it
   pass. */
enum seen_call {
    SEEN_DONE = 1,
    SEEN_WAITS = 2,
    SEEN_FAILED = 4
};
extern uint8_t seen_calls[IPC_CALL_MASK + 1][4];

/* Returns whether all was well; if not, it has said what and how to get there on stdout. Begins
   with zeros in `visits` but for the bounds. */
bool explore(struct visits *visits);
void visits_free(struct visits *visits);

/* trace.c. The way to this state, and then this operation, step by step. The operation is performed
   again if it comes back. */
void trace_print(struct visits *visits, uint32_t state, const struct operation *op,
                 bool comes_back);
