/* See naive.h. Enter at naive_perform. */
#include "naive.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

#define CALL(op)   ((op)->call & 0xfffu)
#define TICKET(op) ((op)->call >> 16)

void naive_init(struct naive *m)
{
    memset(m, 0, sizeof *m);
    for (EACH(i)) {
        m->process[i].endpoint = ENDPOINT(0, i);
        m->process[i].waits_for = NONE;
        m->process[i].freed = m->now++;
    }
}

void naive_copy(struct naive *to, const struct naive *from)
{
    memcpy(to, from, offsetof(struct naive, privilege));
}

/* The living process with this endpoint, or NULL. */
static struct naive_process *find(struct naive *m, endpoint_t endpoint)
{
    for (EACH(i)) {
        if (m->process[i].lives && m->process[i].endpoint == endpoint)
            return &m->process[i];
    }
    return NULL;
}

static bool is_process_endpoint(endpoint_t endpoint)
{
    return endpoint > 0 && endpoint % 1024 < 1000;
}

/* ---- Results, deliveries, the end of a wait -------------------------------------------------- */

static void end_call(struct naive_process *p, int32_t result, uint32_t second)
{
    p->state = IPC_RUNNABLE;
    p->timed = p->fault = p->answered = false;
    p->waits_for = NONE;
    p->out = p->in = 0;
    p->accepts = 0;
    p->beside = 0;
    p->pairs = 0;
    p->result = result;
    p->second = second;
}

static void fail(struct naive_process *p, int error, endpoint_t culprit)
{
    end_call(p, -error, (uint32_t)culprit);
}

static void deliver(struct naive *m, struct naive_delivery delivery)
{
    if (m->deliveries == NAIVE_DELIVERIES)
        abort();
    m->delivery[m->deliveries++] = delivery;
}

static void copy_message(struct naive *m, struct naive_process *from, phys_addr_t out,
                         struct naive_process *to, phys_addr_t in)
{
    deliver(m, (struct naive_delivery){.in = in, .out = out, .source = from->endpoint});
    from->sent++;
    to->received++;
}

/* ---- Deadlock -------------------------------------------------------------------------------- */

/* Who might come to run again if everybody who runs did all that he can. A deadline, a name and
   ipc_select may end a wait at any time; else the peer has to. */
static void mark_hopeful(struct naive *m, bool hopeful[IPC_PROCESSES])
{
    bool changed = true;

    memset(hopeful, 0, IPC_PROCESSES * sizeof hopeful[0]);
    while (changed) {
        changed = false;
        for (EACH(i)) {
            const struct naive_process *p = &m->process[i];
            const struct naive_process *peer = find(m, p->waits_for);

            if (hopeful[i] || !(p->state == IPC_RUNNABLE || p->timed || peer == NULL ||
                                hopeful[peer - m->process]))
                continue;
            hopeful[i] = changed = true;
        }
    }
}

/* The call has to wait. Takes the process as it should be while it waits, and where it may not,
   as a call that failed. Returns whether the call has ended. */
static bool wait_or_fail(struct naive *m, struct naive_process *p, uint32_t flags)
{
    endpoint_t for_whom = p->waits_for;
    bool hopeful[IPC_PROCESSES];

    if ((flags & IPC_NONBLOCK) != 0) {
        fail(p, ENOTREADY, for_whom);
        return true;
    }
    p->timed = (flags & IPC_TIMEOUT) != 0;
    mark_hopeful(m, hopeful);
    if (!hopeful[p - m->process]) {
        fail(p, ELOCKED, for_whom);
        return true;
    }
    p->since = m->now++;
    p->result = 0;
    p->second = 0;
    return false;
}

/* ---- What is there to be taken --------------------------------------------------------------- */

struct find {
    uint32_t came;
    struct naive_process *from; /* NULL: the kernel */
};

static bool wants_to_send(const struct naive_process *p)
{
    return p->state == IPC_SENDING || p->state == IPC_CALLING || p->state == IPC_REQUESTING;
}

