/*
 * Lab 2: the send queue by priority. What queue.c promises; docs/labs/2-queue.md says it at length.
 */
#pragma once

#include "core.h" /* ipc_queue_append, ipc_queue_remove */

#define PRIORITIES 16u

/* The priority of the process in `slot`, 0 the best. In the kernel the scheduler's; here whoever
   checks says it. */
unsigned priority_of(unsigned slot);

/* The priority of `slot`, which is in `owner`'s queue, has changed just now: it moves behind all
   whose priority is the new one. Where its priority is as before, it moves all the same. */
void ipc_queue_priority_changed(struct ipc_table *t, unsigned owner, unsigned slot);
