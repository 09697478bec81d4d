/* See model.h. Written from the contract's text (docs/ipc.md), for clearness and nothing else. */
#include "model.h"

#include <string.h>

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

void model_message(uint32_t tag, uint32_t words[MESSAGE_WORDS])
{
    words[0] = 0xdeadbeef; /* a lie about the source */
    for (unsigned i = 1; i < MESSAGE_WORDS; i++)
        words[i] = tag * 2654435761u + i;
}

/* ---- Who is there ---------------------------------------------------------------------------- */

void model_init(struct model *m)
{
    memset(m, 0, sizeof *m);
    for (EACH(i)) {
        m->process[i].endpoint = ENDPOINT(0, i);
        m->process[i].waits_for = NONE;
        m->process[i].freed = m->now++;
    }
}

static int find(const struct model *m, endpoint_t endpoint)
{
    for (EACH(i)) {
        if (m->process[i].lives && m->process[i].endpoint == endpoint)
            return (int)i;
    }
    return -1;
}

int model_create(struct model *m, unsigned identity)
{
    int oldest = -1;

    for (EACH(i)) {
        if (!m->process[i].lives && m->process[i].endpoint >> 10 < ENDPOINT_GENERATION_LAST &&
            (oldest < 0 || m->process[i].freed < m->process[oldest].freed))
            oldest = (int)i;
    }
    if (oldest < 0)
        return -EAGAIN;
    m->process[oldest] = (struct model_process){
        .lives = true,
        .state = IPC_RUNNABLE,
        .endpoint = m->process[oldest].endpoint + 1024,
        .identity = identity,
        .waits_for = NONE,
        .last_source = IPC_PROCESSES - 1,
    };
    return oldest;
}

uint32_t model_ticket(const struct model *m, unsigned client)
{
    uint64_t requests = m->process[client].requests;

    return requests == 0 ? 0 : (uint32_t)((requests - 1) % 65535 + 1);
}

/* ---- Ends of waits --------------------------------------------------------------------------- */

static void end_wait(struct model_process *p, int32_t result, uint32_t second)
{
    p->state = IPC_RUNNABLE;
    p->timed = p->fault = p->reply_done = false;
    p->reply_error = p->pairs = 0;
    p->waits_for = NONE;
    p->mask = 0;
    p->result = result;
    p->second = second;
}

/* Something was handed over in the call that the process waits in. */
static bool half_done(const struct model_process *p)
{
    return p->state == IPC_ANSWER || p->state == IPC_AWAITING || p->reply_done;
}

/* A receive ends with this. */
static void end_receive(struct model_process *p, uint32_t came, uint32_t ticket)
{
    end_wait(p, 0, came + p->reply_error * 256 + ticket * 65536);
}

void model_give_up(struct model *m, unsigned slot, bool timeout)
{
    struct model_process *p = &m->process[slot];
    bool half = half_done(p);

    if (!p->lives || p->state == IPC_RUNNABLE)
        return;
    if (timeout)
        end_wait(p, half ? -EREPLYTIMEDOUT : -ETIMEDOUT, (uint32_t)p->waits_for);
    else
        end_wait(p, half ? -EREPLYINTR : -EINTR, (uint32_t)p->waits_for);
}

/* ---- May it? --------------------------------------------------------------------------------- */

struct rule {
    uint32_t number, flags, bits;
    char target; /* d: destination, D: or SYSTEM, s: source, c: client, -: none */
};

static const struct rule *rule_of(uint32_t number)
{
    static const struct rule rules[] = {
        {0x1, 0x3000, 1 << 0, 'd'},  {0x2, 0x3000, 1 << 1, 's'},      {0x3, 0x3000, 1 << 2, 'D'},
        {0x4, 0, 1 << 3, '-'},       {0x5, 0, 1 << 4, 'd'},           {0x8, 0, 1 << 5, '-'},
        {0x10, 0x3000, 1 << 6, 'D'}, {0x20, 0xffff0000, 1 << 7, 'c'}, {0x40, 0, 1 << 8, 'd'},
        {0x80, 0x3000, 1 << 9, 's'}, {0xa0, 0xffff3000, 5 << 7, 's'}, {0x100, 0x3000, 1 << 10, '-'},
    };

    for (unsigned i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].number == number)
            return &rules[i];
    }
    return NULL;
}

