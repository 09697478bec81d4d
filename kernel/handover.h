/*
 * From one process to its partner: which rendezvous hand over the processor, and which of them the
 * machine may carry out by itself (arch/arch.h: Rendezvous without the kernel).
 *
 * A call that wakes one partner and then waits hands over: the partner runs next unless somebody
 * better is ready, on the rest of the caller's quantum. The two ways to carry out a rendezvous
 * agree in that.
 */
#pragma once

#include "process.h"

/* What the rules look at has changed for the process in `slot`: it began, ended, set a box, began
   to use the FPU. */
void handover_changed(unsigned slot);

/* Around what the core does for a call: who has been woken in between. */
void handover_begin(void);
void handover_woken(unsigned slot);
/* The caller waits, `with_boxes` or with a message of its own: its partner is next. */
void handover_end(struct process *caller, bool with_boxes);
