/* See laws.h. */
#include "laws.h"

#include <string.h>

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
        bool taken = is_owed(q) || (q->state == IPC_RUNNABLE && q->result == 0);
        unsigned delivered;

        if (!is_queued(p))
            continue;
        delivered = deliveries_from(p->out);
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

/* What is pending for one process, by source; the kernel's is the last. */
struct pending {
    uint32_t from[IPC_PROCESSES + 1];
};

static struct pending pending_of(const struct ipc_table *t, unsigned slot)
{
    struct pending pending;

    for (EACH(source))
        pending.from[source] = t->events[slot][source];
    pending.from[IPC_PROCESSES] = t->process[slot].kernel_events;
    return pending;
}

static bool is_into(const struct naive_delivery *d, unsigned slot)
{
    return d->in == BOX(slot, BOX_IN) || d->in == BOX(slot, BOX_FAULT_IN);
}

/* What the operation adds and drops before anything is delivered. */
static void apply(const struct step *step, unsigned slot, struct pending *due)
{
    const struct operation *op = step->op;

    if (op->kind == OPERATION_POST && op->slot == slot)
        due->from[IPC_PROCESSES] |= op->events;
    if (op->kind == OPERATION_DESTROY && op->slot == slot)
        *due = (struct pending){{0}};
    else if (op->kind == OPERATION_DESTROY)
        due->from[op->slot] = 0;
    if (op->kind != OPERATION_CALL || step->outcome->error != 0 ||
        op->target != step->before->process[slot].endpoint)
        return;
    if (is_call(op, IPC_NOTIFY))
        due->from[op->slot] |= EVENT_NOTIFY;
    if (is_call(op, IPC_NOTIFY_SET))
        due->from[op->slot] |= op->events;
}

/* Takes what was delivered out of what was due. Each bit is there to be taken once. */
static const char *deduct(const struct step *step, unsigned slot, struct pending *due,
                          const struct pending *left)
{
    for (unsigned i = 0; i < world.deliveries; i++) {
        const struct naive_delivery *d = &world.delivery[i];
        unsigned from = d->source == HARDWARE ? IPC_PROCESSES : endpoint_slot(d->source);

        if (d->out != 0 || !is_into(d, slot))
            continue;
        if (from > IPC_PROCESSES ||
            (from < IPC_PROCESSES && d->source != step->before->process[from].endpoint))
            return "events came from nobody";
        if ((d->bits & ~due->from[from]) != 0)
            return "an event came from nowhere, or twice";
        if ((d->bits & left->from[from]) != 0)
            return "an event was delivered and is still pending";
        due->from[from] &= ~d->bits;
    }
    return NULL;
}

static const char *event_law(const struct step *step)
{
    for (EACH(slot)) {
        struct pending due = pending_of(step->before, slot);
        const struct pending left = pending_of(step->after, slot);
        const char *wrong;

        apply(step, slot, &due);
        wrong = deduct(step, slot, &due, &left);
        if (wrong != NULL)
            return wrong;
        if (memcmp(&due, &left, sizeof due) != 0)
            return "an event was lost, or came from nowhere";
    }
    return NULL;
}

/* ---- An old name reaches nobody -------------------------------------------------------------- */

/* The slot whose tenant, or emptiness, is not whom the endpoint named; else IPC_NO_SLOT. */
static unsigned stale_slot(const struct ipc_table *t, endpoint_t endpoint)
{
    unsigned slot = endpoint_slot(endpoint);

    if (endpoint < 0 || slot >= IPC_PROCESSES)
        return IPC_NO_SLOT;
    if (t->process[slot].state != IPC_FREE && t->process[slot].endpoint == endpoint)
        return IPC_NO_SLOT;
    return slot;
}

