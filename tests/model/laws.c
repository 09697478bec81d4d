/* See laws.h. */
#include "laws.h"

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

static bool is_call(const struct operation *op, uint32_t number)
{
    return op->kind == OPERATION_CALL && (op->call & IPC_CALL_MASK) == number;
}

static bool is_queued(const struct ipc_process *p)
{
    return p->state == IPC_SENDING || p->state == IPC_CALLING || p->state == IPC_REQUESTING;
}

static bool is_owed(const struct ipc_process *p)
{
    return p->state == IPC_ANSWER || p->state == IPC_AWAITING;
}

/* Whether something other than a message ends the wait of the process in this slot. */
static bool is_ended_from_outside(const struct step *step, unsigned slot)
{
    const struct operation *op = step->op;
    const struct ipc_process *p = &step->before->process[slot];

    switch (op->kind) {
    case OPERATION_TIMEOUT:
    case OPERATION_CANCEL:
        return op->slot == slot;
    case OPERATION_RESTART:
        return op->slot == slot && p->fault;
    case OPERATION_DESTROY:
        return op->slot == slot || step->before->process[op->slot].endpoint == p->waits_for;
    default:
        return false;
    }
}

/* ---- A request ends by its reply, or from outside -------------------------------------------- */

static bool answers(const struct step *step, const struct ipc_process *client)
{
    const struct operation *op = step->op;

    if (op->kind != OPERATION_CALL || op->target != client->endpoint ||
        step->before->process[op->slot].endpoint != client->waits_for)
        return false;
    if (is_call(op, IPC_REPLY) || is_call(op, IPC_REPLY_RECEIVE))
        return IPC_TICKET(op->call) == client->ticket;
    return client->state == IPC_ANSWER &&
           (is_call(op, IPC_SEND) || is_call(op, IPC_SEND_REC) || is_call(op, IPC_REQUEST));
}

/* A fault's request is the kernel's, but a message all the same. */
static bool is_answered_by_fault(const struct step *step, const struct ipc_process *client)
{
    const struct operation *op = step->op;

    return op->kind == OPERATION_FAULT && client->state == IPC_ANSWER &&
           op->target == client->endpoint &&
           step->before->process[op->slot].endpoint == client->waits_for;
}

static const char *request_law(const struct step *step)
{
    for (EACH(slot)) {
        const struct ipc_process *p = &step->before->process[slot];
        const struct ipc_process *q = &step->after->process[slot];

        if (!is_owed(p) || (q->state == p->state && q->waits_for == p->waits_for &&
                            q->ticket == p->ticket && q->endpoint == p->endpoint))
            continue;
        if (!answers(step, p) && !is_answered_by_fault(step, p) &&
            !is_ended_from_outside(step, slot))
            return "a request ended by something that must not end it";
    }
    return NULL;
}

/* ---- A message is delivered once, and its sender knows --------------------------------------- */

static unsigned deliveries_from(phys_addr_t out)
{
    unsigned count = 0;

    for (unsigned i = 0; i < world.deliveries; i++)
        count += world.delivery[i].out == out;
    return count;
}

static const char *message_law(const struct step *step)
{
    for (EACH(slot)) {
        const struct ipc_process *p = &step->before->process[slot];
        const struct ipc_process *q = &step->after->process[slot];
        unsigned delivered = deliveries_from(p->out);
        bool taken = is_owed(q) || (q->state == IPC_RUNNABLE && q->result == 0);

        if (!is_queued(p))
            continue;
        if (q->state == p->state && q->waits_for == p->waits_for) {
            if (delivered != 0)
                return "a message was delivered and its sender still offers it";
        } else if (is_ended_from_outside(step, slot)) {
            if (delivered != 0)
                return "a message was delivered that was taken back";
        } else if (delivered != 1 || !taken) {
            return "a send ended without one delivery";
        }
    }
    return NULL;
}

/* ---- Events are conserved -------------------------------------------------------------------- */

/* The bits of this source that came into one of the process's messages. */
static uint32_t delivered_bits(unsigned slot, endpoint_t source)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < world.deliveries; i++) {
        const struct naive_delivery *d = &world.delivery[i];

        if (d->out == 0 && d->source == source &&
            (d->in == BOX(slot, BOX_IN) || d->in == BOX(slot, BOX_FAULT_IN)))
            bits |= d->bits;
    }
    return bits;
}

static uint32_t bits_added(const struct step *step, unsigned slot, endpoint_t source)
{
    const struct operation *op = step->op;

    if (op->kind == OPERATION_POST)
        return op->slot == slot && source == HARDWARE ? op->events : 0;
    if (op->kind != OPERATION_CALL || step->outcome->error != 0 ||
        op->target != step->before->process[slot].endpoint ||
        step->before->process[op->slot].endpoint != source)
        return 0;
    if (is_call(op, IPC_NOTIFY))
        return EVENT_NOTIFY;
    return is_call(op, IPC_NOTIFY_SET) ? op->events : 0;
}

