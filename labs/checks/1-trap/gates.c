/*
 * The system's gates, and one more, to the lab's entry: descriptors.c as it is, whose first
 * function gets another name here and is called by the one that has its own.
 *
 * The linker leads the entry's call of lab_call here first (--wrap): an emulator forgives what a
 * processor would not, so what C may expect is looked at instead of waiting for it to go wrong.
 */
#define descriptors_init system_descriptors_init
#include "descriptors.c" // NOLINT(bugprone-suspicious-include)
#undef descriptors_init

#include "lab_call.h"
#include "process.h"
#include "witness.h"

#define STACK_USED_MOST 256u /* between the stack's top and here */
#define FLAGS_DIRECTION 0x400u

void descriptors_init(void);
void __wrap_lab_call(struct arch_context *process);
void __real_lab_call(struct arch_context *process);

void descriptors_init(void)
{
    system_descriptors_init();
    idt[LAB_VECTOR] = gate((uint32_t)lab_entry, SELECTOR_KERNEL_CODE, GATE_FOR_USER);
}

/* What is wrong when C begins, or 0. */
static int wrong_at_entry(const struct arch_context *process)
{
    uint32_t ds, es, flags, here = (uint32_t)__builtin_frame_address(0);

    __asm__ volatile("mov %%ds, %0\n\t"
                     "mov %%es, %1\n\t"
                     "pushf\n\t"
                     "pop %2"
                     : "=r"(ds), "=r"(es), "=r"(flags));
    if ((ds & 0xffff) != SELECTOR_USER_DATA || (es & 0xffff) != SELECTOR_USER_DATA)
        return WITNESS_SEGMENTS;
    if ((flags & FLAGS_DIRECTION) != 0)
        return WITNESS_DIRECTION;
    if (here > (uint32_t)kernel_stack_top || here < (uint32_t)kernel_stack_top - STACK_USED_MOST)
        return WITNESS_STACK;
    return process == arch_running() ? 0 : WITNESS_CONTEXT;
}

static bool is_settled(struct arch_context *running)
{
    return ipc_table.process[process_slot(process_of(running))].state == IPC_RUNNABLE;
}

void __wrap_lab_call(struct arch_context *process)
{
    int wrong = wrong_at_entry(process);
    struct arch_context *running = arch_running();

    if (wrong == 0) {
        __real_lab_call(process);
        if (!is_settled(running))
            wrong = WITNESS_ENTERED;
    } else {
        kernel_enter(running);
    }
    if (wrong != 0)
        running->frame.eax = (uint32_t)wrong;
}
