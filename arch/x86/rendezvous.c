/* See rendezvous.h; rendezvous.asm says what the words mean. */
#include "rendezvous.h"

#include "cpu.h"
#include "layout.h"
#include <abi/errors.h>
#include <abi/layout.h>

/* From rendezvous.asm: entries of nobody, seen from the core's table. */
extern const struct ipc_process rendezvous_nobody, rendezvous_v86;

#define WITH_MESSAGE 0x80000000u /* no endpoint has this bit */

extern struct ipc_table ipc_table;
extern char process_table[], kernel_directory[];

_Static_assert(IPC_PROCESSES == 32 * ARCH_REACH_WORDS, "one bit a process");

static uint32_t from_table(const struct ipc_process *entry)
{
    return (uint32_t)entry - (uint32_t)ipc_table.process;
}

void rendezvous_create(struct arch_context *context)
{
    context->rendezvous = (struct arch_rendezvous){
        .partner_v86 = from_table(&rendezvous_nobody),
        .self_v86 = from_table(&rendezvous_v86),
        .directory_v86 = arch_phys_of(kernel_directory), /* no user pages */
        .partner = from_table(&rendezvous_nobody),
        .self = ((uint32_t)context - (uint32_t)process_table) / 8,
        .directory = context->space->directory,
        .out_box = {0, SELECTOR_USER_DATA},
    };
}

static bool has_boxes(const struct arch_rendezvous *r)
{
    return r->in_box != 0 && r->out_box.offset != 0;
}

void arch_reach(struct arch_context *process, unsigned slot, bool may)
{
    struct arch_rendezvous *r = &process->rendezvous;
    const uint32_t bit = 1u << slot % 32;
    uint32_t *reach = &r->reach[slot / 32], *reach_boxes = &r->reach_boxes[slot / 32];
    *reach = may ? *reach | bit : *reach & ~bit;
    *reach_boxes = has_boxes(r) ? *reach : 0;
}

int arch_gate(struct arch_context *context, uint32_t return_address)
{
    if (!cpu.sysenter)
        return -ENODEV;
    if (return_address < USER_START || return_address >= USER_END)
        return -EINVAL;
    context->rendezvous.return_address = return_address;
    return 0;
}

bool arch_context_plain(const struct arch_context *process)
{
    return !process->fpu_used && process->port_ranges == 0;
}

void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out)
{
    struct arch_rendezvous *r = &process->rendezvous;
    r->in_box = in;
    r->out_box.offset = out == 0 ? 0 : KERNEL_BASE + out + sizeof(uint32_t);
    for (unsigned i = 0; i < ARCH_REACH_WORDS; i++)
        r->reach_boxes[i] = has_boxes(r) ? r->reach[i] : 0;
}

void arch_open(struct arch_context *process, unsigned slot, bool with_boxes)
{
    process->rendezvous.partner =
        (uint32_t)ipc_table.process[slot].endpoint | (with_boxes ? 0 : WITH_MESSAGE);
}

void arch_close(struct arch_context *process)
{
    process->rendezvous.partner = from_table(&rendezvous_nobody);
}
