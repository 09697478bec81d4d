/* See dump.h. The non-maskable interrupt's upcall is here. */
#include "dump.h"
#include "asked.h"
#include "process.h"
#include "schedule.h"
#include "text.h"
#include <parley/protocol.h>

#define LINE_BYTES 240
#define TEXT_BYTES 120

static const char *state_text(unsigned slot)
{
    if (slot == process_running())
        return "running";
    switch (ipc_table.process[slot].state) {
    case IPC_RUNNABLE:
        return "ready";
    case IPC_SENDING:
        return "sends to";
    case IPC_CALLING:
        return "calls";
    case IPC_RECEIVING:
        return "receives from";
    case IPC_ANSWER:
        return "awaits answer of";
    case IPC_REQUESTING:
        return "requests";
    case IPC_AWAITING:
        return "awaits reply of";
    case IPC_SELECTING:
        return "selects from";
    default:
        return "in no known state";
    }
}

static size_t add_queue(char *line, size_t used, unsigned slot)
{
    unsigned next = ipc_table.process[slot].queue_first;
    for (unsigned i = 0; next < IPC_PROCESSES && i < IPC_PROCESSES; i++) {
        used += format(line + used, LINE_BYTES - used, "%s%s",
                       i ? " " : "; queued: ", process_name(process_at(next)));
        next = ipc_table.process[next].queue_next;
    }
    return used;
}

/* Whom it waits for: one, or those that it selects from. */
static size_t add_peers(char *line, size_t used, unsigned slot)
{
    const struct ipc_process *ipc = &ipc_table.process[slot];
    if (ipc->state != IPC_SELECTING)
        return used + format(line + used, LINE_BYTES - used, " %s", endpoint_name(ipc->waits_for));
    for (unsigned i = 0; i < ipc->select_count; i++)
        used += format(line + used, LINE_BYTES - used, " %s",
                       endpoint_name(ipc_table.select[slot].pair[i].source));
    return used;
}

/* In the words of its protocol. */
static size_t add_asked(char *line, size_t used, unsigned slot)
{
    message m;
    char text[TEXT_BYTES];
    if (!asked_read(slot, &m))
        return used;
    protocol_describe_request(text, sizeof text, &m, ipc_table.process[slot].waits_for);
    return used + format(line + used, LINE_BYTES - used, ": %s", text);
}

static void dump_process(unsigned slot, void (*print)(const char *line))
{
    const struct process *p = process_at(slot);
    const struct ipc_process *ipc = &ipc_table.process[slot];
    char line[LINE_BYTES];
    size_t used = format(line, sizeof line, "  %-15s endpoint %5d priority %2u  %s",
                         p->module->name, ipc->endpoint, p->module->priority, state_text(slot));
    if (ipc->state > IPC_RUNNABLE && slot != process_running())
        used = add_peers(line, used, slot);
    if (ipc->timed)
        used += format(line + used, sizeof line - used, " (timed)");
    if (ipc->fault)
        used += format(line + used, sizeof line - used, " (%s)", p->fault.name);
    used = add_asked(line, used, slot);
    if (ipc->kernel_events)
        used += format(line + used, sizeof line - used, "; kernel events 0x%x", ipc->kernel_events);
    (void)add_queue(line, used, slot);
    print(line);
}

void dump_processes(void (*print)(const char *line))
{
    unsigned processes = 0;
    print("processes, and whom they wait for:");
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        if (!process_at(slot)->alive)
            continue;
        processes++;
        dump_process(slot, print);
    }
    if (processes == 0)
        print("  none");
}

static void print_on_console(const char *line)
{
    arch_console_write(line, strlen(line));
    arch_console_write("\n", 1);
}

/* It may have interrupted the log, so nothing is logged. */
void kernel_nmi(void)
{
    print_on_console("non-maskable interrupt");
    dump_processes(print_on_console);
}