static int check_target(const struct model *m, unsigned caller, char kind, endpoint_t target)
{
    const struct ipc_privilege *privilege = &m->privilege[m->process[caller].identity];
    int slot = find(m, target);
    unsigned identity;

    if (kind == '-')
        return 0;
    if (kind == 's' && (target == ANY || target == HARDWARE || target == NONE))
        return 0;
    if (kind == 'D' && target == SYSTEM)
        return 0;
    if (target <= 0 || target % 1024 >= 1000)
        return -EINVAL;
    if (kind == 'c')
        return 0;
    if (slot < 0)
        return -EDEADSRCDST;
    if ((unsigned)slot == caller)
        return -ELOCKED;
    identity = m->process[slot].identity;
    if (kind != 's' && (privilege->targets[identity / 32] & 1u << identity % 32) == 0)
        return -ECALLDENIED;
    return 0;
}

int model_check(const struct model *m, unsigned caller, const struct ipc_arguments *a,
                endpoint_t *culprit)
{
    const struct model_process *p = &m->process[caller];
    const struct rule *rule = rule_of(a->call & 0xfff);
    int error;

    *culprit = p->endpoint;
    if (rule == NULL || ((a->call & ~0xfffu) | rule->flags) != rule->flags)
        return -EBADCALL;
    if ((m->privilege[p->identity].calls & rule->bits) != rule->bits)
        return -ETRAPDENIED;
    error = check_target(m, caller, rule->target, a->target);
    if (error == -EDEADSRCDST)
        *culprit = a->target;
    if (error == 0 && rule->number == 0x40 && a->events == 0)
        error = -EINVAL;
    if (error == 0 && rule->number == 0x100 && (a->pairs < 1 || a->pairs > 16))
        error = -EINVAL;
    return error;
}

/* ---- Waits ----------------------------------------------------------------------------------- */

/* Whether the process would run again if everybody who runs did all that he can: somebody who
   waits for a name or with a deadline is free, and so is who waits for one who is free. */
static bool is_free(const struct model *m, unsigned slot)
{
    bool free_now[IPC_PROCESSES] = {false};

    for (unsigned round = 0; round <= IPC_PROCESSES; round++) {
        for (EACH(i)) {
            const struct model_process *p = &m->process[i];
            int peer = find(m, p->waits_for);

            if (p->state == IPC_RUNNABLE || p->timed || peer < 0 || free_now[peer])
                free_now[i] = true;
        }
    }
    return free_now[slot];
}

/* False: the wait was refused. */
static bool block(struct model *m, unsigned slot, enum ipc_state state, endpoint_t waits_for,
                  uint32_t flags)
{
    struct model_process *p = &m->process[slot];

    if ((flags & IPC_NONBLOCK) != 0) {
        end_wait(p, -ENOTREADY, (uint32_t)waits_for);
        return false;
    }
    p->state = state;
    p->waits_for = waits_for;
    p->timed = (flags & IPC_TIMEOUT) != 0;
    p->since = m->now++;
    p->result = 0;
    p->second = 0;
    if (is_free(m, slot))
        return true;
    end_wait(p, -ELOCKED, (uint32_t)waits_for);
    return false;
}

static bool is_queued_on(const struct model_process *p, const struct model_process *owner)
{
    return p->lives && p->waits_for == owner->endpoint &&
           (p->state == IPC_SENDING || p->state == IPC_CALLING || p->state == IPC_REQUESTING);
}

static uint32_t came_by(enum ipc_state kind)
{
    return kind == IPC_SENDING   ? IPC_CAME_SEND
           : kind == IPC_CALLING ? IPC_CAME_SEND_REC
                                 : IPC_CAME_REQUEST;
}

/* ---- What there is for a receiver ------------------------------------------------------------ */

struct found {
    uint32_t came;
    int who; /* -1: the kernel */
};

static struct found find_event(const struct model *m, unsigned slot, endpoint_t src, uint32_t mask)
{
    const struct model_process *p = &m->process[slot];
    bool of_all = src == ANY || src == NONE;

    if ((p->kernel_events & mask) != 0 && (of_all || src == HARDWARE))
        return (struct found){IPC_CAME_EVENTS, -1};
    for (EACH(i)) {
        unsigned source = (p->last_source + 1 + i) % IPC_PROCESSES;

        if ((p->events[source] & mask) != 0 && (of_all || src == m->process[source].endpoint))
            return (struct found){IPC_CAME_EVENTS, (int)source};
    }
    return (struct found){IPC_CAME_NOTHING, -1};
}

static struct found find_message(const struct model *m, unsigned slot, endpoint_t src)
{
    struct found first = {IPC_CAME_NOTHING, -1};

    for (EACH(i)) {
        const struct model_process *q = &m->process[i];

        if (is_queued_on(q, &m->process[slot]) && (src == ANY || src == q->endpoint) &&
            (first.who < 0 || q->since < m->process[first.who].since))
            first = (struct found){came_by(q->state), (int)i};
    }
    return first;
}

