/*
 * Calls to SYSTEM about processes and modules: exit, lookup, process, module, memory, start, kill,
 * watch, death. Messages: abi/system.h.
 */
#include "asked.h"
#include "memory.h"
#include "schedule.h"
#include "system.h"
#include "text.h"

int system_exit(const struct system_request *r)
{
    const struct death how = {
        .endpoint = process_endpoint(r->caller), .cause = DEATH_EXIT, .status = r->in[0] & 0xff};
    process_end(r->caller, &how);
    return 0;
}

int system_kill(const struct system_request *r)
{
    int slot = system_target(r->caller, r->in[0]);
    if (slot < 0)
        return slot;
    struct process *victim = process_at((unsigned)slot);
    const struct death how = {.endpoint = process_endpoint(victim), .cause = DEATH_KILL};
    process_end(victim, &how);
    return 0;
}

/* One that is supervised comes back by itself, and for the first time unless it waits to be asked
   for. */
static bool is_to_come(const struct module *m)
{
    return m->supervised && !m->reason[0] && (m->starts > 0 || !m->demand);
}

int system_lookup(const struct system_request *r)
{
    const struct module *m = system_named_module(r->in);
    if (!m || m->slot == IPC_NO_SLOT)
        return m && is_to_come(m) ? -EAGAIN : -ENOENT;
    r->out[0] = (uint32_t)ipc_table.process[m->slot].endpoint;
    return 0;
}

static uint32_t state_of(unsigned slot)
{
    if (slot == process_running())
        return PROCESS_RUNNING;
    return process_state_of((enum ipc_state)ipc_table.process[slot].state);
}

static void describe_rights(struct process_info *info, const struct module *m,
                            const struct ipc_privilege *privilege)
{
    info->calls = privilege->calls;
    memcpy(info->targets, privilege->targets, sizeof info->targets);
    info->kernel_calls = m->kernel_calls;
    info->irq_lines = m->irq_lines;
    info->port_count = m->port_count;
    for (unsigned i = 0; i < m->port_count; i++)
        info->ports[i] = (struct process_ports){m->ports[i].first, m->ports[i].last};
}

int system_process(const struct system_request *r)
{
    unsigned slot = r->in[0];
    while (r->in[2] && slot < IPC_PROCESSES && !process_at(slot)->alive)
        slot++;
    if (slot >= IPC_PROCESSES)
        return -EINVAL;
    const struct process *p = process_at(slot);
    const struct ipc_process *ipc = &ipc_table.process[slot];
    if (!p->alive)
        return -ESRCH;
    struct process_info info = {
        .endpoint = ipc->endpoint,
        .state = state_of(slot),
        .waits_for = ipc->waits_for,
        .priority = p->module->priority,
        .ticks = arch_context_ticks(&p->arch),
        .messages_sent = ipc->sent,
        .messages_received = ipc->received,
        .memory_bytes = p->module->memory_bytes,
        .identity = ipc->identity,
    };
    memcpy(info.name, p->module->name, NAME_BYTES);
    describe_rights(&info, p->module, &ipc_table.privilege[ipc->identity]);
    if (r->caller->module->kernel_calls >> SYS_TRACE & 1)
        (void)asked_read(slot, &info.asked);
    r->out[0] = slot;
    return copy_to_process(&r->caller->module->space, r->in[1], &info, sizeof info);
}

int system_module(const struct system_request *r)
{
    if (r->in[0] >= module_count())
        return -EINVAL;
    const struct module *m = module_at(r->in[0]);
    bool runs = m->slot != IPC_NO_SLOT;
    struct module_info info = {
        .flags = (runs ? MODULE_RUNNING : 0u) | (m->reason[0] ? MODULE_REFUSED : 0u) |
                 (m->demand ? MODULE_DEMAND : 0u) | (m->supervised ? MODULE_SUPERVISED : 0u) |
                 (m->is_data ? MODULE_DATA : 0u) | (m->is_update ? MODULE_UPDATE : 0u),
        .image_bytes = m->image_bytes,
        .memory_bytes = m->memory_bytes,
        .endpoint = runs ? ipc_table.process[m->slot].endpoint : NONE,
        .starts = m->starts,
        .restart = m->restart,
        .limit = m->limit,
        .limit_seconds = m->limit_seconds,
        .backoff_ms = m->backoff_ms,
        .heartbeat_ms = m->heartbeat_ms,
    };
    memcpy(info.name, m->name, NAME_BYTES);
    memcpy(info.needs, m->needs, sizeof info.needs);
    memcpy(info.reason, m->reason, sizeof info.reason);
    return copy_to_process(&r->caller->module->space, r->in[1], &info, sizeof info);
}

int system_memory(const struct system_request *r)
{
    struct memory_info info;
    memory_describe(&info);
    return copy_to_process(&r->caller->module->space, r->in[0], &info, sizeof info);
}

int system_start(const struct system_request *r)
{
    char arguments[ARGUMENT_BYTES];
    struct module *m = system_named_module(r->in);
    uint32_t length = r->in[5];
    if (!m)
        return -ENOENT;
    if (m->reason[0])
        return -ENOEXEC;
    if (length >= sizeof arguments)
        return -E2BIG;
    int error = copy_from_process(&r->caller->module->space, arguments, r->in[4], length);
    if (error)
        return error;
    arguments[length] = '\0';
    if (strlen(arguments) != length)
        return -EINVAL;
    int slot = module_start(m, arguments, r->in[6]);
    if (slot < 0)
        return slot;
    r->out[0] = (uint32_t)ipc_table.process[slot].endpoint;
    return 0;
}

int system_update(const struct system_request *r)
{
    struct module *m = system_named_module(r->in);
    if (!m)
        return -ENOENT;
    if (r->in[4] >= module_count())
        return -EINVAL;
    return module_update(m, module_at(r->in[4]));
}

int system_watch(const struct system_request *r)
{
    int slot = system_target(r->caller, r->in[0]);
    if (slot < 0)
        return slot;
    return death_watch(process_slot(r->caller), ipc_table.process[slot].endpoint, r->in[1] != 0);
}

void system_put_death(uint32_t *out, const struct death *death)
{
    out[0] = (uint32_t)death->endpoint;
    out[1] = death->cause;
    out[2] = death->status;
    out[3] = death->error;
    out[4] = death->ip;
    out[5] = death->address;
}

int system_death(const struct system_request *r)
{
    struct death death;
    if (!death_read(process_slot(r->caller), &death))
        return -EAGAIN;
    system_put_death(r->out, &death);
    return 0;
}
