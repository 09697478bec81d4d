/* Segments, gates and task states. */
#pragma once

#include <arch/arch.h>

/* Of a task state: where the word is that says where the bitmap of ports begins, and what says that
   there is none. */
#define TASK_BITMAP_OFFSET 102
#define TASK_NO_BITMAP     0xffff

/* Loads GDT, IDT and TSS. Before anything that could fault. */
void descriptors_init(void);
/* Sets up the second gate, where the processor has it. After cpu_probe. */
void descriptors_sysenter(void);
/* What is behind the call gates, and whether all lines' gates lead to C. */
enum descriptors_calls {
    CALLS_BY_MACHINE, /* rendezvous.asm */
    CALLS_TRACED,     /* the same, leaving records */
    CALLS_BY_KERNEL   /* C alone */
};
void descriptors_calls(enum descriptors_calls calls, bool lines_by_kernel);
/* Double faults come through an ordinary gate: for emulators without task switching. */
void descriptors_no_double_fault_task(void);
/* Before a process runs: where it enters the kernel, which ports it may use. */
void descriptors_enter(const struct arch_context *next);
/* The context's port ranges are about to change, or it is gone. */
void descriptors_forget(const struct arch_context *context);

/* The registers as the processor's task switch saved them when the double-fault task began. */
void descriptors_interrupted(struct arch_frame *frame);
