/*
 * The scheduler: 16 priorities, round robin within each, preemption between them.
 *
 * What always holds: the running process is in no queue; every other ready process is in the queue
 * of its priority, exactly once; a bit of the ready mask is set exactly when its queue has members.
 * It knows slots and numbers only, so that it runs on a workstation as it is.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PRIORITIES    16 /* 0 is the most urgent */
#define SCHEDULE_NONE 0xffffu

/* A new process in `slot`, not ready yet. `quantum` is in ticks, at least 1. */
void schedule_add(unsigned slot, unsigned priority, unsigned quantum);
/* The process is gone, ready or not. */
void schedule_remove(unsigned slot);

/* It can run: to the end of its queue, with what is left of its quantum. */
void schedule_ready(unsigned slot);
/* It cannot run any more. */
void schedule_block(unsigned slot);

/* This process entered the kernel, so it is the one that runs: whoever ran before has handed over
   the processor to it, perhaps through others, and with it the rest of its quantum. */
void schedule_enter(unsigned slot);
/* An interrupt's driver runs instead of whoever ran, which is then the first of its priority. The
   driver enters next, on a quantum of its own. */
void schedule_displace(void);
/* `from`, which ran and waits now, hands over to `to`, which is ready: `to` is first of its
   priority, on the rest of that quantum. */
void schedule_hand_over(unsigned from, unsigned to);

/* One bit a priority, the most urgent first: its queue has members. For the machine to read. */
extern uint32_t kernel_ready_mask;
/* What the running process has left of its quantum, in ticks. The machine counts it down. */
extern uint32_t kernel_quantum_left;

/* Who runs now; SCHEDULE_NONE when nobody can. A better priority displaces the running process,
   which then is first of its own; at the end of its quantum it goes behind its equals. */
unsigned schedule_next(void);
/* Whom schedule_next chose last, while it can run; else SCHEDULE_NONE. */
unsigned schedule_running(void);
