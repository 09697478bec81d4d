/* Exceptions in words. */
#pragma once

#include <arch/arch.h>

/* Fills `fault` from a frame. `address` is CR2: it means something for page faults, and for double
   faults that began with one. The detail's text stays valid until the next call. */
void fault_explain(struct arch_fault *fault, const struct arch_frame *frame, uint32_t address);