static uint32_t came_of(const struct naive_process *sender)
{
    if (sender->state == IPC_SENDING)
        return IPC_CAME_SEND;
    return sender->state == IPC_CALLING ? IPC_CAME_SEND_REC : IPC_CAME_REQUEST;
}

/* The message from `src` for the process that has waited longest. */
static struct naive_process *oldest_message(struct naive *m, const struct naive_process *p,
                                            endpoint_t src)
{
    struct naive_process *oldest = NULL;

    for (EACH(i)) {
        struct naive_process *q = &m->process[i];

        if (wants_to_send(q) && q->waits_for == p->endpoint && (src == ANY || src == q->endpoint) &&
            (oldest == NULL || q->since < oldest->since))
            oldest = q;
    }
    return oldest;
}

/* Whose accepted events are next, beginning behind the source that came last. */
static struct naive_process *next_events(struct naive *m, const struct naive_process *p,
                                         endpoint_t src, uint32_t accepts)
{
    for (EACH(i)) {
        unsigned source = (p->last_source + 1 + i) % IPC_PROCESSES;

        if ((p->events[source] & accepts) != 0 &&
            (src == ANY || src == NONE || src == m->process[source].endpoint))
            return &m->process[source];
    }
    return NULL;
}

static struct find look(struct naive *m, const struct naive_process *p, endpoint_t src,
                        uint32_t accepts)
{
    struct naive_process *sender = oldest_message(m, p, src);
    struct naive_process *source = next_events(m, p, src, accepts);

    if ((p->kernel_events & accepts) != 0 && (src == ANY || src == NONE || src == HARDWARE))
        return (struct find){IPC_CAME_EVENTS, NULL};
    if (source != NULL && !(src == ANY && sender != NULL && p->message_is_next))
        return (struct find){IPC_CAME_EVENTS, source};
    if (sender != NULL)
        return (struct find){came_of(sender), sender};
    return (struct find){IPC_CAME_NOTHING, NULL};
}

/* ---- Taking ---------------------------------------------------------------------------------- */

static void take_events(struct naive *m, struct naive_process *p, struct naive_process *source)
{
    uint32_t *pending = source != NULL ? &p->events[source - m->process] : &p->kernel_events;

    deliver(m, (struct naive_delivery){.in = p->in,
                                       .source = source != NULL ? source->endpoint : HARDWARE,
                                       .bits = *pending & p->accepts});
    *pending &= ~p->accepts;
    if (source == NULL)
        return;
    if (p->waits_for == ANY || p->waits_for == NONE)
        p->last_source = (unsigned)(source - m->process);
    if (p->waits_for == ANY)
        p->message_is_next = true;
}

/* The sender's message comes to one who receives it; the sender sends, or waits to. */
static void take_message(struct naive *m, struct naive_process *p, struct naive_process *sender)
{
    copy_message(m, sender, sender->out, p, p->in);
    if (p->waits_for == ANY && p->accepts != 0)
        p->message_is_next = false;
    sender->out = 0;
    if (sender->state == IPC_SENDING) {
        end_call(sender, 0, IPC_CAME_NOTHING);
        return;
    }
    sender->state = sender->state == IPC_CALLING ? IPC_ANSWER : IPC_AWAITING;
    sender->ticket = sender->ticket % 65535 + 1;
    sender->result = 0;
    sender->second = 0;
}

/* One who receives, or waits for an answer, gets what was found for him. */
static void take(struct naive *m, struct naive_process *p, struct find found)
{
    uint32_t second = found.came | (uint32_t)p->beside << 8;

    if (found.came == IPC_CAME_EVENTS) {
        take_events(m, p, found.from);
    } else {
        take_message(m, p, found.from);
        if (found.came != IPC_CAME_SEND)
            second |= found.from->ticket << 16;
    }
    end_call(p, 0, second);
}

/* Somebody has something new for this process: if it waits for that, it takes it. */
static void offer(struct naive *m, struct naive_process *p)
{
    struct find found;

    if (p->state != IPC_RECEIVING && p->state != IPC_ANSWER)
        return;
    found = look(m, p, p->waits_for, p->accepts);
    if (found.came != IPC_CAME_NOTHING)
        take(m, p, found);
}

