/*
 * A process did what the processor refuses: it dies, and the log says what happened, where, and who
 * waited for it.
 */
#include "log.h"
#include "memory.h"
#include "panic.h"
#include "process.h"
#include "text.h"

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

static void report(const struct process *p, const struct arch_fault *f)
{
    uint32_t ip, sp, fp;
    arch_context_position(&p->arch, &ip, &sp, &fp);
    log_line("%s died: %s%s%s (vector %u, error 0x%x, ip 0x%08x, address 0x%08x)", process_name(p),
             f->name, f->detail[0] ? ": " : "", f->detail, f->vector, f->error, f->ip, f->address);
    arch_context_print(&p->arch, log_text_line);
    report_backtrace(p->module, ip, fp);
    report_waiters(process_slot(p));
}

void kernel_fault(struct arch_context *context, const struct arch_fault *fault)
{
    struct process *p = process_of(context);
    KERNEL_ASSERT(p->alive);
    const struct death how = {
        .endpoint = process_endpoint(p),
        .cause = DEATH_FAULT,
        .status = fault->vector,
        .error = fault->error,
        .ip = fault->ip,
        .address = fault->address,
    };
    if (!p->module->quiet)
        report(p, fault);
    process_end(p, &how);
}
