/*
 * See asked.h. What is not taken yet lies where the core will copy it from. What was taken lies
 * there still: a message that the call named is read and written in one and the same place, and an
 * answer ends the wait as soon as it is there; with boxes it is the out-box that was sent.
 *
 * A panic comes here, too, with a table that may hold anything: every place is looked at first.
 */
#include "asked.h"
#include "process.h"
#include "text.h"

static bool copy(phys_addr_t place, message *m)
{
    const void *at = place ? arch_window(place, sizeof *m) : NULL;
    if (at)
        memcpy(m, at, sizeof *m);
    return at != NULL;
}

/* One that straddles two pages: the bounce need not hold it, see deliver in arch/arch.h. */
static bool copy_apart(const struct arch_place *place, message *m)
{
    const uint32_t first_bytes = place->first_bytes;
    if (first_bytes >= sizeof *m)
        return false;
    const void *first = arch_window(place->first, first_bytes);
    const void *second = arch_window(place->second, sizeof *m - first_bytes);
    if (!first || !second)
        return false;
    memcpy(m, first, first_bytes);
    memcpy((char *)m + first_bytes, second, sizeof *m - first_bytes);
    return true;
}

static bool copy_taken(const struct process *p, const struct ipc_process *ipc, message *m)
{
    struct arch_call call;
    if (ipc->fault)
        return copy(ipc->in, m);
    if (p->arch.deliver.first_bytes)
        return copy_apart(&p->arch.deliver, m);
    arch_call_read(&p->arch, &call);
    return copy(call.message ? ipc->in : p->out_box, m);
}

static bool copy_asked(unsigned slot, message *m)
{
    const struct ipc_process *ipc = &ipc_table.process[slot];
    switch (ipc->state) {
    case IPC_SENDING:
    case IPC_CALLING:
    case IPC_REQUESTING:
        return copy(ipc->out, m);
    case IPC_ANSWER:
    case IPC_AWAITING:
        return copy_taken(process_at(slot), ipc, m);
    default:
        return false;
    }
}

bool asked_read(unsigned slot, message *m)
{
    /* Of who runs, the core may not have been told yet that its wait is over: ipc_settle. */
    if (slot == process_running() || !copy_asked(slot, m))
        return false;
    m->m_source = ipc_table.process[slot].endpoint;
    return true;
}
