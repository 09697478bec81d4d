/* Floating-point state: eager for processes that use it, nothing for those that do not. */
#pragma once

#include <arch/arch.h>

void fpu_init(void);
/* A process without FPU state used an FPU instruction: gives it a fresh state. False when the
   machine has no unit. */
bool fpu_begin(struct arch_context *process);
/* Before a process runs. */
void fpu_enter(struct arch_context *next);
/* The context's state is not wanted any more. */
void fpu_forget(const struct arch_context *context);
/* A new context's image. */
void fpu_create(struct arch_context *context);