static struct found find_any(const struct model *m, unsigned slot, endpoint_t src, uint32_t mask)
{
    struct found event = find_event(m, slot, src, mask), letter = find_message(m, slot, src);
    bool letter_is_next = src == ANY && m->process[slot].message_is_next;

    if (event.came == IPC_CAME_NOTHING)
        return letter;
    if (letter.came == IPC_CAME_NOTHING || event.who < 0 || !letter_is_next)
        return event;
    return letter;
}

/* ---- Deliveries ------------------------------------------------------------------------------ */

static void fill_box(struct model_process *p, const struct model_process *sender)
{
    model_message(sender->tag, p->box);
    p->box[0] = (uint32_t)sender->endpoint;
}

static void give_event(struct model *m, unsigned slot, endpoint_t src, uint32_t mask, int source)
{
    struct model_process *p = &m->process[slot];
    uint32_t *pending = source < 0 ? &p->kernel_events : &p->events[source];

    memset(p->box, 0, sizeof p->box);
    p->box[0] = (uint32_t)(source < 0 ? HARDWARE : m->process[source].endpoint);
    p->box[1] = IPC_EVENT_MESSAGE;
    p->box[2] = *pending & mask;
    *pending &= ~mask;
    if (source >= 0 && (src == ANY || src == NONE))
        p->last_source = (unsigned)source;
    if (source >= 0 && src == ANY)
        p->message_is_next = true;
    end_receive(p, IPC_CAME_EVENTS, 0);
}

/* Hands over what `sender` offers, in its own way, and ends the receiver's receive. */
static void give_message(struct model *m, unsigned slot, endpoint_t src, uint32_t mask,
                         unsigned sender, enum ipc_state kind)
{
    struct model_process *p = &m->process[slot], *q = &m->process[sender];

    fill_box(p, q);
    if (src == ANY && mask != 0)
        p->message_is_next = false;
    if (kind == IPC_SENDING) {
        end_receive(p, IPC_CAME_SEND, 0);
        end_wait(q, 0, IPC_CAME_NOTHING);
        return;
    }
    q->requests++;
    end_receive(p, came_by(kind), model_ticket(m, sender));
    q->state = kind == IPC_CALLING ? IPC_ANSWER : IPC_AWAITING;
}

/* Gives the receiver what there is for it. */
static bool feed(struct model *m, unsigned slot, endpoint_t src, uint32_t mask)
{
    struct found found = find_any(m, slot, src, mask);

    if (found.came == IPC_CAME_NOTHING)
        return false;
    if (found.came == IPC_CAME_EVENTS)
        give_event(m, slot, src, mask, found.who);
    else
        give_message(m, slot, src, mask, (unsigned)found.who, m->process[found.who].state);
    return true;
}

/* The pair that ipc_select answers with now, counted from 1, or 0. */
static unsigned find_pair(const struct model *m, unsigned slot, uint32_t *second)
{
    const struct model_process *p = &m->process[slot];

    for (unsigned i = 0; i < p->pairs; i++) {
        unsigned index = (p->last_pair + i) % p->pairs;
        endpoint_t source = p->set[index].source;

        *second = find_any(m, slot, source, p->set[index].events).came;
        if (source != ANY && source != HARDWARE && find(m, source) < 0)
            *second = EDEADSRCDST * 256;
        if (*second != 0)
            return index + 1;
    }
    return 0;
}

/* Asks everybody who waits whether there is something for him by now. */
static void settle(struct model *m)
{
    for (EACH(i)) {
        struct model_process *p = &m->process[i];
        uint32_t second = 0;
        unsigned pair;

        if (p->state == IPC_RECEIVING)
            feed(m, i, p->waits_for, p->mask);
        if (p->state != IPC_SELECTING)
            continue;
        pair = find_pair(m, i, &second);
        if (pair != 0) {
            end_wait(p, (int32_t)pair - 1, second);
            p->last_pair = pair;
        }
    }
}

/* ---- The calls ------------------------------------------------------------------------------- */

void model_offer(struct model *m, unsigned caller, enum ipc_state kind, endpoint_t dst,
                 uint32_t flags)
{
    unsigned peer = (unsigned)find(m, dst);
    struct model_process *p = &m->process[caller], *q = &m->process[peer];
    bool listens =
        (q->state == IPC_RECEIVING && (q->waits_for == ANY || q->waits_for == p->endpoint)) ||
        (q->state == IPC_ANSWER && q->waits_for == p->endpoint);

    if (!listens) {
        block(m, caller, kind, dst, flags);
        settle(m);
        return;
    }
    /* Nothing refuses the second half: its peer runs. */
    p->waits_for = dst;
    p->timed = (flags & IPC_TIMEOUT) != 0;
    p->result = 0;
    p->second = 0;
    give_message(m, peer, q->waits_for, q->mask, caller, kind);
}

