/* The core's state and the naive model's, held against each other. See naive.h. */
#include "naive.h"

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

static void process_from_core(struct naive_process *p, const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *q = &t->process[slot];

    *p = (struct naive_process){
        .lives = q->state != IPC_FREE,
        .state = (enum ipc_state)q->state,
        .endpoint = q->endpoint,
        .waits_for = q->waits_for,
        .timed = q->timed != 0,
        .fault = q->fault != 0,
        .identity = q->identity,
        .out = q->out,
        .in = q->in,
        .accepts = q->event_mask,
        .kernel_events = q->kernel_events,
        .message_is_next = q->prefer_message != 0,
        .last_source = (q->event_turn + IPC_PROCESSES - 1u) % IPC_PROCESSES,
        .ticket = q->ticket,
        .answered = q->delivered != 0,
        .beside = q->beside_error,
        .pairs = q->select_count,
        .next_pair = q->select_turn,
        .result = q->result,
        .second = q->second,
        .sent = q->sent,
        .received = q->received,
    };
    for (EACH(source))
        p->events[source] = t->events[slot][source];
    for (unsigned i = 0; i < p->pairs; i++)
        p->set[i] = t->select[slot].pair[i];
}

void naive_from_core(struct naive *m, const struct ipc_table *t)
{
    m->now = 0;
    m->deliveries = 0;
    for (EACH(slot))
        process_from_core(&m->process[slot], t, slot);
    for (EACH(slot)) {
        for (unsigned i = t->process[slot].queue_first; i != IPC_NO_SLOT;
             i = t->process[i].queue_next)
            m->process[i].since = m->now++;
    }
    for (unsigned i = t->free_first; i != IPC_NO_SLOT; i = t->process[i].queue_next)
        m->process[i].freed = m->now++;
}

static const char *wait_differs(const struct naive_process *p, const struct ipc_process *q)
{
    if (p->waits_for != q->waits_for)
        return "it waits for another";
    if (p->timed != q->timed)
        return "its wait's deadline";
    if (p->fault != q->fault)
        return "whether it waits in a fault";
    if (p->accepts != q->event_mask)
        return "the events that it accepts";
    if (p->out != q->out || p->in != q->in)
        return "where its message is, or goes";
    if (p->answered != (q->delivered != 0) || p->beside != q->beside_error)
        return "what became of the reply in its call";
    if (p->pairs != q->select_count)
        return "how many pairs it selects among";
    return NULL;
}

static const char *process_differs(const struct naive_process *p, const struct ipc_process *q)
{
    if (p->state != (enum ipc_state)q->state)
        return "its state";
    if (p->endpoint != q->endpoint || p->identity != q->identity)
        return "who it is";
    if (p->result != q->result)
        return "its call's result";
    if (p->second != q->second)
        return "its call's second result";
    if (p->kernel_events != q->kernel_events)
        return "the kernel's events";
    if (p->message_is_next != (q->prefer_message != 0))
        return "whether a message is next";
    if (p->lives && p->last_source != (q->event_turn + IPC_PROCESSES - 1u) % IPC_PROCESSES)
        return "whose events are next";
    if (p->next_pair != q->select_turn)
        return "which pair is next";
    if (p->ticket != q->ticket)
        return "its ticket";
    if (p->sent != q->sent || p->received != q->received)
        return "the count of its messages";
    return wait_differs(p, q);
}

static const char *sets_differ(const struct naive_process *p, const struct ipc_table *t,
                               unsigned slot)
{
    for (EACH(source)) {
        if (p->events[source] != t->events[slot][source])
            return "the events of a process";
    }
    for (unsigned i = 0; i < p->pairs; i++) {
        if (p->set[i].source != t->select[slot].pair[i].source ||
            p->set[i].events != t->select[slot].pair[i].events)
            return "a pair that it selects";
    }
    return NULL;
}

/* Whether the queue of the process runs in the order of the stamps. That nobody is missing follows
   from equal states: the core's invariants have seen that its queues and states agree. */
static bool queue_differs(const struct naive *m, const struct ipc_table *t, unsigned slot)
{
    unsigned previous = IPC_NO_SLOT;

    for (unsigned i = t->process[slot].queue_first; i != IPC_NO_SLOT;
         i = t->process[i].queue_next) {
        if (previous != IPC_NO_SLOT && m->process[previous].since >= m->process[i].since)
            return true;
        previous = i;
    }
    return false;
}

static bool free_list_differs(const struct naive *m, const struct ipc_table *t, unsigned *slot)
{
    unsigned previous = IPC_NO_SLOT;

    for (unsigned i = t->free_first; i != IPC_NO_SLOT; i = t->process[i].queue_next) {
        *slot = i;
        if (previous != IPC_NO_SLOT && m->process[previous].freed >= m->process[i].freed)
            return true;
        previous = i;
    }
    return false;
}

const char *naive_differs(const struct naive *m, const struct ipc_table *t, unsigned *slot)
{
    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        const struct naive_process *p = &m->process[*slot];
        const char *wrong = process_differs(p, &t->process[*slot]);

        if (wrong == NULL)
            wrong = sets_differ(p, t, *slot);
        if (wrong == NULL && queue_differs(m, t, *slot))
            wrong = "the order in its queue";
        if (wrong != NULL)
            return wrong;
    }
    return free_list_differs(m, t, slot) ? "the order of the free slots" : NULL;
}
