/*
 * Where the kernel begins, and where it decides who runs next.
 *
 * The machine calls kernel_main once and then an upcall for everything that happens: kernel_call
 * (call.c), kernel_tick (clock.c), kernel_interrupt (irq.c), kernel_fault (fault.c), kernel_nmi
 * (dump.c). After each of them it asks kernel_next.
 */
#include "frame.h"
#include "irq.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "options.h"
#include "panic.h"
#include "process.h"
#include "schedule.h"
#include "trace.h"

#include <abi/version.h>

static void log_memory(const struct boot_info *boot)
{
    struct memory_info info;
    memory_describe(&info);
    log_line("memory %uK: kernel %uK, modules %uK, processes %uK, free %uK%s%.48s",
             info.total_bytes >> 10, info.kernel_bytes >> 10, info.modules_bytes >> 10,
             info.process_bytes >> 10, info.free_bytes >> 10,
             boot->loader_name[0] ? "; loaded by " : "", boot->loader_name);
}

/* Not inlined, so that it is there for everybody's first breakpoint. */
__attribute__((noinline)) void kernel_main(struct boot_info *boot)
{
    log_line("Parley " PARLEY_VERSION ", interfaces version " ABI_VERSION_TEXT);
    options_read(boot->command_line);
    arch_describe(log_text_line);
    modules_leave_out(boot);
    memory_init(boot);
    frame_init();
    trace_init(option_trace_kilobytes());
    process_init();
    if (option_trace())
        (void)trace_set(&(struct trace_filter){.what = TRACE_ALL}); /* there may be no ring */
    modules_load(boot);
    frame_open();
    log_memory(boot);
    if (modules_start() == 0) {
        log_line("no module can run: there is nothing to do. The machine is stopped.");
        panic_stop();
    }
}

static struct process *choose(void)
{
    fault_bury();
    irq_log_post();
    unsigned slot = schedule_next();
    if (trace_on)
        trace_next(slot == SCHEDULE_NONE ? NONE : ipc_table.process[slot].endpoint);
    if (slot == SCHEDULE_NONE)
        return NULL;
    struct process *p = process_at(slot);
    KERNEL_ASSERT(p->alive);
    if (p->call_ended)
        process_finish_call(p);
    return p;
}

/* One whose fault was refused does not get to run, and one whose call wanted a page that is there
   now makes the call first. Either ends, waits, or can run then. */
struct arch_context *kernel_next(void)
{
    for (;;) {
        struct process *p = choose();
        if (p == NULL)
            return NULL;
        if (p->calls_again)
            process_call_again(p);
        else if (!p->doomed)
            return &p->arch;
    }
}