static const char *event_law(const struct step *step)
{
    bool death = step->op->kind == OPERATION_DESTROY;

    for (EACH(slot)) {
        for (unsigned from = 0; from <= IPC_PROCESSES; from++) {
            bool kernel = from == IPC_PROCESSES;
            endpoint_t source = kernel ? HARDWARE : step->before->process[from].endpoint;
            uint32_t before = kernel ? step->before->process[slot].kernel_events
                                     : step->before->events[slot][from];
            uint32_t after =
                kernel ? step->after->process[slot].kernel_events : step->after->events[slot][from];
            uint32_t delivered = delivered_bits(slot, source);

            before |= bits_added(step, slot, source);
            if (death && (step->op->slot == slot || step->op->slot == from))
                before = 0;
            if ((delivered & after) != 0)
                return "an event was delivered and is still pending";
            if ((delivered | after) != before)
                return "an event was lost, or came from nowhere";
        }
    }
    return NULL;
}

/* ---- A refused call changes nothing ---------------------------------------------------------- */

static bool same_but_results(const struct ipc_table *a, struct ipc_table *b, unsigned slot)
{
    struct ipc_process *p = &b->process[slot];
    int32_t result = p->result;
    uint32_t second = p->second;
    bool same;

    p->result = a->process[slot].result;
    p->second = a->process[slot].second;
    same = table_equal(a, b);
    p->result = result;
    p->second = second;
    return same;
}

static const char *refusal_law(const struct step *step)
{
    const struct operation *op = step->op;
    const struct ipc_process *p = &step->after->process[op->slot];

    if (op->kind != OPERATION_CALL && op->kind != OPERATION_FAULT)
        return NULL;
    if (is_call(op, IPC_REPLY_RECEIVE) && deliveries_from(op->out) != 0)
        return NULL; /* the receive's refusal does not undo the reply */
    if (step->outcome->error == 0 && !(p->state == IPC_RUNNABLE && p->result < 0))
        return NULL;
    if (world.deliveries != 0 ||
        !same_but_results(step->before, (struct ipc_table *)step->after, op->slot))
        return "a refused call changed something";
    return NULL;
}

/* ---- Nobody is passed over for ever ---------------------------------------------------------- */

/* How often others can be served from ANY before this one's message: two for each before it in the
   queue, since events and messages alternate. */
static int message_rank(const struct ipc_table *t, unsigned receiver, unsigned sender)
{
    int position = 0;

    for (unsigned i = t->process[receiver].queue_first; i != sender && i != IPC_NO_SLOT;
         i = t->process[i].queue_next)
        position++;
    return 2 * position + (t->process[receiver].prefer_message ? 0 : 1);
}

/* And before this one's events. */
static int event_rank(const struct ipc_table *t, unsigned receiver, unsigned source, bool any)
{
    const struct ipc_process *p = &t->process[receiver];
    unsigned distance = (source + IPC_PROCESSES - p->event_turn) % IPC_PROCESSES;

    return (int)(2 * distance) + (any && p->prefer_message ? 1 : 0);
}

static const char *receive_law(const struct step *step, endpoint_t src, uint32_t mask)
{
    const struct ipc_table *a = step->before, *b = step->after;
    unsigned self = step->op->slot;

    for (EACH(other)) {
        if (src == ANY && is_queued(&b->process[other]) &&
            b->process[other].waits_for == b->process[self].endpoint &&
            message_rank(b, self, other) >= message_rank(a, self, other))
            return "somebody's message came no nearer to its turn";
        if ((b->events[self][other] & mask) != 0 &&
            event_rank(b, self, other, src == ANY) >= event_rank(a, self, other, src == ANY))
            return "somebody's events came no nearer to their turn";
    }
    return NULL;
}

static const char *select_law(const struct step *step)
{
    const struct operation *op = step->op;
    unsigned self = op->slot, n = op->pairs;
    unsigned was = step->before->process[self].select_turn;
    unsigned is = step->after->process[self].select_turn;

    for (unsigned i = 0; i < n; i++) {
        if ((int32_t)i == step->after->process[self].result ||
            !naive_is_ready(step->naive, self, &op->set[i]))
            continue;
        if ((i + n - is % n) % n >= (i + n - was % n) % n)
            return "a ready pair came no nearer to its turn";
    }
    return NULL;
}

static const char *fairness_law(const struct step *step)
{
    const struct operation *op = step->op;
    const struct ipc_process *p = &step->after->process[op->slot];
    bool both = is_call(op, IPC_REPLY_RECEIVE);
    endpoint_t src = both ? op->source : op->target;
    uint32_t mask = is_call(op, IPC_RECEIVE) ? IPC_ALL_EVENTS : op->events;

    if (op->kind != OPERATION_CALL || step->outcome->error != 0 || p->state != IPC_RUNNABLE ||
        p->result < 0)
        return NULL;
    if (is_call(op, IPC_SELECT))
        return select_law(step);
    if (!both && !is_call(op, IPC_RECEIVE) && !is_call(op, IPC_RECEIVE_EX))
        return NULL;
    if (src != ANY && src != NONE)
        return NULL;
    if (delivered_bits(op->slot, HARDWARE) != 0)
        return NULL; /* the kernel's own come first, as often as they come */
    return receive_law(step, src, mask);
}

const char *laws_broken(const struct step *step)
{
    static const char *(*const laws[])(const struct step *) = {
        request_law, message_law, event_law, refusal_law, fairness_law,
    };

    for (unsigned i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        const char *broken = laws[i](step);

        if (broken != NULL)
            return broken;
    }
    return NULL;
}
