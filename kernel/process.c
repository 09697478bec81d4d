/* See process.h. What the core tells the kernel (ipc_on_block, ipc_on_ready) ends up here. */
#include "process.h"
#include "cycle.h"
#include "handover.h"
#include "irq.h"
#include "log.h"
#include "schedule.h"
#include "text.h"
#include "timer.h"
#include "trace.h"

_Alignas(ARCH_TABLE_ALIGN) struct ipc_table ipc_table;
struct process process_table[IPC_PROCESSES];
static unsigned living;

_Static_assert(offsetof(struct process, arch) == 0, "a context is its process");
_Static_assert(sizeof(struct process) == PROCESS_ALIGN, "the machine multiplies by eight");

void process_init(void)
{
    ipc_init(&ipc_table);
}

struct process *process_at(unsigned slot)
{
    return &process_table[slot];
}

unsigned process_slot(const struct process *process)
{
    return (unsigned)(process - process_table);
}

struct process *process_of(struct arch_context *context)
{
    return (struct process *)context;
}

unsigned process_running(void)
{
    if (schedule_running() == SCHEDULE_NONE)
        return SCHEDULE_NONE;
    return process_slot(process_of(arch_running()));
}

endpoint_t process_endpoint(const struct process *process)
{
    return ipc_table.process[process_slot(process)].endpoint;
}

const char *process_name(const struct process *process)
{
    return process->alive ? process->module->name : "nobody";
}

const char *endpoint_name(endpoint_t endpoint)
{
    switch (endpoint) {
    case HARDWARE:
        return "HARDWARE";
    case SYSTEM:
        return "SYSTEM";
    case ANY:
        return "ANY";
    case NONE:
        return "NONE";
    default: {
        int slot = ipc_slot_of(&ipc_table, endpoint);
        return slot < 0 ? "nobody" : process_name(&process_table[slot]);
    }
    }
}

void process_create(unsigned slot, struct module *module, uint32_t entry, uint32_t stack)
{
    struct process *p = &process_table[slot];
    p->alive = true;
    p->call_ended = false;
    p->module = module;
    p->in_box = p->out_box = 0;
    p->faulted = p->patient = p->doomed = p->calls_again = p->begun = false;
    arch_context_create(&p->arch, &module->space, entry, stack);
    for (unsigned i = 0; i < module->port_count; i++) {
        /* The line was refused if it asked for more ranges than a context holds. */
        (void)arch_context_allow_ports(&p->arch, module->ports[i].first, module->ports[i].last);
    }
    living++;
    module->slot = (uint16_t)slot;
    if (trace_on)
        trace_birth(process_endpoint(p), module->name);
    schedule_add(slot, module->priority, module->quantum);
    handover_changed(slot);
}

void process_run(unsigned slot)
{
    process_at(slot)->begun = true;
    schedule_ready(slot);
    fault_handler_begins(process_at(slot)->module);
}

void process_end(struct process *p, const struct death *how)
{
    unsigned slot = process_slot(p);
    if (trace_on)
        trace_death(how);
    p->alive = false;
    timer_cancel(slot, TIMER_CALL);
    timer_cancel(slot, TIMER_ALARM);
    schedule_remove(slot);
    ipc_destroy(&ipc_table, slot);
    irq_release_all(slot);
    cycle_forget(slot);
    death_happened(slot, how);
    handover_changed(slot);
    arch_close(&p->arch);
    arch_context_destroy(&p->arch);
    p->module->slot = IPC_NO_SLOT;
    p->module->owed = p->module->lent ? how->endpoint : 0;
    p->module->owed_death = *how;
    p->module = NULL;
    if (--living == 0)
        log_line("the last process has ended: nothing is left to run");
}

enum process_state process_state_of(enum ipc_state state)
{
    static const uint8_t states[] = {
        [IPC_FREE] = PROCESS_FREE,
        [IPC_RUNNABLE] = PROCESS_READY,
        [IPC_SENDING] = PROCESS_SENDING,
        [IPC_CALLING] = PROCESS_CALLING,
        [IPC_ANSWER] = PROCESS_ANSWER,
        [IPC_RECEIVING] = PROCESS_RECEIVING,
        [IPC_REQUESTING] = PROCESS_REQUESTING,
        [IPC_AWAITING] = PROCESS_AWAITING,
        [IPC_SELECTING] = PROCESS_SELECTING,
    };
    return (enum process_state)states[state];
}

void process_post(unsigned slot, uint32_t bits)
{
    if (trace_on)
        trace_event(HARDWARE, ipc_table.process[slot].endpoint, bits);
    ipc_post(&ipc_table, slot, bits);
}

/* ---- What the core tells --------------------------------------------------------------------- */

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *process = &t->process[slot];
    if (trace_on)
        trace_block(process->endpoint, process->waits_for, (enum ipc_state)process->state);
    schedule_block(slot);
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    struct process *p = &process_table[slot];
    const struct ipc_process *process = &t->process[slot];
    if (trace_on && slot != schedule_running()) /* else the machine woke it, and recorded that */
        trace_wake(process->endpoint, process->result, process->second);
    timer_cancel(slot, TIMER_CALL);
    if (p->faulted && process->result < 0)
        fault_wait_ended(slot, process->result);
    p->call_ended = true;
    arch_close(&p->arch);
    schedule_ready(slot);
    handover_woken(slot);
}

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    if (trace_on)
        trace_deliver(t->process[receiver].endpoint, arch_window(in, MESSAGE_BYTES));
}

static void store(const struct arch_place *place, const message *m)
{
    uint32_t rest = MESSAGE_BYTES - place->first_bytes;
    phys_addr_t from = arch_phys_of(m);
    arch_copy(from, place->first, place->first_bytes);
    if (rest)
        arch_copy(from + place->first_bytes, place->second, rest);
}

/* It goes on with what its handler replied, or tries again as it was. */
static void finish_fault(struct process *p, uint32_t second)
{
    const bool replied = IPC_CAME(second) == IPC_CAME_REPLY;
    const bool refused = replied && p->bounce.m_type == -EFAULT;
    p->faulted = false;
    if (p->calls_again && refused) {
        p->calls_again = false;
        arch_call_result(&p->arch, -EFAULT, (uint32_t)process_endpoint(p));
    } else if (refused) {
        fault_unsettled(process_slot(p));
    } else if (replied && !p->calls_again) {
        arch_context_set_registers(&p->arch, p->bounce.m_words);
    }
}

void process_finish_call(struct process *p)
{
    const struct ipc_process *ipc = &ipc_table.process[process_slot(p)];
    p->call_ended = false;
    if (p->faulted) {
        finish_fault(p, ipc->result == 0 ? ipc->second : IPC_CAME_NOTHING);
        return;
    }
    if (p->arch.deliver.first_bytes && ipc->result == 0)
        store(&p->arch.deliver, &p->bounce);
    p->arch.deliver.first_bytes = 0;
    arch_call_result(&p->arch, ipc->result, ipc->second);
}
