/* See rendezvous.h; rendezvous.asm says what the words mean. */
#include "rendezvous.h"

#include "layout.h"

/* From rendezvous.asm: entries of nobody, seen from the core's table. */
extern const struct ipc_process rendezvous_nobody, rendezvous_v86;
extern struct ipc_table ipc_table;
extern char process_table[];

_Static_assert(IPC_PROCESSES == 32 * ARCH_REACH_WORDS, "one bit a process");

static uint32_t from_table(const struct ipc_process *entry)
{
    return (uint32_t)entry - (uint32_t)ipc_table.process;
}

void rendezvous_create(struct arch_context *context)
{
    context->rendezvous = (struct arch_rendezvous){
        .beside_v86 = from_table(&rendezvous_nobody),
        .self_v86 = from_table(&rendezvous_v86),
        .partner = from_table(&rendezvous_nobody),
        .self = ((uint32_t)context - (uint32_t)process_table) / 8,
        .directory = context->space->directory,
        .out_box = {0, SELECTOR_USER_DATA},
    };
}

void arch_reach(struct arch_context *process, unsigned slot, bool may)
{
    uint32_t *word = &process->rendezvous.reach[slot / 32];
    const uint32_t bit = 1u << slot % 32;
    *word = may ? *word | bit : *word & ~bit;
}

bool arch_context_plain(const struct arch_context *process)
{
    return !process->fpu_used && process->port_ranges == 0;
}

void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out)
{
    process->rendezvous.in_box = in;
    process->rendezvous.out_box.offset = KERNEL_BASE + out + sizeof(uint32_t);
}

void arch_open(struct arch_context *process, unsigned slot)
{
    process->rendezvous.partner = (uint32_t)ipc_table.process[slot].endpoint;
}

void arch_close(struct arch_context *process)
{
    process->rendezvous.partner = from_table(&rendezvous_nobody);
}
