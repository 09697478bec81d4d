/*
 * See asked.h. What is not taken yet lies where the core will copy it from. What was taken lies
 * there still: a message that the call named is read and written in one and the same place, and an
 * answer ends the wait as soon as it is there; with boxes it is the out-box that was sent.
 *
 * A panic comes here, too, with a table that may hold anything: every place is looked at first.
 */
#include "asked.h"
#include "memory.h"
#include "process.h"
#include "text.h"

static bool copy_part(phys_addr_t place, void *to, uint32_t bytes)
{
    const void *at = place ? arch_window(place, bytes) : NULL;
    if (!at && place && memory_is_usable(place, bytes))
        at = arch_view(place);
    if (at)
        memcpy(to, at, bytes);
    return at != NULL;
}

static bool copy(phys_addr_t place, message *m)
{
    return copy_part(place, m, sizeof *m);
}

/* Of which the bounce need not hold what was sent, see deliver in arch/arch.h. */
static bool copy_apart(const struct arch_place *place, message *m)
{
    const uint32_t first_bytes = place->first_bytes;
    if (first_bytes > sizeof *m)
        return false;
    message whole;
    const uint32_t rest = sizeof whole - first_bytes;
    if (!copy_part(place->first, &whole, first_bytes) ||
        (rest && !copy_part(place->second, (char *)&whole + first_bytes, rest)))
        return false;
    *m = whole;
    return true;
}

static bool copy_taken(const struct process *p, const struct ipc_process *ipc, message *m)
{
    struct arch_call call;
    if (ipc->fault)
        return copy(ipc->in, m);
    arch_call_read(&p->arch, &call);
    if (!call.message)
        return copy(p->out_box, m);
    return p->arch.deliver.first_bytes ? copy_apart(&p->arch.deliver, m) : copy(ipc->in, m);
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