static const char *name_law(const struct step *step)
{
    const struct operation *op = step->op;
    const struct ipc_table *a = step->before, *b = step->after;
    unsigned slot;

    if (op->kind != OPERATION_CALL || is_call(op, IPC_SELECT))
        return NULL;
    slot = stale_slot(a, op->target);
    if (slot == IPC_NO_SLOT || slot == op->slot)
        return NULL;
    for (unsigned i = 0; i < world.deliveries; i++) {
        if (world.delivery[i].out == op->out && is_into(&world.delivery[i], slot))
            return "what was for a former tenant came to the new one";
    }
    /* 0xA0 has a second half, which may well deal with the new one. */
    if (!is_call(op, IPC_REPLY_RECEIVE) &&
        (memcmp(&a->process[slot], &b->process[slot], sizeof a->process[slot]) != 0 ||
         memcmp(a->events[slot], b->events[slot], sizeof a->events[slot]) != 0))
        return "what was for a former tenant changed the new one";
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

/*
 * Whatever waits for a receiver has a rank: how many deliveries of others may still come before
 * it. Every delivery by a receive that would have taken it makes the rank smaller, and no step but
 * those in which the receiver asked for something else makes it larger; so nobody is passed over
 * more often than its first rank says, which is less than twice the number of processes, on any
 * way through the states, rings included. The kernel's own events come first as often as they come.
 */

/* Events and messages alternate: two deliveries for each sender before it. */
static unsigned message_rank(const struct ipc_process *receiver, unsigned position)
{
    return 2 * position + (receiver->prefer_message ? 0 : 1);
}

static unsigned event_rank(const struct ipc_process *receiver, unsigned source)
{
    unsigned distance = (source + IPC_PROCESSES - receiver->event_turn) % IPC_PROCESSES;

    return 2 * distance + (receiver->prefer_message ? 1 : 0);
}

/* The receive by which a process was served in this step. */
struct served {
    bool from_all; /* from ANY or NONE; else it was served by nobody, or asked for one */
    bool messages; /* it would have taken anybody's message */
    uint32_t mask; /* and these events */
};

static struct served served_in(const struct step *step, unsigned slot)
{
    const struct ipc_process *p = &step->before->process[slot];
    const struct operation *op = step->op;
    bool both = is_call(op, IPC_REPLY_RECEIVE), calls = op->slot == slot;
    endpoint_t src = p->waits_for;
    uint32_t mask = p->event_mask;
    unsigned served = 0;

    for (unsigned i = 0; i < world.deliveries; i++) {
        if (is_into(&world.delivery[i], slot) && world.delivery[i].source == HARDWARE)
            return (struct served){.from_all = false};
        served += is_into(&world.delivery[i], slot);
    }
    if (calls && (both || is_call(op, IPC_RECEIVE) || is_call(op, IPC_RECEIVE_EX))) {
        src = both ? op->source : op->target;
        mask = is_call(op, IPC_RECEIVE) ? IPC_ALL_EVENTS : op->events;
    } else if (p->state != IPC_RECEIVING) {
        return (struct served){.from_all = false};
    }
    return (struct served){.from_all = served != 0 && (src == ANY || src == NONE),
                           .messages = served != 0 && src == ANY,
                           .mask = mask};
}

/* Whether a rank went the wrong way. */
static bool is_passed_over(unsigned before, unsigned after, bool was_served)
{
    return was_served ? after >= before : after > before;
}

static void queue_positions(const struct ipc_table *t, unsigned slot, uint8_t position[])
{
    uint8_t n = 0;

    memset(position, IPC_PROCESSES, IPC_PROCESSES);
    for (unsigned i = t->process[slot].queue_first; i != IPC_NO_SLOT; i = t->process[i].queue_next)
        position[i] = n++;
}

static const char *messages_turn(const struct step *step, unsigned slot, struct served served)
{
    uint8_t before[IPC_PROCESSES], after[IPC_PROCESSES];

    queue_positions(step->before, slot, before);
    queue_positions(step->after, slot, after);
    for (EACH(sender)) {
        if (before[sender] < IPC_PROCESSES && after[sender] < IPC_PROCESSES &&
            is_passed_over(message_rank(&step->before->process[slot], before[sender]),
                           message_rank(&step->after->process[slot], after[sender]),
                           served.messages))
            return "somebody's message came no nearer to its turn";
    }
    return NULL;
}

static const char *events_turn(const struct step *step, unsigned slot, struct served served)
{
    for (EACH(source)) {
        uint32_t bits = step->before->events[slot][source] & step->after->events[slot][source];

        if (bits == 0 || (served.from_all && (bits & served.mask) == 0))
            continue;
        if (is_passed_over(event_rank(&step->before->process[slot], source),
                           event_rank(&step->after->process[slot], source), served.from_all))
            return "somebody's events came no nearer to their turn";
    }
    return NULL;
}

static const char *turn_law(const struct step *step)
{
    for (EACH(slot)) {
        const struct ipc_process *p = &step->before->process[slot];
        const struct ipc_process *q = &step->after->process[slot];
        const char *wrong = NULL;
        struct served served;

        if (p->endpoint != q->endpoint || q->state == IPC_FREE ||
            (p->queue_first == IPC_NO_SLOT && p->event_sources[0] == 0))
            continue;
        served = served_in(step, slot);
        if (p->queue_first != IPC_NO_SLOT)
            wrong = messages_turn(step, slot, served);
        if (wrong == NULL && p->event_sources[0] != 0)
            wrong = events_turn(step, slot, served);
        if (wrong != NULL)
            return wrong;
    }
    return NULL;
}

/* The same for the pairs of an ipc_select, while its set is the same. */
static const char *select_law(const struct step *step)
{
    const struct operation *op = step->op;
    unsigned self = op->slot, n = op->pairs;
    unsigned was = step->before->process[self].select_turn;
    unsigned is = step->after->process[self].select_turn;
    const struct ipc_process *p = &step->after->process[self];

    if (!is_call(op, IPC_SELECT) || step->outcome->error != 0 || p->state != IPC_RUNNABLE ||
        p->result < 0)
        return NULL;
    for (unsigned i = 0; i < n; i++) {
        if ((int32_t)i == p->result || !naive_is_ready(step->naive, self, &op->set[i]))
            continue;
        if ((i + n - is % n) % n >= (i + n - was % n) % n)
            return "a ready pair came no nearer to its turn";
    }
    return NULL;
}

/* ---- States change as the table says --------------------------------------------------------- */

uint32_t seen_transitions[IPC_STATE_COUNT][IPC_STATE_COUNT];

enum {
#define CAUSE(name, text) name = 1 << CAUSE_##name,
    IPC_CAUSES(CAUSE)
#undef CAUSE
};

/* The causes for which this may follow that; 0: never. */
static uint32_t causes_of(enum ipc_state from, enum ipc_state to)
{
    static const uint32_t table[IPC_STATE_COUNT][IPC_STATE_COUNT] = {
#define ROW(y, from, to, causes, by) [IPC_##from][IPC_##to] = (causes),
        IPC_TRANSITIONS(ROW, )
#undef ROW
    };

    return table[from][to];
}

/* Of the process's own call. */
static uint32_t cause_of_call(const struct operation *op)
{
    switch (op->call & IPC_CALL_MASK) {
    case IPC_SEND:
        return SEND;
    case IPC_SEND_REC:
        return SEND_REC;
    case IPC_REQUEST:
        return REQUEST;
    case IPC_SELECT:
        return SELECT;
    case IPC_RECEIVE:
    case IPC_RECEIVE_EX:
    case IPC_REPLY_RECEIVE:
        return RECEIVE;
    default:
        return 0;
    }
}

/* Of something that another did, or the kernel posted: what the process was waiting for, by what
   its call came back with. */
static uint32_t cause_of_arrival(const struct ipc_process *before, const struct ipc_process *after)
{
    if (is_queued(before))
        return TAKEN;
    if (before->state == IPC_SELECTING)
        return READY;
    switch (IPC_CAME(after->second)) {
    case IPC_CAME_EVENTS:
        return EVENTS;
    case IPC_CAME_REPLY:
        return REPLY;
    default:
        return MESSAGE;
    }
}

static uint32_t cause_of(const struct step *step, unsigned slot)
{
    const struct operation *op = step->op;
    const struct ipc_process *before = &step->before->process[slot];
    bool own = op->kind != OPERATION_CREATE && op->slot == slot;

    switch (op->kind) {
    case OPERATION_CREATE:
        return BIRTH;
    case OPERATION_DESTROY:
        return own ? DEATH : PEER_DIES;
    case OPERATION_TIMEOUT:
        return DEADLINE;
    case OPERATION_CANCEL:
        return CANCEL;
    case OPERATION_RESTART:
        return AGAIN;
    case OPERATION_ADOPT:
        return FAULT;
    case OPERATION_CALL:
    case OPERATION_FAULT:
        if (own)
            return op->kind == OPERATION_FAULT ? (uint32_t)FAULT : cause_of_call(op);
        break;
    default:
        break;
    }
    return cause_of_arrival(before, &step->after->process[slot]);
}

static const char *state_law(const struct step *step)
{
    for (EACH(slot)) {
        enum ipc_state from = (enum ipc_state)step->before->process[slot].state;
        enum ipc_state to = (enum ipc_state)step->after->process[slot].state;
        uint32_t cause;

        if (from == to)
            continue;
        cause = cause_of(step, slot);
        if ((causes_of(from, to) & cause) == 0)
            return "a state changed as the table of transitions does not allow";
        seen_transitions[from][to] |= cause;
    }
    return NULL;
}

static const char *cause_name(unsigned cause)
{
    static const char *const names[CAUSE_COUNT] = {
#define CAUSE(name, text) [CAUSE_##name] = text,
        IPC_CAUSES(CAUSE)
#undef CAUSE
    };

    return names[cause];
}

bool laws_saw_every_transition(void)
{
    static const char *const names[IPC_STATE_COUNT] = {
#define STATE(name, meaning) [IPC_##name] = #name,
        IPC_STATES(STATE)
#undef STATE
    };
    bool all = true;

    for (unsigned i = 0; i < IPC_STATE_COUNT * IPC_STATE_COUNT * CAUSE_COUNT; i++) {
        unsigned from = i / CAUSE_COUNT / IPC_STATE_COUNT, to = i / CAUSE_COUNT % IPC_STATE_COUNT;
        uint32_t cause = 1u << i % CAUSE_COUNT;

        if ((causes_of((enum ipc_state)from, (enum ipc_state)to) & cause) == 0 ||
            (seen_transitions[from][to] & cause) != 0)
            continue;
        printf("model: never went from %s to %s by %s\n", names[from], names[to],
               cause_name(i % CAUSE_COUNT));
        all = false;
    }
    return all;
}

const char *laws_broken(const struct step *step)
{
    static const char *(*const laws[])(const struct step *) = {
        request_law, message_law, event_law, name_law, refusal_law, state_law, turn_law, select_law,
    };

    for (unsigned i = 0; i < sizeof laws / sizeof laws[0]; i++) {
        const char *broken = laws[i](step);

        if (broken != NULL)
            return broken;
    }
    return NULL;
}
