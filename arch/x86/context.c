/* A process's registers, as the kernel sees them: creation, arguments, results, reports. */
#include "descriptors.h"
#include "fpu.h"
#include "layout.h"
#include "paging.h"
#include "rendezvous.h"
#include "text.h"
#include "trap.h"
#include <abi/errors.h>

_Static_assert(sizeof(((struct arch_context *)0)->port) ==
                   ARCH_PORT_RANGES_MAX * sizeof(struct arch_port_range),
               "context.h repeats the contract's number");
_Static_assert(offsetof(struct arch_context, frame) == 0, "TSS.esp0 and trap.asm rely on it");

void arch_context_create(struct arch_context *context, struct arch_space *space, uint32_t entry,
                         uint32_t stack)
{
    descriptors_forget(context);
    fpu_create(context);
    context->space = space;
    context->deliver = (struct arch_place){0};
    context->ticks = 0;
    context->port_ranges = 0;
    rendezvous_create(context);
    context->frame = (struct arch_frame){.es = SELECTOR_USER_DATA,
                                         .ds = SELECTOR_USER_DATA,
                                         .eip = entry,
                                         .cs = SELECTOR_USER_CODE,
                                         .eflags = FLAGS_CLEAN | FLAGS_INTERRUPT,
                                         .esp = stack,
                                         .ss = SELECTOR_USER_DATA};
}

void arch_context_destroy(struct arch_context *context)
{
    descriptors_forget(context);
    fpu_forget(context);
    paging_leave(context->space);
}

int arch_context_allow_ports(struct arch_context *context, uint16_t first, uint16_t last)
{
    if (context->port_ranges == ARCH_PORT_RANGES_MAX)
        return -ENOSPC;
    descriptors_forget(context);
    context->port[context->port_ranges++] = (struct arch_port_range){first, last};
    return 0;
}

void arch_call_read(const struct arch_context *context, struct arch_call *call)
{
    const struct arch_frame *f = &context->frame;
    *call = (struct arch_call){.call = f->ecx,
                               .target = f->eax,
                               .message = f->ebx,
                               .events = f->edx,
                               .timeout = f->esi,
                               .source = f->edi};
}

void arch_call_result(struct arch_context *context, int32_t result, uint32_t second)
{
    context->frame.eax = (uint32_t)result;
    context->frame.esi = second;
}

void arch_context_position(const struct arch_context *context, uint32_t *ip, uint32_t *sp,
                           uint32_t *fp)
{
    *ip = context->frame.eip;
    *sp = context->frame.esp;
    *fp = context->frame.ebp;
}

void arch_context_registers(const struct arch_context *context,
                            uint32_t registers[MESSAGE_PAYLOAD_WORDS])
{
    const struct arch_frame *f = &context->frame;
    registers[0] = f->eax;
    registers[1] = f->ebx;
    registers[2] = f->ecx;
    registers[3] = f->edx;
    registers[4] = f->esi;
    registers[5] = f->edi;
    registers[6] = f->ebp;
}

uint32_t arch_context_ticks(const struct arch_context *context)
{
    return context->ticks;
}

void arch_context_set_registers(struct arch_context *context,
                                const uint32_t registers[MESSAGE_PAYLOAD_WORDS])
{
    struct arch_frame *f = &context->frame;
    f->eax = registers[0];
    f->ebx = registers[1];
    f->ecx = registers[2];
    f->edx = registers[3];
    f->esi = registers[4];
    f->edi = registers[5];
    f->ebp = registers[6];
}

/* Two selectors in one word. */
static uint32_t join(uint32_t low, uint32_t high)
{
    return (low & 0xffff) | high << 16;
}

void arch_context_get_position(const struct arch_context *context, struct arch_position *position)
{
    const struct arch_frame *f = &context->frame;
    *position = (struct arch_position){.ip = f->eip,
                                       .sp = f->esp,
                                       .flags = f->eflags,
                                       .data_segments = join(f->ds, f->es),
                                       .thread_segments = join(f->fs, f->gs)};
}

/* Whether ring 3 can load this into DS, ES, FS or GS, at whatever level it asks for: leaving the
   kernel loads it without a check. */
