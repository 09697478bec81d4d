/* See handover.h. The machine's upcalls about its own rendezvous are here, too. */
#include "handover.h"
#include "panic.h"
#include "schedule.h"

/* ---- Which rendezvous may be the machine's ------------------------------------------------------
 */

static bool may_ask(unsigned client, unsigned server)
{
    const struct process *c = process_at(client), *s = process_at(server);
    endpoint_t culprit;
    return c->switchable && s->switchable && s->module->priority <= c->module->priority &&
           ipc_check(&ipc_table, client, IPC_REQUEST, process_endpoint(s), &culprit) == 0;
}

void handover_changed(unsigned slot)
{
    struct process *p = process_at(slot);
    bool switchable = p->alive && arch_context_plain(&p->arch);
    arch_boxes(&p->arch, p->in_box, p->out_box);
    if (switchable == p->switchable)
        return;
    p->switchable = switchable;
    for (unsigned other = 0; other < IPC_PROCESSES; other++) {
        if (other == slot || !process_at(other)->alive)
            continue;
        arch_reach(&p->arch, other, may_ask(slot, other));
        arch_reach(&process_at(other)->arch, slot, may_ask(other, slot));
    }
}

void kernel_not_plain(struct arch_context *context)
{
    handover_changed(process_slot(process_of(context)));
}

void kernel_enter(struct arch_context *running)
{
    struct process *p = process_of(running);
    unsigned slot = process_slot(p);
    KERNEL_ASSERT(p->alive);
    schedule_enter(slot);
    ipc_settle(&ipc_table, slot);
    p->call_ended = false;
    arch_close(running);
}

/* ---- Handing over
 * -------------------------------------------------------------------------------- */

static unsigned woken, woken_count;

void handover_begin(void)
{
    woken_count = 0;
}

void handover_woken(unsigned slot)
{
    woken = slot;
    woken_count++;
}

/* Whether the machine may carry out the next request to this process, which waits: arch_open. */
static bool waits_openly(const struct ipc_process *p)
{
    return p->state == IPC_RECEIVING && p->waits_for == ANY && p->delivered && !p->timed &&
           !p->prefer_message;
}

void handover_end(struct process *caller, bool with_boxes)
{
    unsigned slot = process_slot(caller);
    if (woken_count == 1)
        schedule_hand_over(slot, woken);
    if (waits_openly(&ipc_table.process[slot]) && caller->deliver.first_bytes == 0)
        arch_open(&caller->arch, slot, with_boxes);
}