/* ---- ipc_select ------------------------------------------------------------------------------ */

/* What the pair has: the second result, or 0. */
static uint32_t readiness(struct naive *m, const struct naive_process *p,
                          const struct ipc_select_pair *pair)
{
    if (pair->source != ANY && pair->source != HARDWARE && find(m, pair->source) == NULL)
        return EDEADSRCDST << 8;
    return look(m, p, pair->source, pair->events).came;
}

bool naive_is_ready(struct naive *m, unsigned slot, const struct ipc_select_pair *pair)
{
    return readiness(m, &m->process[slot], pair) != 0;
}

/* Ends an ipc_select if one of its pairs is ready. */
static void look_at_pairs(struct naive *m, struct naive_process *p)
{
    for (unsigned i = 0; p->state == IPC_SELECTING && i < p->pairs; i++) {
        unsigned index = (p->next_pair + i) % p->pairs;
        uint32_t second = readiness(m, p, &p->set[index]);

        if (second == 0)
            continue;
        p->next_pair = index + 1;
        end_call(p, (int32_t)index, second);
    }
}

static bool choose_pair(struct naive *m, struct naive_process *p, const struct operation *op)
{
    for (unsigned i = 0; i < op->pairs; i++) {
        endpoint_t source = op->set[i].source;

        if (source != ANY && source != HARDWARE && !is_process_endpoint(source)) {
            fail(p, EINVAL, p->endpoint);
            return true;
        }
        if (source == p->endpoint) {
            fail(p, ELOCKED, p->endpoint);
            return true;
        }
        p->set[i] = op->set[i];
    }
    p->state = IPC_SELECTING;
    p->waits_for = ANY;
    p->pairs = op->pairs;
    look_at_pairs(m, p);
    return p->state == IPC_RUNNABLE || wait_or_fail(m, p, op->call);
}

/* ---- The other calls ------------------------------------------------------------------------- */

static bool send(struct naive *m, struct naive_process *p, enum ipc_state state,
                 const struct operation *op)
{
    struct naive_process *q = find(m, op->target);

    p->state = state;
    p->waits_for = op->target;
    p->out = op->out;
    p->in = state == IPC_SENDING ? 0 : op->in;
    p->timed = (op->call & IPC_TIMEOUT) != 0;
    p->since = m->now;
    offer(m, q);
    if (wants_to_send(p))
        return wait_or_fail(m, p, op->call);
    return p->state == IPC_RUNNABLE;
}

static bool receive(struct naive *m, struct naive_process *p, endpoint_t src, uint32_t accepts,
                    const struct operation *op)
{
    p->state = IPC_RECEIVING;
    p->waits_for = src;
    p->accepts = accepts;
    p->in = op->in;
    offer(m, p);
    return p->state == IPC_RUNNABLE || wait_or_fail(m, p, op->call);
}

static bool notify(struct naive *m, struct naive_process *p, endpoint_t dst, uint32_t events)
{
    struct naive_process *q = find(m, dst);

    q->events[p - m->process] |= events;
    offer(m, q);
    end_call(p, 0, IPC_CAME_NOTHING);
    return true;
}

/* Returns 0, or positive why there was no answer. */
static int answer(struct naive *m, struct naive_process *p, const struct operation *op)
{
    struct naive_process *client = find(m, op->target);

    if (!is_process_endpoint(op->target))
        return EINVAL;
    if (client == NULL || (client->state != IPC_ANSWER && client->state != IPC_AWAITING) ||
        client->waits_for != p->endpoint || client->ticket != TICKET(op))
        return ENOTREADY;
    copy_message(m, p, op->out, client, client->in);
    end_call(client, 0, IPC_CAME_REPLY);
    return 0;
}

static bool reply(struct naive *m, struct naive_process *p, const struct operation *op)
{
    int error = answer(m, p, op);

    if (error != 0)
        fail(p, error, op->target);
    else
        end_call(p, 0, IPC_CAME_NOTHING);
    return true;
}

static bool reply_receive(struct naive *m, struct naive_process *p, const struct operation *op)
{
    int error = answer(m, p, op);

    p->answered = error == 0;
    p->beside = error;
    return receive(m, p, op->source, op->events, op);
}

