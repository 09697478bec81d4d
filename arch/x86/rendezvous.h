/* What rendezvous.asm knows of processes. The kernel's side of it: arch/arch.h. */
#pragma once

#include <arch/arch.h>

/* Nothing is the machine's own from here on. Before any line has an owner. */
void rendezvous_off(void);
/* Fills the constants; the process may do nothing without the kernel yet. */
void rendezvous_create(struct arch_context *context);
