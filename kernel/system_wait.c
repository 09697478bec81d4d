/*
 * Calls to SYSTEM about waits: cancel, cycle, registers. Messages: abi/system.h.
 */
#include "cycle.h"
#include "system.h"

int system_cancel(const struct system_request *r)
{
    int slot = system_target(r->caller, r->in[0]);
    if (slot < 0)
        return slot;
    if (r->in[1] && ipc_table.process[slot].fault)
        ipc_fault_restart(&ipc_table, (unsigned)slot);
    else
        ipc_cancel(&ipc_table, (unsigned)slot);
    return 0;
}

int system_cycle(const struct system_request *r)
{
    endpoint_t member;
    unsigned count = cycle_read(process_slot(r->caller), r->in[0], &member);
    if (count == 0)
        return -EAGAIN;
    if (r->in[0] >= count)
        return -EINVAL;
    r->out[0] = (uint32_t)member;
    r->out[1] = count;
    return 0;
}

static void get_registers(const struct process *p, uint32_t *out)
{
    struct arch_position position;
    arch_context_get_position(&p->arch, &position);
    out[0] = position.ip;
    out[1] = position.sp;
    out[2] = position.flags;
    out[3] = position.data_segments;
    out[4] = position.thread_segments;
    out[5] = p->fault.error;
    out[6] = p->fault.address;
}

static int set_registers(struct process *p, const uint32_t *in)
{
    const struct arch_position position = {in[2], in[3], in[4], in[5], in[6]};
    return arch_context_set_position(&p->arch, &position) ? 0 : -EINVAL;
}

int system_registers(const struct system_request *r)
{
    int slot = system_target(r->caller, r->in[0]);
    if (slot < 0)
        return slot;
    const struct ipc_process *ipc = &ipc_table.process[slot];
    struct process *p = process_at((unsigned)slot);
    if (!ipc->fault || ipc->waits_for != process_endpoint(r->caller))
        return -ENOTREADY;
    switch (r->in[1]) {
    case REGISTERS_GET:
        get_registers(p, r->out);
        return 0;
    case REGISTERS_SET:
        return set_registers(p, r->in);
    default:
        return -EINVAL;
    }
}
