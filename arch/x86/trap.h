/* From the entry stubs (trap.asm) to the kernel's upcalls, and the register dumps. */
#pragma once

#include <arch/arch.h>

/* What is known of the machine at a fault in ring 0. */
struct arch_registers {
    struct arch_frame frame; /* esp and ss: as they were before the fault */
    uint32_t cr0, cr2, cr3, cr4;
};

/* Called by trap.asm only. */
void trap_from_call(struct arch_context *process);
void trap_from_process(struct arch_context *process, uint32_t vector, uint32_t error);
void trap_from_idle(uint32_t vector);
struct arch_context *trap_leave(void);
_Noreturn void trap_in_kernel(const uint32_t *saved, const uint32_t *pushed);
_Noreturn void trap_double_fault(void);
