/* Exceptions in words. */
#pragma once

#include <arch/arch.h>

/* Fills `fault` from a frame. `address` is CR2, which means something for page faults only. The
   detail's text stays valid until the next call. */
void fault_explain(struct arch_fault *fault, const struct arch_frame *frame, uint32_t address);
