/*
 * A process did what the processor refuses. If its line names a handler (faults=NAME), the handler
 * gets a request and says how to go on; else the process dies, and the log says what happened,
 * where, and who waited for it. So it does when there is no handler to be had. A program that the
 * memory server made waits for a while until there is one again.
 *
 * Enter at kernel_fault. How a settled fault ends: process_finish_call.
 */
#include "clock.h"
#include "cycle.h"
#include "last_messages.h"
#include "log.h"
#include "memory.h"
#include "panic.h"
#include "process.h"
#include "text.h"
#include "trace.h"
#include <abi/fault.h>

#define FRAMES_MAX 16
#define LINE_BYTES 200

/* `looked_up`: `ip`, or for a return address the call before it, which is in the same function even
   if that function ends with the call. */
static void report_place(const struct module *m, const char *word, uint32_t ip, uint32_t looked_up)
{
    uint32_t offset;
    const char *name = elf_symbol(m->image, m->image_bytes, looked_up, &offset);
    if (name)
        log_line("  %s %08x %.64s+0x%x", word, ip, name, offset + (ip - looked_up));
    else
        log_line("  %s %08x", word, ip);
}

/* Follows the frame pointers, which a program may have put anywhere: each must be higher than the
   one before, so that the walk ends. */
static void report_backtrace(const struct module *m, uint32_t ip, uint32_t fp)
{
    report_place(m, "at", ip, ip);
    for (unsigned i = 0; i < FRAMES_MAX; i++) {
        uint32_t frame[2]; /* the caller's frame pointer, the return address */
        if (fp % 4 || copy_from_process(&m->space, frame, fp, sizeof frame) != 0 || frame[1] == 0)
            return;
        report_place(m, "by", frame[1], frame[1] - 1);
        if (frame[0] <= fp)
            return;
        fp = frame[0];
    }
}

static void report_waiters(unsigned slot)
{
    char line[LINE_BYTES];
    size_t used = 0;
    for (unsigned other = 0; other < IPC_PROCESSES; other++)
        if (process_at(other)->alive && ipc_peer(&ipc_table, other) == slot)
            used += format(line + used, sizeof line - used, " %s", process_name(process_at(other)));
    if (used)
        log_line("  waited for it:%s", line);
}

/* `why`: what became of its handler's word; NULL when it has no handler. */
static void report(const struct process *p, const char *why)
{
    const struct arch_fault *f = &p->fault;
    uint32_t ip, sp, fp;
    arch_context_position(&p->arch, &ip, &sp, &fp);
    log_line("%s died: %s%s%s (vector %u, error 0x%x, ip 0x%08x, address 0x%08x)", process_name(p),
             f->name, f->detail[0] ? ": " : "", f->detail, f->vector, f->error, f->ip, f->address);
    if (why)
        log_line("  its handler %s %s", p->module->faults, why);
    arch_context_print(&p->arch, log_text_line);
    report_backtrace(p->module, ip, fp);
    report_waiters(process_slot(p));
    last_messages_log(process_endpoint(p));
}

static void die(struct process *p, const char *why)
{
    const struct death how = {
        .endpoint = process_endpoint(p),
        .cause = DEATH_FAULT,
        .status = p->fault.vector,
        .error = p->fault.error,
        .ip = p->fault.ip,
        .address = p->fault.address,
    };
    if (!p->module->quiet)
        report(p, why);
    process_end(p, &how);
}

/* ---- Faults as messages ---------------------------------------------------------------------- */

#define PATIENCE_US 2000000u /* for a handler that is being started again */

static bool any_doomed;

/* Until its handler's module begins, or time is up. */
static void wait_for_handler(struct process *p)
{
    unsigned slot = process_slot(p);
    p->faulted = p->patient = true;
    (void)ipc_receive(&ipc_table, slot, NONE, arch_phys_of(&p->bounce), 0);
    clock_set(slot, TIMER_CALL, arch_time_us(), PATIENCE_US);
}

void fault_handler_begins(const struct module *handler)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct process *p = process_at(slot);
        if (p->alive && p->patient && module_find(p->module->faults) == handler)
            ipc_cancel(&ipc_table, slot);
    }
}

void fault_wait_ended(unsigned slot, int32_t result)
{
    struct process *p = process_at(slot);
    const bool found = p->patient && result == -EINTR;
    const bool lost = p->module->created && (result == -EDEADSRCDST || result == -EREPLYDEAD);
    p->patient = false;
    if (!found && !lost)
        fault_unsettled(slot);
}

/* Asks the handler. NULL: the process waits for it; else why it cannot. */
static const char *ask_handler(struct process *p)
{
    const struct module *handler = module_find(p->module->faults);
    unsigned slot = process_slot(p);
    phys_addr_t place = arch_phys_of(&p->bounce);
    if (handler && handler->slot == IPC_NO_SLOT && p->module->created) {
        wait_for_handler(p);
        return NULL;
    }
    if (!handler || handler->slot == IPC_NO_SLOT)
        return "does not run";
    p->bounce.m_type = (int32_t)(FAULT_MESSAGE | p->fault.vector);
    arch_context_registers(&p->arch, p->bounce.m_words);
    p->faulted = true;
    if (!ipc_fault_request(&ipc_table, slot, ipc_table.process[handler->slot].endpoint, place,
                           place))
        return NULL;
    p->faulted = false;
    cycle_refused(slot);
    return "waits for it: that would be a deadlock";
}

void fault_unsettled(unsigned slot)
{
    process_at(slot)->doomed = any_doomed = true;
}

static const char *why_unsettled(int32_t result)
{
    if (result == 0)
        return "has refused it";
    if (result == -ETIMEDOUT)
        return "does not run";
    return result == -EINTR || result == -EREPLYINTR ? "was not waited for: the wait was cancelled"
                                                     : "has died";
}

/* Each death may doom others. */
void fault_bury(void)
{
    while (any_doomed) {
        any_doomed = false;
        for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
            struct process *p = process_at(slot);
            if (p->alive && p->doomed)
                die(p, why_unsettled(ipc_table.process[slot].result));
        }
    }
}

/* The machine's text holds until the next fault only. */
static void remember(struct process *p, const struct arch_fault *fault)
{
    p->fault = *fault;
    format(p->fault_detail, sizeof p->fault_detail, "%s", fault->detail);
    p->fault.detail = p->fault_detail;
    if (trace_on)
        trace_fault(process_endpoint(p), fault);
}

bool fault_in_call(struct process *p, uint32_t address, bool write)
{
    if (!p->module->created)
        return false;
    remember(p, arch_page_fault(&p->arch, address, write));
    p->calls_again = true;
    p->calls_again = ask_handler(p) == NULL;
    return p->calls_again;
}

void kernel_fault(struct arch_context *context, const struct arch_fault *fault)
{
    struct process *p = process_of(context);
    const char *why = NULL;
    KERNEL_ASSERT(p->alive);
    remember(p, fault);
    if (p->module->faults[0]) {
        why = ask_handler(p);
        if (!why)
            return;
    }
    die(p, why);
}
