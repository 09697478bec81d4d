/*
 * Lab 3: who would wait for ever. What deadlock.c promises; docs/labs/3-deadlock.md says it at
 * length.
 */
#pragma once

#include "core.h"

/*
 * `caller`, which runs, is about to wait until one of these `count` sources does something (one
 * source: until that one does). If nobody can ever end that wait: the number of those who then wait
 * for ever for each other, and their slots in `members`, the caller first, the others in the order
 * of their slots. 0 when somebody can end it.
 */
unsigned deadlock_members(const struct ipc_table *t, unsigned caller, const endpoint_t *sources,
                          unsigned count, uint16_t members[IPC_PROCESSES]);
