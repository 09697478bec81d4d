/* See handover.h. The machine's upcalls about its own rendezvous are here, too. */
#include "handover.h"
#include "panic.h"
#include "schedule.h"
#include "trace.h"
#include <abi/system.h>

/* ---- Which rendezvous may be the machine's ------------------------------------------------------
 */

static bool may_ask(unsigned client, unsigned server)
{
    const struct process *c = process_at(client), *s = process_at(server);
    endpoint_t culprit;
    return c->switchable && s->switchable && s->module->priority <= c->module->priority &&
           ipc_check(&ipc_table, client, IPC_REQUEST, process_endpoint(s), &culprit) == 0;
}

static void permit(struct process *p, unsigned slot)
{
    struct arch_permission permission = {0};
    if (p->alive) {
        const struct ipc_process *entry = &ipc_table.process[slot];
        permission = (struct arch_permission){
            .self = entry->endpoint,
            .calls = ipc_table.privilege[entry->identity].calls,
            .not_worse = (2u << p->module->priority) - 1,
            .bounce = arch_phys_of(&p->bounce),
            .time = (p->module->kernel_calls & 1u << SYS_TIME) != 0,
        };
    }
    arch_permit(&p->arch, &permission);
}

/* A box that the machine may use by itself. */
static phys_addr_t near_box(phys_addr_t box)
{
    return arch_window(box, MESSAGE_BYTES) ? box : 0;
}

void handover_changed(unsigned slot)
{
    struct process *p = process_at(slot);
    bool switchable = p->alive && arch_context_plain(&p->arch);
    permit(p, slot);
    const phys_addr_t in = near_box(p->in_box), out = near_box(p->out_box);
    p->boxes_beyond = in != p->in_box || out != p->out_box;
    arch_boxes(&p->arch, in, out);
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

/* The machine has woken it, and it has its results. */
static void make_ready(struct process *p)
{
    ipc_settle(&ipc_table, process_slot(p));
    p->call_ended = false;
}

static void settle_running(struct arch_context *running)
{
    struct process *p = process_of(running);
    unsigned slot = process_slot(p);
    KERNEL_ASSERT(p->alive);
    schedule_enter(slot);
    ipc_settle(&ipc_table, slot);
    p->call_ended = false;
    arch_close(running);
}

/* What the machine did since the last upcall, in its order. */
void kernel_enter(struct arch_context *running)
{
    struct arch_context *displaced = arch_displaced();
    if (displaced != NULL) {
        settle_running(displaced);
        schedule_displace();
    }
    settle_running(running);
    if (trace_on)
        trace_entered(process_endpoint(process_of(running)));
    struct arch_context *woken_by_machine = arch_woken();
    if (woken_by_machine != NULL)
        make_ready(process_of(woken_by_machine));
}

/* ---- Handing over ---------------------------------------------------------------------------- */

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

static bool is_near(const struct arch_place *place)
{
    const uint32_t first = place->first_bytes, second = MESSAGE_BYTES - first;
    return first == 0 || (arch_window(place->first, first) &&
                          (second == 0 || arch_window(place->second, second)));
}

void handover_end(struct process *caller, bool with_boxes)
{
    unsigned slot = process_slot(caller);
    if (woken_count == 1)
        schedule_hand_over(slot, woken);
    if (!is_near(&caller->arch.deliver))
        return;
    if (ipc_waits_openly(&ipc_table, slot)) {
        if (!with_boxes || !caller->boxes_beyond) /* it will answer from there */
            arch_open(&caller->arch, slot, with_boxes);
    } else if (ipc_accepts_openly(&ipc_table, slot) && caller->arch.deliver.first_bytes == 0) {
        arch_accept(&caller->arch, ipc_table.process[slot].waits_for);
    }
}
