/*
 * Deadlocks that were refused: who was in them, for the log and for SYS_CYCLE.
 *
 * Every member of a refused cycle can read all of it until it is a member of another one or dies.
 * The members share one record; there is one for each process, which is always enough, since a
 * record without readers is free.
 */
#pragma once

#include <ipc/ipc.h>

/* The core has just refused a wait of the process in `slot` with ELOCKED. */
void cycle_refused(unsigned slot);

/* The index-th member of the cycle refused last that `slot` is a member of. Returns the number of
   its members, 0 when there is none; *member is set when index is less than that. */
unsigned cycle_read(unsigned slot, unsigned index, endpoint_t *member);

/* The process in `slot` is dead. */
void cycle_forget(unsigned slot);
