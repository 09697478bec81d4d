/*
 * Lab 1: a call of your own. What entry.asm and lab_call.c promise; docs/labs/1-trap.md says it at
 * length.
 */
#pragma once

struct arch_context;

/* `int 0x60`, open to ring 3. */
#define LAB_VECTOR 0x60

/* In the call: eax the address of the first word, ecx how many, edx what is added to each. After
   it: eax 0 or a negative error, all other registers as they were. */
#define LAB_MOST_WORDS 65536u

/* entry.asm: where the gate leads. Not a function that C could call. */
void lab_entry(void);

/* lab_call.c: what entry.asm calls, with the registers saved. */
void lab_call(struct arch_context *process);
