/*
 * What Frama-C does not know of the compiler, put in front of every source that it reads.
 *
 * A trap ends the run, so what follows a failed IPC_ASSERT is not reached; but that it fails has to
 * be refuted like anything else.
 */
#pragma once

#define _Alignof __alignof__
#define _Alignas(bytes) /* of the table's entries: aligned to 4, which they are anyway */

/*@ requires never: \false;
    exits \false;
    assigns \nothing;
    ensures \false; */
void __builtin_trap(void);

/*@ requires bits != 0;
    assigns \result \from bits;
    ensures 0 <= \result <= 31; */
int __builtin_ctz(unsigned bits);