static bool may_load(uint32_t selector)
{
    const uint32_t entry = selector & ~3u;
    return entry == 0 || entry == (SELECTOR_USER_DATA & ~3u) || entry == (SELECTOR_USER_CODE & ~3u);
}

bool arch_context_set_position(struct arch_context *context, const struct arch_position *position)
{
    struct arch_frame *f = &context->frame;
    uint32_t data = position->data_segments, thread = position->thread_segments;
    if (!may_load(data & 0xffff) || !may_load(data >> 16) || !may_load(thread & 0xffff) ||
        !may_load(thread >> 16))
        return false;
    f->eip = position->ip;
    f->esp = position->sp;
    f->eflags = (position->flags & FLAGS_USER) | FLAGS_CLEAN | FLAGS_INTERRUPT;
    f->ds = data & 0xffff;
    f->es = data >> 16;
    f->fs = thread & 0xffff;
    f->gs = thread >> 16;
    return true;
}

/* ---- Reports --------------------------------------------------------------------------------- */

struct named {
    const char *name;
    uint32_t value;
};

static void print_row(void (*print)(const char *line), const struct named *row, unsigned count,
                      unsigned digits)
{
    struct text t;
    text_begin(&t, "");
    for (unsigned i = 0; i < count; i++) {
        text_put(&t, i == 0 ? "" : "  ");
        text_put(&t, row[i].name);
        text_put(&t, " ");
        text_hex(&t, row[i].value, digits);
    }
    print(t.line);
}

static void print_frame(const struct arch_frame *f, void (*print)(const char *line))
{
    const struct named position[] = {
        {"eip", f->eip}, {"esp", f->esp}, {"ebp", f->ebp}, {"eflags", f->eflags}};
    const struct named general[] = {{"eax", f->eax}, {"ebx", f->ebx}, {"ecx", f->ecx},
                                    {"edx", f->edx}, {"esi", f->esi}, {"edi", f->edi}};
    const struct named segment[] = {{"cs", f->cs}, {"ss", f->ss}, {"ds", f->ds},
                                    {"es", f->es}, {"fs", f->fs}, {"gs", f->gs}};
    print_row(print, position, 4, 8);
    print_row(print, general, 6, 8);
    print_row(print, segment, 6, 4);
}

void arch_context_print(const struct arch_context *context, void (*print)(const char *line))
{
    print_frame(&context->frame, print);
}

void arch_registers_print(const struct arch_registers *registers, void (*print)(const char *line))
{
    const struct named control[] = {{"cr0", registers->cr0},
                                    {"cr2", registers->cr2},
                                    {"cr3", registers->cr3},
                                    {"cr4", registers->cr4}};
    print_frame(&registers->frame, print);
    print_row(print, control, 4, 8);
}

/* ---- Backtrace ------------------------------------------------------------------------------- */

/* The end of the stack that holds this address, or 0. */
static uint32_t stack_end(uint32_t address)
{
    const struct {
        const char *bottom, *top;
    } stacks[] = {{kernel_stack_bottom, kernel_stack_top},
                  {panic_stack_bottom, panic_stack_top},
                  {nmi_stack_bottom, nmi_stack_top}};
    for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++)
        if (address >= (uint32_t)stacks[i].bottom && address < (uint32_t)stacks[i].top)
            return (uint32_t)stacks[i].top;
    return 0;
}

unsigned arch_kernel_backtrace(const struct arch_registers *registers, uint32_t *addresses,
                               unsigned most)
{
    uint32_t at = registers != NULL ? registers->frame.ebp : (uint32_t)__builtin_frame_address(0);
    const uint32_t end = stack_end(at);
    unsigned count = 0;
    /* A frame holds the caller's frame pointer and the return address. Callers lie higher. */
    while (count < most && at % 4 == 0 && at < end && end - at >= 8) {
        const uint32_t *frame = (const uint32_t *)at;
        if (frame[1] < (uint32_t)kernel_text_start || frame[1] >= (uint32_t)kernel_text_end)
            break;
        addresses[count++] = frame[1];
        if (frame[0] <= at)
            break;
        at = frame[0];
    }
    return count;
}