static void receive(struct model *m, unsigned caller, endpoint_t src, uint32_t mask, uint32_t flags)
{
    struct model_process *p = &m->process[caller];

    if (feed(m, caller, src, mask))
        return;
    if (block(m, caller, IPC_RECEIVING, src, flags))
        p->mask = mask;
}

void model_receive(struct model *m, unsigned caller, endpoint_t src, uint32_t mask, uint32_t flags)
{
    receive(m, caller, src, mask, flags);
}

/* 0, or the error. */
static int reply(struct model *m, unsigned caller, endpoint_t dst, uint32_t ticket)
{
    struct model_process *p = &m->process[caller];
    int client = find(m, dst);
    struct model_process *q;

    if (dst <= 0 || dst % 1024 >= 1000)
        return EINVAL;
    if (client < 0)
        return ENOTREADY;
    q = &m->process[client];
    if ((q->state != IPC_ANSWER && q->state != IPC_AWAITING) || q->waits_for != p->endpoint ||
        model_ticket(m, (unsigned)client) != ticket)
        return ENOTREADY;
    fill_box(q, p);
    end_wait(q, 0, IPC_CAME_REPLY);
    return 0;
}

void model_reply(struct model *m, unsigned caller, endpoint_t dst, uint32_t ticket)
{
    int error = reply(m, caller, dst, ticket);

    end_wait(&m->process[caller], -error, error == 0 ? 0 : (uint32_t)dst);
}

void model_reply_receive(struct model *m, unsigned caller, endpoint_t dst, uint32_t ticket,
                         endpoint_t src, uint32_t mask, uint32_t flags)
{
    int error = reply(m, caller, dst, ticket);

    m->process[caller].reply_done = error == 0;
    m->process[caller].reply_error = (unsigned)error;
    receive(m, caller, src, mask, flags);
}

void model_notify(struct model *m, unsigned caller, endpoint_t dst, uint32_t events)
{
    m->process[find(m, dst)].events[caller] |= events;
    settle(m);
    end_wait(&m->process[caller], 0, IPC_CAME_NOTHING);
}

void model_post(struct model *m, unsigned slot, uint32_t bits)
{
    m->process[slot].kernel_events |= bits;
    settle(m);
}

void model_select(struct model *m, unsigned caller, const struct ipc_select_pair *set,
                  unsigned pairs, uint32_t flags)
{
    struct model_process *p = &m->process[caller];
    uint32_t second = 0;
    unsigned pair;

    for (unsigned i = 0; i < pairs; i++) {
        endpoint_t source = set[i].source;

        if (source != ANY && source != HARDWARE && (source <= 0 || source % 1024 >= 1000)) {
            end_wait(p, -EINVAL, (uint32_t)p->endpoint);
            return;
        }
        if (source == p->endpoint) {
            end_wait(p, -ELOCKED, (uint32_t)p->endpoint);
            return;
        }
    }
    memcpy(p->set, set, pairs * sizeof set[0]);
    p->pairs = pairs;
    pair = find_pair(m, caller, &second);
    if (pair != 0) {
        end_wait(p, (int32_t)pair - 1, second);
        p->last_pair = pair;
        return;
    }
    block(m, caller, IPC_SELECTING, ANY, flags);
}

/* ---- The kernel's part ----------------------------------------------------------------------- */

void model_fault_request(struct model *m, unsigned slot, endpoint_t handler)
{
    struct model_process *p = &m->process[slot];

    p->fault = true;
    model_offer(m, slot, IPC_REQUESTING, handler, 0);
}

unsigned model_fault_adopt(struct model *m, unsigned slot, endpoint_t handler)
{
    struct model_process before = m->process[slot];

    if (!block(m, slot, IPC_AWAITING, handler, 0)) {
        m->process[slot] = before;
        return 0;
    }
    m->process[slot].fault = true;
    m->process[slot].requests++;
    return model_ticket(m, slot);
}

void model_fault_restart(struct model *m, unsigned slot)
{
    if (m->process[slot].fault)
        end_wait(&m->process[slot], 0, 0);
}

void model_destroy(struct model *m, unsigned slot)
{
    endpoint_t endpoint = m->process[slot].endpoint;

    m->process[slot] = (struct model_process){
        .endpoint = endpoint,
        .waits_for = NONE,
        .freed = m->now++,
    };
    for (EACH(i)) {
        struct model_process *p = &m->process[i];

        p->events[slot] = 0;
        if (p->lives && p->state != IPC_RUNNABLE && p->waits_for == endpoint)
            end_wait(p, half_done(p) ? -EREPLYDEAD : -EDEADSRCDST, (uint32_t)endpoint);
    }
    settle(m);
}
