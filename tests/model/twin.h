/*
 * The core and the naive model side by side: one step of both, with everything that can be said
 * about it checked. The exhaustive checker, the soak and the fuzzer all take their steps here.
 */
#pragma once

#include "laws.h"

struct twin {
    struct ipc_table before, after;
    struct naive naive_before, naive_after;
};

/* The same empty table in both, where these identities have these rights. */
void twin_start(struct twin *twin, const struct ipc_privilege privilege[IDENTITY_COUNT]);

/*
 * Performs the operation, which is possible, from `before` to `after`, which is a copy of it, and
 * the same in the naive model. Returns what is wrong or NULL, and *slot where, if it is
 * IPC_PROCESSES nowhere in particular: outcomes that differ, invariants, laws, what the scheduler
 * was told, what was delivered, states that differ.
 */
const char *twin_step(struct twin *twin, const struct operation *op, struct outcome *outcome,
                      unsigned *slot);

/* After a step: goes on from there, or from where it began. */
void twin_advance(struct twin *twin);
void twin_return(struct twin *twin);