static bool call(struct naive *m, struct naive_process *p, const struct operation *op)
{
    switch (CALL(op)) {
    case 0x1:
        return send(m, p, IPC_SENDING, op);
    case 0x2:
        return receive(m, p, op->target, op->target == NONE ? 0 : 0xffffffff, op);
    case 0x3:
        return send(m, p, IPC_CALLING, op);
    case 0x5:
        return notify(m, p, op->target, 1);
    case 0x10:
        return send(m, p, IPC_REQUESTING, op);
    case 0x20:
        return reply(m, p, op);
    case 0x40:
        return notify(m, p, op->target, op->events);
    case 0x80:
        return receive(m, p, op->target, op->events, op);
    case 0xA0:
        return reply_receive(m, p, op);
    default:
        return choose_pair(m, p, op);
    }
}

/* ---- The argument check ---------------------------------------------------------------------- */

/* The permissions that a call needs, one bit each; 0: no such call. */
static uint32_t permissions_of(uint32_t call)
{
    static const uint16_t numbers[] = {0x1, 0x2, 0x3, 0x4, 0x5, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100};

    if (call == 0xA0)
        return permissions_of(0x20) | permissions_of(0x80);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (numbers[i] == call)
            return 1u << i;
    }
    return 0;
}

static bool has_no_target(uint32_t call)
{
    return call == 0x4 || call == 0x8 || call == 0x100;
}

static bool is_receive(uint32_t call)
{
    return call == 0x2 || call == 0x80 || call == 0xA0;
}

static bool may_wait(uint32_t call)
{
    return call == 0x1 || call == 0x3 || call == 0x10 || call == 0x100 || is_receive(call);
}

static bool is_reply(uint32_t call)
{
    return call == 0x20 || call == 0xA0;
}

static bool flags_are_legal(const struct operation *op)
{
    if ((op->call & 0xc000) != 0)
        return false;
    if ((op->call & 0x3000) != 0 && !may_wait(CALL(op)))
        return false;
    return TICKET(op) == 0 || is_reply(CALL(op));
}

static int check_target(struct naive *m, const struct naive_process *p, uint32_t call,
                        endpoint_t target)
{
    const struct naive_process *q = find(m, target);
    const struct ipc_privilege *privilege = &m->privilege[p->identity];

    if (has_no_target(call))
        return 0;
    if (is_receive(call) && (target == ANY || target == HARDWARE || target == NONE))
        return 0;
    if ((call == 0x3 || call == 0x10) && target == SYSTEM)
        return 0;
    if (!is_process_endpoint(target))
        return -EINVAL;
    if (call == 0x20)
        return 0;
    if (q == NULL)
        return -EDEADSRCDST;
    if (q == p)
        return -ELOCKED;
    if (!is_receive(call) && (privilege->targets[q->identity / 32] & 1u << q->identity % 32) == 0)
        return -ECALLDENIED;
    return 0;
}

static int check(struct naive *m, const struct naive_process *p, const struct operation *op,
                 endpoint_t *culprit)
{
    endpoint_t target = CALL(op) == 0xA0 ? op->source : op->target;
    uint32_t needs = permissions_of(CALL(op));
    int error;

    *culprit = p->endpoint;
    if (needs == 0 || !flags_are_legal(op))
        return -EBADCALL;
    if ((needs & m->privilege[p->identity].calls) != needs)
        return -ETRAPDENIED;
    error = check_target(m, p, CALL(op), target);
    if (error == -EDEADSRCDST)
        *culprit = target;
    if (error != 0)
        return error;
    if (CALL(op) == 0x40 && op->events == 0)
        return -EINVAL;
    if (CALL(op) == 0x100 && (op->pairs < 1 || op->pairs > IPC_SELECT_PAIRS))
        return -EINVAL;
    return 0;
}

/* ---- What the kernel does -------------------------------------------------------------------- */

