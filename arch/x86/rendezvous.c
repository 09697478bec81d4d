/* See rendezvous.h; rendezvous.asm says what the words mean. */
#include "rendezvous.h"

#include "cpu.h"
#include "descriptors.h"
#include "layout.h"
#include "pic.h"
#include <abi/errors.h>
#include <abi/layout.h>

/* From rendezvous.asm: entries of nobody, seen from the core's table. */
extern const char rendezvous_nobody[], rendezvous_v86[];
extern uint32_t rendezvous_woken;

/* From interrupt.asm. */
extern uint32_t interrupt_displaced;
extern struct {
    uint32_t entry, event;
} interrupt_lines[PIC_LINES];

extern struct ipc_table ipc_table;
extern char process_table[], kernel_directory[];

_Static_assert(IPC_PROCESSES == 32 * ARCH_REACH_WORDS, "one bit a process");

static bool off;

void rendezvous_off(void)
{
    off = true;
    descriptors_calls(CALLS_BY_KERNEL, true);
}

void arch_trace(bool on, bool everything)
{
    if (off)
        return;
    if (!on)
        descriptors_calls(CALLS_BY_MACHINE, false);
    else
        descriptors_calls(everything && cpu.counter ? CALLS_TRACED : CALLS_BY_KERNEL, true);
}

static uint32_t from_table(const char *entry)
{
    return (uint32_t)entry - (uint32_t)ipc_table.process;
}

void rendezvous_create(struct arch_context *context)
{
    context->rendezvous = (struct arch_rendezvous){
        .partner_v86 = from_table(rendezvous_nobody),
        .self_v86 = from_table(rendezvous_v86),
        .directory_v86 = arch_phys_of(kernel_directory), /* no user pages */
        .partner = from_table(rendezvous_nobody),
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
    may = may && slot != (ARCH_PARTNER_LOW & 255);
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

/* Nine words moved upward through each other would not arrive as they were. */
static bool may_be_moved(phys_addr_t from, phys_addr_t to)
{
    return to <= from || to - from >= MESSAGE_BYTES;
}

/* What the process may with its boxes. */
static uint32_t may_with_boxes(const struct arch_rendezvous *r, phys_addr_t out)
{
    if (!has_boxes(r))
        return 0;
    return (r->may & ARCH_MAY_ECHO && may_be_moved(out, r->in_box) ? ARCH_MAY_ECHO_BOXES : 0) |
           (r->may & ARCH_MAY_ASK_TIME ? ARCH_MAY_ASK_BOXES : 0);
}

void arch_permit(struct arch_context *process, const struct arch_permission *permission)
{
    struct arch_rendezvous *r = &process->rendezvous;
    const uint32_t calls = permission->calls;
    r->endpoint = (uint32_t)permission->self;
    r->bounce = permission->bounce;
    r->not_worse = permission->not_worse;
    r->may = (calls & 1u << CALL_BIT_send ? ARCH_MAY_SEND : 0) |
             (calls & 1u << CALL_BIT_receive ? ARCH_MAY_RECEIVE : 0) |
             (calls & 1u << CALL_BIT_echo ? ARCH_MAY_ECHO : 0) |
             (calls & 1u << CALL_BIT_ipc_request && permission->time ? ARCH_MAY_ASK_TIME : 0) |
             (permission->self != 0 && arch_context_plain(process) ? ARCH_MAY_ENTER : 0) |
             (permission->self != 0 && !process->fpu_used ? ARCH_MAY_LEAVE : 0);
}

void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out)
{
    struct arch_rendezvous *r = &process->rendezvous;
    r->in_box = in;
    r->out_box.offset = out == 0 ? 0 : KERNEL_BASE + out + sizeof(uint32_t);
    r->may = (r->may & ~(ARCH_MAY_ECHO_BOXES | ARCH_MAY_ASK_BOXES)) | may_with_boxes(r, out);
    for (unsigned i = 0; i < ARCH_REACH_WORDS; i++)
        r->reach_boxes[i] = has_boxes(r) ? r->reach[i] : 0;
}

void arch_open(struct arch_context *process, unsigned slot, bool with_boxes)
{
    if (process->deliver.first_bytes != 0)
        process->rendezvous.partner = ARCH_PARTNER_APART;
    else
        process->rendezvous.partner =
            with_boxes ? (uint32_t)ipc_table.process[slot].endpoint : ARCH_PARTNER_MESSAGE;
}

void arch_accept(struct arch_context *process, endpoint_t source)
{
    process->rendezvous.partner = ARCH_PARTNER_RECEIVER;
    process->rendezvous.accepts = (uint32_t)source;
}

/* The process whose entry this is, or NULL; it is nobody's afterwards. */
static struct arch_context *take(uint32_t *entry)
{
    const uint32_t found = *entry;
    if (found == from_table(rendezvous_nobody))
        return NULL;
    *entry = from_table(rendezvous_nobody);
    return (struct arch_context *)(process_table + found * 8);
}

struct arch_context *arch_woken(void)
{
    return take(&rendezvous_woken);
}

struct arch_context *arch_displaced(void)
{
    return take(&interrupt_displaced);
}

void arch_line_owner(unsigned line, const struct arch_context *driver, uint32_t event)
{
    if (off || !arch_line_usable(line))
        return;
    interrupt_lines[line].entry =
        driver == NULL ? from_table(rendezvous_nobody) : driver->rendezvous.self;
    interrupt_lines[line].event = driver == NULL ? 0 : event;
}

void arch_close(struct arch_context *process)
{
    process->rendezvous.partner = from_table(rendezvous_nobody);
}
