/*
 * From the entries to the kernel's upcalls, and back to a process. Enter at trap_from_call (the
 * call gate), at trap_from_process (all other vectors) and at trap_leave.
 */
#include "trap.h"

#include "console.h"
#include "cpu.h"
#include "descriptors.h"
#include "fault.h"
#include "fpu.h"
#include "layout.h"
#include "paging.h"
#include "pic.h"
#include "text.h"
#include "watch.h"
#include <stddef.h>

/* ---- Into the kernel ---------------------------------------------------------------------------
 */

static void interrupt(unsigned line)
{
    if (!pic_in_service(line))
        return;
    if (line == PIC_LINE_TIMER) {
        pic_acknowledge(line);
        kernel_tick();
        return;
    }
    arch_line_mask(line);
    pic_acknowledge(line);
    kernel_interrupt(line);
}

static bool is_line(uint32_t vector)
{
    return vector >= VECTOR_LINES && vector < VECTOR_LINES + PIC_LINES;
}

void trap_from_call(struct arch_context *process)
{
    kernel_enter(process);
    kernel_call(process);
}

void trap_from_process(struct arch_context *process, uint32_t vector, uint32_t error)
{
    struct arch_frame *f = &process->frame;
    f->vector = vector;
    f->error = error;
    kernel_enter(process);
    if (f->vector == VECTOR_NO_FPU && fpu_begin(process)) {
        kernel_not_plain(process);
        return;
    }
    if (f->vector == VECTOR_DEBUG && !watch_concerns(process->space))
        return;
    if (f->vector < EXCEPTIONS) {
        struct arch_fault fault;
        fault_explain(&fault, f, cpu_cr2());
        kernel_fault(process, &fault);
        return;
    }
    /* Vectors that are nobody's come from hardware that we never programmed: nothing to do. */
    if (is_line(f->vector))
        interrupt(f->vector - VECTOR_LINES);
}

void trap_from_idle(uint32_t vector)
{
    if (is_line(vector))
        interrupt(vector - VECTOR_LINES);
}

/* ---- Out of it ------------------------------------------------------------------------------- */

struct arch_context *trap_leave(void)
{
    struct arch_context *next = kernel_next();
    if (next == NULL)
        return NULL;
    paging_enter(next->space);
    descriptors_enter(next);
    fpu_enter(next);
    next->frame.eflags = (next->frame.eflags & FLAGS_USER) | FLAGS_CLEAN | FLAGS_INTERRUPT;
    return next;
}

/* ---- Our own faults -------------------------------------------------------------------------- */

static _Noreturn void panic(struct arch_registers *r)
{
    static bool panicking;
    struct arch_fault fault;

    r->cr0 = cpu_cr0();
    r->cr2 = cpu_cr2();
    r->cr3 = cpu_cr3();
    r->cr4 = cpu_cr4();
    fault_explain(&fault, &r->frame, r->cr2);
    if (!panicking) {
        panicking = true;
        kernel_panic_fault(&fault, r);
    }
    struct text t;
    text_begin(&t, "panic: ");
    text_put(&t, fault.name);
    text_put(&t, " at 0x");
    text_hex(&t, fault.ip, 8);
    text_put(&t, " while reporting another fault; halted");
    console_line(t.line);
    arch_halt();
}

/* `saved`: what the stub put on the panic stack: es, ds, and from gs to eax. `pushed`: vector,
   error code, eip, cs, eflags, where the fault found the stack; before it esp was just above them.
 */
void trap_in_kernel(const uint32_t *saved, const uint32_t *pushed)
{
    static struct arch_registers r;
    uint32_t *registers = &r.frame.gs, *interrupted = &r.frame.eip;
    r.frame.es = saved[0];
    r.frame.ds = saved[1];
    for (size_t i = 0; &registers[i] < interrupted; i++)
        registers[i] = saved[i + 2];
    r.frame.vector = pushed[0];
    r.frame.error = pushed[1];
    for (size_t i = 0; &interrupted[i] < &r.frame.esp; i++)
        interrupted[i] = pushed[i + 2];
    r.frame.esp = (uint32_t)&pushed[2 + (&r.frame.esp - interrupted)];
    r.frame.ss = SELECTOR_KERNEL_DATA;
    panic(&r);
}

void trap_double_fault(void)
{
    static struct arch_registers r;
    descriptors_interrupted(&r.frame);
    panic(&r);
}