static int create(struct naive *m, unsigned identity)
{
    struct naive_process *oldest = NULL;

    for (EACH(i)) {
        struct naive_process *p = &m->process[i];

        if (!p->lives && p->endpoint / 1024 < ENDPOINT_GENERATION_LAST &&
            (oldest == NULL || p->freed < oldest->freed))
            oldest = p;
    }
    if (oldest == NULL)
        return -EAGAIN;
    *oldest = (struct naive_process){
        .lives = true,
        .state = IPC_RUNNABLE,
        .endpoint = oldest->endpoint + 1024,
        .identity = identity,
        .waits_for = NONE,
        .last_source = IPC_PROCESSES - 1,
    };
    return (int)(oldest - m->process);
}

/* Whether part of the call had been delivered before it came to wait as it does. */
static bool is_half_done(const struct naive_process *p)
{
    return p->state == IPC_ANSWER || p->state == IPC_AWAITING || p->answered;
}

static void destroy(struct naive *m, struct naive_process *dead)
{
    endpoint_t endpoint = dead->endpoint;

    *dead = (struct naive_process){
        .endpoint = endpoint,
        .waits_for = NONE,
        .freed = m->now++,
    };
    for (EACH(i)) {
        struct naive_process *p = &m->process[i];

        p->events[dead - m->process] = 0;
        if (p->lives && p->state != IPC_RUNNABLE && p->waits_for == endpoint)
            fail(p, is_half_done(p) ? EREPLYDEAD : EDEADSRCDST, endpoint);
    }
}

static void give_up(struct naive_process *p, int error, int error_half_done)
{
    if (p->lives && p->state != IPC_RUNNABLE)
        fail(p, is_half_done(p) ? error_half_done : error, p->waits_for);
}

static bool fault(struct naive *m, struct naive_process *p, const struct operation *op)
{
    struct operation request = *op;

    request.call = IPC_REQUEST;
    p->fault = true;
    return send(m, p, IPC_REQUESTING, &request);
}

static int adopt(struct naive *m, struct naive_process *p, const struct operation *op)
{
    int32_t result = p->result;
    uint32_t second = p->second;

    p->state = IPC_AWAITING;
    p->fault = true;
    p->waits_for = op->target;
    p->in = op->in;
    if (wait_or_fail(m, p, 0)) {
        p->result = result;
        p->second = second;
        return 0;
    }
    p->ticket = p->ticket % 65535 + 1;
    return (int)p->ticket;
}

static struct outcome checked_call(struct naive *m, const struct operation *op)
{
    struct naive_process *p = &m->process[op->slot];
    struct outcome outcome = {.ended = true};

    outcome.error = check(m, p, op, &outcome.culprit);
    if (outcome.error == 0 && !operation_is_kernels(op))
        outcome.ended = call(m, p, op);
    return outcome;
}

static struct outcome perform(struct naive *m, const struct operation *op)
{
    struct naive_process *p = &m->process[op->kind == OPERATION_CREATE ? 0 : op->slot];
    struct outcome outcome = {.ended = true};

    switch (op->kind) {
    case OPERATION_CALL:
        return checked_call(m, op);
    case OPERATION_CREATE:
        outcome.value = create(m, op->identity);
        break;
    case OPERATION_DESTROY:
        destroy(m, p);
        break;
    case OPERATION_POST:
        p->kernel_events |= op->events;
        offer(m, p);
        break;
    case OPERATION_TIMEOUT:
        give_up(p, ETIMEDOUT, EREPLYTIMEDOUT);
        break;
    case OPERATION_CANCEL:
        give_up(p, EINTR, EREPLYINTR);
        break;
    case OPERATION_FAULT:
        outcome.ended = fault(m, p, op);
        break;
    case OPERATION_ADOPT:
        outcome.value = adopt(m, p, op);
        break;
    default:
        if (p->fault)
            end_call(p, 0, IPC_CAME_NOTHING);
        break;
    }
    return outcome;
}

struct outcome naive_perform(struct naive *m, const struct operation *op)
{
    struct outcome outcome;

    m->deliveries = 0;
    outcome = perform(m, op);
    for (EACH(i))
        look_at_pairs(m, &m->process[i]);
    return outcome;
}
