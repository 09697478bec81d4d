/*
 * What Frama-C does not know of the compiler, put in front of every source that it reads.
 *
 * A trap ends the run: what follows a failed IPC_ASSERT is not reached.
 */
#pragma once

#define _Alignof __alignof__
#define _Alignas(bytes) /* of the table's entries: aligned to 4, which they are anyway */

/*@ exits \false;
    assigns \nothing;
    ensures \false; */
void __builtin_trap(void);

/*@ requires bits != 0;
    assigns \result \from bits;
    ensures 0 <= \result <= 31; */
int __builtin_ctz(unsigned bits);
