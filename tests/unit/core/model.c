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

static void end_wait(struct model_process *p, int32_t result, uint32_t second)
{
    p->state = IPC_RUNNABLE;
    p->timed = false;
    p->waits_for = NONE;
    p->result = result;
    p->second = second;
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
            end_wait(p, p->state == IPC_ANSWER ? -EREPLYDEAD : -EDEADSRCDST, (uint32_t)endpoint);
    }
}

int model_check(const struct model *m, unsigned caller, uint32_t call, endpoint_t target,
                endpoint_t *culprit)
{
    const struct model_process *p = &m->process[caller];
    const struct ipc_privilege *privilege = &m->privilege[p->identity];
    uint32_t number = call & 0xfff, flags = call & ~0xfffu;
    bool waits = number >= 1 && number <= 3;
    int bit = number == 8 ? 5 : (int)number - 1;
    int slot = find(m, target);

    *culprit = p->endpoint;
    if (!((number >= 1 && number <= 5) || number == 8))
        return -EBADCALL;
    if ((flags & ~(waits ? 0x3000u : 0u)) != 0)
        return -EBADCALL;
    if ((privilege->calls & 1u << bit) == 0)
        return -ETRAPDENIED;
    if (number == 4 || number == 8)
        return 0;
    if (number == 2 && (target == ANY || target == HARDWARE || target == NONE))
        return 0;
    if (number == 3 && target == SYSTEM)
        return 0;
    if (target <= 0 || target % 1024 >= 1000)
        return -EINVAL;
    if (slot < 0) {
        *culprit = target;
        return -EDEADSRCDST;
    }
    if ((unsigned)slot == caller)
        return -ELOCKED;
    if (number != 2) {
        unsigned identity = m->process[slot].identity;

        if ((privilege->targets[identity / 32] & 1u << identity % 32) == 0)
            return -ECALLDENIED;
    }
    return 0;
}

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

static void block(struct model *m, unsigned slot, enum ipc_state state, endpoint_t waits_for,
                  uint32_t flags)
{
    struct model_process *p = &m->process[slot];

    if ((flags & IPC_NONBLOCK) != 0) {
        end_wait(p, -ENOTREADY, (uint32_t)waits_for);
        return;
    }
    p->state = state;
    p->waits_for = waits_for;
    p->timed = (flags & IPC_TIMEOUT) != 0;
    p->since = m->now++;
    p->result = 0;
    p->second = 0;
    if (!is_free(m, slot))
        end_wait(p, -ELOCKED, (uint32_t)waits_for);
}

static void give_event(struct model_process *p, endpoint_t source, uint32_t bits)
{
    memset(p->box, 0, sizeof p->box);
    p->box[0] = (uint32_t)source;
    p->box[1] = IPC_EVENT_MESSAGE;
    p->box[2] = bits;
    end_wait(p, 0, IPC_CAME_EVENTS);
}

/* Takes an event of the source, if the receive is for it. */
static bool take_event(struct model *m, unsigned slot, endpoint_t src, unsigned source)
{
    struct model_process *p = &m->process[slot];
    uint32_t bits = p->events[source];

    if (bits == 0 || (src != ANY && src != m->process[source].endpoint))
        return false;
    p->events[source] = 0;
    if (src == ANY) {
        p->last_source = source;
        p->message_is_next = true;
    }
    give_event(p, m->process[source].endpoint, bits);
    return true;
}

static bool take_kernel_event(struct model_process *p, endpoint_t src)
{
    uint32_t bits = p->kernel_events;

    if (bits == 0 || (src != ANY && src != HARDWARE))
        return false;
    p->kernel_events = 0;
    give_event(p, HARDWARE, bits);
    return true;
}

static bool take_any_event(struct model *m, unsigned slot, endpoint_t src)
{
    unsigned from = m->process[slot].last_source + 1;

    for (EACH(i)) {
        if (take_event(m, slot, src, (from + i) % IPC_PROCESSES))
            return true;
    }
    return false;
}

static void give_message(struct model_process *receiver, const struct model_process *sender,
                         endpoint_t src)
{
    model_message(sender->tag, receiver->box);
    receiver->box[0] = (uint32_t)sender->endpoint;
    if (src == ANY)
        receiver->message_is_next = false;
}

static bool take_message(struct model *m, unsigned slot, endpoint_t src)
{
    struct model_process *p = &m->process[slot], *first = NULL;
    bool calls;

    for (EACH(i)) {
        struct model_process *q = &m->process[i];

        if ((q->state == IPC_SENDING || q->state == IPC_CALLING) && q->waits_for == p->endpoint &&
            (src == ANY || src == q->endpoint) && (first == NULL || q->since < first->since))
            first = q;
    }
    if (first == NULL)
        return false;
    calls = first->state == IPC_CALLING;
    give_message(p, first, src);
    end_wait(p, 0, calls ? IPC_CAME_SEND_REC : IPC_CAME_SEND);
    if (calls)
        first->state = IPC_ANSWER;
    else
        end_wait(first, 0, IPC_CAME_NOTHING);
    return true;
}

void model_send(struct model *m, unsigned caller, endpoint_t dst, uint32_t flags, bool answer)
{
    struct model_process *p = &m->process[caller], *q = &m->process[find(m, dst)];
    bool listens =
        (q->state == IPC_RECEIVING && (q->waits_for == ANY || q->waits_for == p->endpoint)) ||
        (q->state == IPC_ANSWER && q->waits_for == p->endpoint);

    if (!listens) {
        block(m, caller, answer ? IPC_CALLING : IPC_SENDING, dst, flags);
        return;
    }
    give_message(q, p, q->waits_for);
    end_wait(q, 0, answer ? IPC_CAME_SEND_REC : IPC_CAME_SEND);
    end_wait(p, 0, IPC_CAME_NOTHING);
    if (answer)
        block(m, caller, IPC_ANSWER, dst, flags & ~(uint32_t)IPC_NONBLOCK);
}

void model_receive(struct model *m, unsigned caller, endpoint_t src, uint32_t flags)
{
    struct model_process *p = &m->process[caller];

    if (take_kernel_event(p, src))
        return;
    if (src == ANY && p->message_is_next && take_message(m, caller, src))
        return;
    if (take_any_event(m, caller, src) || take_message(m, caller, src))
        return;
    block(m, caller, IPC_RECEIVING, src, flags);
}

void model_notify(struct model *m, unsigned caller, endpoint_t dst)
{
    unsigned slot = (unsigned)find(m, dst);
    struct model_process *q = &m->process[slot];

    q->events[caller] |= 1;
    if (q->state == IPC_RECEIVING)
        take_event(m, slot, q->waits_for, caller);
    end_wait(&m->process[caller], 0, IPC_CAME_NOTHING);
}

void model_post(struct model *m, unsigned slot, uint32_t bits)
{
    struct model_process *q = &m->process[slot];

    q->kernel_events |= bits;
    if (q->state == IPC_RECEIVING)
        take_kernel_event(q, q->waits_for);
}

void model_give_up(struct model *m, unsigned slot, bool timeout)
{
    struct model_process *p = &m->process[slot];
    bool second_half = p->state == IPC_ANSWER;

    if (!p->lives || p->state == IPC_RUNNABLE)
        return;
    if (timeout)
        end_wait(p, second_half ? -EREPLYTIMEDOUT : -ETIMEDOUT, (uint32_t)p->waits_for);
    else
        end_wait(p, second_half ? -EREPLYINTR : -EINTR, (uint32_t)p->waits_for);
}
