/*
 * Segments, gates and task states.
 *
 * Segments are flat: isolation is by paging. All 256 gates are present, so that a stray interrupt
 * finds a handler, but ring 3 may call only the trap (IPC_VECTOR), the breakpoint and the overflow
 * check: any other `int n` is a general protection fault for the process, 0x80 included.
 *
 * One task state serves all processes. Its I/O bitmap belongs to one context at a time: the last
 * one with ports that ran. A process without ports gets a bitmap offset beyond the segment's
 * limit, which forbids all of them; that way most switches cost one 16-bit store.
 */
#include "descriptors.h"

#include "cpu.h"
#include "layout.h"
#include "pic.h"
#include <abi/calls.h>
#include <stddef.h>

struct __attribute__((packed)) task_state {
    uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3;
    uint32_t eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
    uint32_t es, cs, ss, ds, fs, gs, ldt;
    uint16_t trap, bitmap_offset;
};
_Static_assert(sizeof(struct task_state) == 104, "as the processor wants it");

#define BITMAP_BYTES 8192

/* Not static: the assembly of a rendezvous sets esp0. */
extern struct descriptors_task {
    uint32_t slack[8]; /* sysenter's stack pointer is at esp0: what an NMI or a debug trap pushes */
    struct task_state state;
    uint8_t bitmap[BITMAP_BYTES + 1]; /* the processor reads two bytes: the last one is all ones */
} __attribute__((packed)) descriptors_task;
struct descriptors_task descriptors_task;

static struct task_state double_fault_task;
static const struct arch_context *bitmap_owner;

#define TASK_BYTES  (sizeof(descriptors_task) - offsetof(struct descriptors_task, state))
#define BITMAP_HERE ((uint16_t)sizeof(struct task_state))
#define BITMAP_NONE ((uint16_t)TASK_NO_BITMAP)

_Static_assert(TASK_BYTES <= TASK_NO_BITMAP, "no bitmap is one beyond the limit");
_Static_assert(offsetof(struct task_state, bitmap_offset) == TASK_BITMAP_OFFSET,
               "as interrupt.asm has it");

/* Base 0, limit 4 GB, 32 bits, accessed already, so that the processor never writes to the entry.
 */
#define FLAT(access) (0x00cf00000000ffffull | (uint64_t)(access) << 40)

static uint64_t gdt[GDT_ENTRIES] = {
    [SELECTOR_KERNEL_CODE / 8] = FLAT(0x9b),
    [SELECTOR_KERNEL_DATA / 8] = FLAT(0x93),
    [SELECTOR_USER_CODE / 8] = FLAT(0xfb),
    [SELECTOR_USER_DATA / 8] = FLAT(0xf3),
};

static uint64_t idt[VECTORS];

/* From trap.asm. */
extern const uint32_t trap_entry[VECTORS], trap_line_general[PIC_LINES];
void trap_call(void), trap_sysenter(void);
/* From rendezvous.asm and rendezvous_traced.asm. */
void rendezvous_call(void), rendezvous_sysenter(void), traced_call(void), traced_sysenter(void);
void trap_double_fault_task(void);
extern char kernel_directory[];

#define GATE_INTERRUPT 0x8eu
#define GATE_FOR_USER  0xeeu
#define GATE_TASK      0x85u

static uint64_t gate(uint32_t offset, uint32_t selector, uint32_t type)
{
    return (uint64_t)((offset & 0xffff0000u) | type << 8) << 32 | selector << 16 |
           (offset & 0xffff);
}

static uint64_t task_descriptor(const void *state, uint32_t bytes)
{
    const uint64_t base = (uint32_t)state, limit = bytes - 1;
    return (limit & 0xffff) | (base & 0xffffff) << 16 | 0x89ull << 40 | (base >> 24) << 56;
}

static void load_tables(void)
{
    const struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } gdtr = {sizeof(gdt) - 1, (uint32_t)gdt}, idtr = {sizeof(idt) - 1, (uint32_t)idt};
    __asm__ volatile("lgdt %0\n\t"
                     "lidt %1\n\t"
                     "ljmp %2, $1f\n"
                     "1:\n\t"
                     "movw %w3, %%ss\n\t"
                     "movw %w4, %%ds\n\t"
                     "movw %w4, %%es\n\t"
                     "movw %w5, %%fs\n\t"
                     "movw %w5, %%gs\n\t"
                     "lldt %w5\n\t"
                     "ltr %w6"
                     :
                     : "m"(gdtr), "m"(idtr), "i"(SELECTOR_KERNEL_CODE), "r"(SELECTOR_KERNEL_DATA),
                       "r"(SELECTOR_USER_DATA), "r"(0), "r"(SELECTOR_TSS)
                     : "memory");
}

