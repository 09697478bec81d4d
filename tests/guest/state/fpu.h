/*
 * The floating-point registers in the hand: filling them with a pattern, comparing, looking whether
 * they are as a new process must find them. SSE where the processor has it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Control word, status, tags, stack and MXCSR, XMM registers as after a reset. */
bool fpu_is_fresh(void);

/* Fills all of them with values made from `seed`: x87 stack, control word, XMM, MXCSR. */
void fpu_dirty(uint32_t seed);

/* Whether they still are what fpu_dirty(seed) left. */
bool fpu_is_dirty(uint32_t seed);