void descriptors_init(void)
{
    const uint32_t directory = arch_phys_of(kernel_directory);

    for (unsigned i = 0; i < sizeof(descriptors_task.bitmap); i++)
        descriptors_task.bitmap[i] = 0xff;
    descriptors_task.state.ss0 = SELECTOR_KERNEL_DATA;
    descriptors_task.state.esp0 = (uint32_t)kernel_stack_top;
    descriptors_task.state.bitmap_offset = BITMAP_NONE;
    descriptors_task.state.cr3 = directory;
    gdt[SELECTOR_TSS / 8] = task_descriptor(&descriptors_task.state, TASK_BYTES);

    double_fault_task.cr3 = directory;
    double_fault_task.eip = (uint32_t)trap_double_fault_task;
    double_fault_task.eflags = FLAGS_CLEAN;
    double_fault_task.esp = (uint32_t)panic_stack_top;
    double_fault_task.cs = SELECTOR_KERNEL_CODE;
    double_fault_task.ss = SELECTOR_KERNEL_DATA;
    double_fault_task.ds = double_fault_task.es = SELECTOR_USER_DATA;
    double_fault_task.bitmap_offset = sizeof(double_fault_task);
    gdt[SELECTOR_DOUBLE_FAULT / 8] = task_descriptor(&double_fault_task, sizeof(double_fault_task));

    for (unsigned v = 0; v < VECTORS; v++) {
        const bool open = v == IPC_VECTOR || v == VECTOR_BREAKPOINT || v == VECTOR_OVERFLOW;
        idt[v] = gate(trap_entry[v], SELECTOR_KERNEL_CODE, open ? GATE_FOR_USER : GATE_INTERRUPT);
    }
    idt[VECTOR_DOUBLE_FAULT] = gate(0, SELECTOR_DOUBLE_FAULT, GATE_TASK);
    load_tables();
}

void descriptors_sysenter(void)
{
    if (!cpu.sysenter)
        return;
    cpu_msr_set(MSR_SYSENTER_CS, SELECTOR_KERNEL_CODE);
    cpu_msr_set(MSR_SYSENTER_ESP, (uint32_t)&descriptors_task.state.esp0);
    cpu_msr_set(MSR_SYSENTER_EIP, (uint32_t)rendezvous_sysenter);
}

void descriptors_calls(enum descriptors_calls calls, bool lines_by_kernel)
{
    static const struct {
        void (*gate)(void), (*sysenter)(void);
    } entries[] = {[CALLS_BY_MACHINE] = {rendezvous_call, rendezvous_sysenter},
                   [CALLS_TRACED] = {traced_call, traced_sysenter},
                   [CALLS_BY_KERNEL] = {trap_call, trap_sysenter}};
    const uint32_t *lines = lines_by_kernel ? trap_line_general : &trap_entry[VECTOR_LINES];
    idt[IPC_VECTOR] = gate((uint32_t)entries[calls].gate, SELECTOR_KERNEL_CODE, GATE_FOR_USER);
    if (cpu.sysenter)
        cpu_msr_set(MSR_SYSENTER_EIP, (uint32_t)entries[calls].sysenter);
    for (unsigned line = 0; line < PIC_LINES; line++)
        idt[VECTOR_LINES + line] = gate(lines[line], SELECTOR_KERNEL_CODE, GATE_INTERRUPT);
}

void descriptors_no_double_fault_task(void)
{
    idt[VECTOR_DOUBLE_FAULT] =
        gate(trap_entry[VECTOR_DOUBLE_FAULT], SELECTOR_KERNEL_CODE, GATE_INTERRUPT);
}

/* Sets (forbids) or clears the bits of ports first..last. */
static void bitmap_fill(uint32_t first, uint32_t last, bool forbid)
{
    for (uint32_t port = first; port <= last;) {
        if (port % 8 == 0 && last - port >= 7) {
            descriptors_task.bitmap[port / 8] = forbid ? 0xff : 0;
            port += 8;
            continue;
        }
        const uint8_t bit = (uint8_t)(1u << port % 8);
        if (forbid)
            descriptors_task.bitmap[port / 8] |= bit;
        else
            descriptors_task.bitmap[port / 8] &= (uint8_t)~bit;
        port++;
    }
}

static void bitmap_apply(const struct arch_context *context, bool forbid)
{
    for (unsigned i = 0; i < context->port_ranges; i++)
        bitmap_fill(context->port[i].first, context->port[i].last, forbid);
}

void descriptors_forget(const struct arch_context *context)
{
    if (bitmap_owner != context)
        return;
    bitmap_apply(context, true);
    bitmap_owner = NULL;
    descriptors_task.state.bitmap_offset = BITMAP_NONE;
}

void descriptors_enter(const struct arch_context *next)
{
    descriptors_task.state.esp0 = (uint32_t)(&next->frame + 1);
    if (next->port_ranges == 0) {
        descriptors_task.state.bitmap_offset = BITMAP_NONE;
        return;
    }
    if (bitmap_owner != next) {
        if (bitmap_owner != NULL)
            bitmap_apply(bitmap_owner, true);
        bitmap_apply(next, false);
        bitmap_owner = next;
    }
    descriptors_task.state.bitmap_offset = BITMAP_HERE;
}

struct arch_context *arch_running(void)
{
    return (struct arch_context *)(descriptors_task.state.esp0 - sizeof(struct arch_frame));
}

void arch_enter(struct arch_context *context)
{
    descriptors_enter(context);
}

void descriptors_interrupted(struct arch_frame *f)
{
    const struct task_state *s = &descriptors_task.state;
    *f = (struct arch_frame){.gs = s->gs,
                             .fs = s->fs,
                             .es = s->es,
                             .ds = s->ds,
                             .edi = s->edi,
                             .esi = s->esi,
                             .ebp = s->ebp,
                             .ebx = s->ebx,
                             .edx = s->edx,
                             .ecx = s->ecx,
                             .eax = s->eax,
                             .vector = VECTOR_DOUBLE_FAULT,
                             .eip = s->eip,
                             .cs = s->cs,
                             .eflags = s->eflags,
                             .esp = s->esp,
                             .ss = s->ss};
}
