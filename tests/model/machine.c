/* See machine.h. */
#include "machine.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

#define ENTRY_BYTES 128u

/* Entries of nobody, as the assembly lays them out, and how one may wait. */
#define NOBODY         MACHINE_NOBODY
#define CLIENT         (NOBODY + 512)
#define APART_CLIENT   (NOBODY + 1024)
#define WAITS_MESSAGE  MACHINE_MESSAGE
#define WAITS_APART    0x800003ffu
#define WAITS_RECEIVER 0x800005ffu

/* What offsets.c asserts, and that this machine keeps words as that one does. */
_Static_assert(offsetof(struct ipc_process, delivered) == offsetof(struct ipc_process, state) + 3,
               "state, timed, fault and delivered are one word");
_Static_assert(offsetof(struct ipc_process, ticket) == offsetof(struct ipc_process, reply_call) + 2,
               "call and ticket are one word");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are read as the assembly does");

enum form {
    BOXES,
    MESSAGE,
    IN_TWO_PAGES,
    FORMS
};

/* As what the entry of one who runs was left; the first is the core's own. */
enum left_as {
    LEFT_RUNNABLE,
    LEFT_OPEN,
    LEFT_RECEIVING,
    LEFT_AWAITING,
    LEFT_WAYS
};

struct machine {
    const struct ipc_table *before;
    const struct operation *op;
    struct ipc_table table;
    uint32_t partner[IPC_PROCESSES], client[IPC_PROCESSES];
    endpoint_t accepts[IPC_PROCESSES];
    enum form form[IPC_PROCESSES]; /* with what each waits, or calls */
    uint32_t woken, displaced;
    uint32_t eax[IPC_PROCESSES], esi[IPC_PROCESSES];
    unsigned runs;
    enum left_as left;
    unsigned answers; /* the slot of whose request the caller's partner speaks */
    uint32_t mask;    /* and the events for which the caller waited then */
    struct naive_delivery delivery;
};

uint64_t seen_machine[MACHINE_RENDEZVOUS];
const char *const machine_names[MACHINE_RENDEZVOUS] = {"request", "answer", "send", "receive",
                                                       "interrupt"};

static struct machine machine;

static uint32_t entry_of(unsigned slot)
{
    return slot * ENTRY_BYTES;
}

/* Of nobody there is no process. */
static struct ipc_process *at(struct machine *m, uint32_t entry)
{
    return &m->table.process[entry / ENTRY_BYTES];
}

static uint32_t word_at(const void *field)
{
    uint32_t word;

    memcpy(&word, field, sizeof word);
    return word;
}

static void set_word(void *field, uint32_t word)
{
    memcpy(field, &word, sizeof word);
}

static bool may(const struct machine *m, unsigned slot, uint32_t calls)
{
    return (m->before->privilege[m->before->process[slot].identity].calls & calls) == calls;
}

/* ---- What the words say ---------------------------------------------------------------------- */

struct words {
    uint32_t partner;
    endpoint_t accepts;
};

/* What the kernel tells the machine of one who has come to wait so. */
static struct words word_of(const struct ipc_table *t, unsigned slot, enum form form)
{
    const struct ipc_process *p = &t->process[slot];

    if (ipc_waits_openly(t, slot)) {
        if (form == IN_TWO_PAGES)
            return (struct words){WAITS_APART, 0};
        return (struct words){form == BOXES ? (uint32_t)p->endpoint : WAITS_MESSAGE, 0};
    }
    if (ipc_accepts_openly(t, slot) && form != IN_TWO_PAGES)
        return (struct words){WAITS_RECEIVER, p->waits_for};
    return (struct words){NOBODY, 0};
}

static bool is_told_of(const struct ipc_table *t, unsigned slot)
{
    return ipc_waits_openly(t, slot) || ipc_accepts_openly(t, slot);
}

/* ---- Where it begins ------------------------------------------------------------------------- */

/* The entry of one who runs, as a wait has left it that the machine ended. */
static void leave_as(struct machine *m, unsigned slot, enum left_as left)
{
    struct ipc_process *p = &m->table.process[slot];

    if (left == LEFT_RUNNABLE)
        return;
    p->state = left == LEFT_AWAITING ? IPC_AWAITING : IPC_RECEIVING;
    p->delivered = left == LEFT_OPEN;
    p->waits_for =
        left == LEFT_AWAITING ? m->before->process[(slot + 1) % IPC_PROCESSES].endpoint : ANY;
    p->event_mask = left == LEFT_OPEN ? m->mask : left == LEFT_RECEIVING ? IPC_ALL_EVENTS : 0;
    p->in = BOX(slot, m->form[slot] == BOXES ? BOX_IN : BOX_FAULT_IN);
}

/* The state before the operation: the caller, or whoever is interrupted, has been left so. */
static void begin(struct machine *m, unsigned runs, enum form mine, enum form others)
{
    table_copy(&m->table, m->before);
    for (EACH(slot)) {
        struct words words;

        m->form[slot] = slot == runs ? mine : others;
        words = word_of(m->before, slot, m->form[slot]);
        m->partner[slot] = words.partner;
        m->accepts[slot] = words.accepts;
        m->eax[slot] = (uint32_t)m->before->process[slot].result;
        m->esi[slot] = m->before->process[slot].second;
    }
    m->woken = m->displaced = NOBODY;
    m->runs = runs;
    leave_as(m, runs, m->left);
}

static void wait_with(struct ipc_process *p, enum ipc_state state, phys_addr_t in,
                      endpoint_t waits_for, uint32_t event_mask)
{
    p->in = in;
    p->waits_for = waits_for;
    set_word(&p->state, state);
    p->event_mask = event_mask;
}

/* The message of the one process to where the other waits, whose results these are. */
static void deliver(struct machine *m, unsigned from, unsigned to, uint32_t second)
{
    struct ipc_process *sender = &m->table.process[from], *receiver = &m->table.process[to];

    m->delivery =
        (struct naive_delivery){.in = receiver->in, .out = m->op->out, .source = sender->endpoint};
    sender->sent++;
    receiver->received++;
    m->eax[to] = 0;
    m->esi[to] = second;
}

/* ---- A request ------------------------------------------------------------------------------- */

static bool reaches(const struct machine *m, unsigned client, unsigned server)
{
    endpoint_t culprit;

    return server < IPC_PROCESSES && server != client &&
           m->before->process[server].state != IPC_FREE &&
           ipc_check(m->before, client, IPC_REQUEST, m->before->process[server].endpoint,
                     &culprit) == 0;
}

static bool request(struct machine *m, unsigned server, uint32_t known_as)
{
    unsigned self = m->op->slot;
    struct ipc_process *p = &m->table.process[self];
    uint32_t word = word_at(&p->reply_call) + (1u << 16);

    if (word < 1u << 16)
        word += 1u << 16;
    set_word(&p->reply_call, word);
    wait_with(p, IPC_AWAITING, m->op->in, m->op->target, 0);
    m->partner[self] = NOBODY;
    deliver(m, self, server, (word & ~0xffu) | IPC_CAME_REQUEST);
    m->partner[server] = known_as;
    m->client[server] = entry_of(self);
    m->runs = server;
    return true;
}

static bool ask(struct machine *m)
{
    const uint32_t eax = (uint32_t)m->op->target;
    const unsigned self = m->op->slot, server = eax & 0xff;
    const bool apart = m->form[self] == IN_TWO_PAGES;
    uint32_t partner;

    if (m->op->call != IPC_REQUEST || !reaches(m, self, server))
        return false;
    partner = m->partner[server];
    if (!apart && partner == eax)
        return request(m, server, entry_of(self));
    if ((uint32_t)m->table.process[server].endpoint != eax)
        return false;
    if (!apart && partner == WAITS_MESSAGE)
        return request(m, server, CLIENT);
    if (partner == WAITS_APART || (apart && (partner == WAITS_MESSAGE || partner == eax)))
        return request(m, server, APART_CLIENT);
    return false;
}

/* ---- An answer ------------------------------------------------------------------------------- */

/* `waits_as`: what the caller's partner is from now on. */
static bool finish_answer(struct machine *m, unsigned client, uint32_t waits_as)
{
    unsigned self = m->op->slot;

    deliver(m, self, client, IPC_CAME_REPLY);
    m->partner[self] = waits_as;
    m->runs = client;
    return true;
}

static bool answer(struct machine *m)
{
    const unsigned self = m->op->slot;
    const enum form form = m->form[self];
    struct ipc_process *p = &m->table.process[self];
    const uint32_t partner = m->partner[self];
    const bool at_once = partner < entry_of(IPC_PROCESSES); /* the client's entry itself */
    uint32_t client = at_once ? partner : m->client[self];

    if ((m->op->call & IPC_CALL_MASK) != IPC_REPLY_RECEIVE || m->op->source != ANY)
        return false;
    if (!(at_once && form == BOXES) && !(partner == CLIENT && form == MESSAGE) &&
        partner != APART_CLIENT)
        return false;
    if (word_at(&at(m, client)->reply_call) != m->op->call ||
        at(m, client)->endpoint != m->op->target || p->event_mask != m->op->events)
        return false;
    if (!at_once)
        p->in = m->op->in;
    return finish_answer(m, client / ENTRY_BYTES,
                         form == BOXES     ? (uint32_t)p->endpoint
                         : form == MESSAGE ? WAITS_MESSAGE
                                           : WAITS_APART);
}

/* ---- The others ------------------------------------------------------------------------------ */

static bool send(struct machine *m)
{
    const unsigned self = m->op->slot, slot = (uint32_t)m->op->target & 0xff;

    if (m->op->call != IPC_SEND || m->form[self] == IN_TWO_PAGES ||
        !may(m, self, 1u << CALL_BIT_send) || !reaches(m, self, slot))
        return false;
    if (m->partner[slot] != WAITS_RECEIVER || m->table.process[slot].endpoint != m->op->target ||
        m->woken != NOBODY ||
        (m->accepts[slot] != ANY && m->accepts[slot] != m->table.process[self].endpoint))
        return false;
    deliver(m, self, slot, IPC_CAME_SEND);
    m->partner[slot] = m->partner[self] = NOBODY;
    m->woken = entry_of(slot);
    m->eax[self] = 0;
    m->esi[self] = IPC_CAME_NOTHING;
    return true;
}

/* With somebody woken. */
static bool receive(struct machine *m)
{
    const unsigned self = m->op->slot;
    struct ipc_process *p = &m->table.process[self];

    if (m->op->call != IPC_RECEIVE || m->form[self] == IN_TWO_PAGES ||
        !may(m, self, 1u << CALL_BIT_receive) || m->woken == NOBODY)
        return false;
    if ((m->op->target != ANY && at(m, m->woken)->endpoint != m->op->target) || p->pending != 0 ||
        p->prefer_message)
        return false;
    wait_with(p, IPC_RECEIVING, m->op->in, m->op->target, IPC_ALL_EVENTS);
    m->accepts[self] = m->op->target;
    m->partner[self] = WAITS_RECEIVER;
    m->runs = m->woken / ENTRY_BYTES;
    m->woken = NOBODY;
    return true;
}

static bool interrupt(struct machine *m)
{
    const unsigned driver = m->op->slot;
    const struct ipc_process *p = &m->table.process[driver];

    if ((p->event_mask & m->op->events) == 0 || m->displaced != NOBODY)
        return false;
    if (m->partner[driver] == WAITS_RECEIVER) {
        if (m->accepts[driver] != ANY)
            return false;
    } else if (m->partner[driver] != WAITS_MESSAGE && m->partner[driver] != (uint32_t)p->endpoint) {
        return false;
    }
    m->displaced = entry_of(m->runs);
    m->delivery = (struct naive_delivery){.in = p->in, .source = HARDWARE, .bits = m->op->events};
    m->eax[driver] = 0;
    m->esi[driver] = IPC_CAME_EVENTS;
    m->partner[driver] = NOBODY;
    m->runs = driver;
    return true;
}

/* ---- Held against the core ------------------------------------------------------------------- */

/*
 * What an answer by the caller takes for granted: the caller was woken from an open wait, for these
 * events, by this client's request, and nothing has happened since. check_partner finds it true
 * after every request, and between a request and its answer the machine does nothing else that
 * keeps `partner`.
 */
static bool owes_answer(const struct machine *m, const struct ipc_table *t, unsigned server,
                        unsigned client, uint32_t mask)
{
    const struct ipc_process *s = &t->process[server], *c = &t->process[client];
    uint32_t events = s->kernel_events;

    for (EACH(source))
        events |= t->events[server][source];
    return s->state == IPC_RUNNABLE && !s->prefer_message && s->queue_first == IPC_NO_SLOT &&
           (events & mask) == 0 &&
           may(m, server, 1u << CALL_BIT_ipc_reply | 1u << CALL_BIT_ipc_receive) &&
           c->state == IPC_AWAITING && c->waits_for == s->endpoint && !c->timed && !c->fault;
}

/* Whether the words lead to what they promise: one who waits is known as the kernel would have
   told, one who runs as nobody, or as one who owes an answer. */
static const char *check_partner(const struct machine *m, const struct ipc_table *after,
                                 unsigned slot)
{
    const struct words words = word_of(after, slot, m->form[slot]);
    uint32_t partner = m->partner[slot], client;

    if (partner == words.partner)
        return partner == WAITS_RECEIVER && m->accepts[slot] != words.accepts
                   ? "takes another's sends"
                   : NULL;
    if (after->process[slot].state != IPC_RUNNABLE || slot != m->runs)
        return "knows another partner";
    client = partner == CLIENT || partner == APART_CLIENT ? m->client[slot] : partner;
    if (client >= entry_of(IPC_PROCESSES) ||
        !owes_answer(m, after, slot, client / ENTRY_BYTES, m->before->process[slot].event_mask))
        return "could answer one to whom it owes none";
    return NULL;
}

/* As the next upcall of the kernel does. */
static void settle(struct machine *m)
{
    if (m->displaced != NOBODY)
        ipc_settle(&m->table, m->displaced / ENTRY_BYTES);
    ipc_settle(&m->table, m->runs);
    if (m->woken != NOBODY)
        ipc_settle(&m->table, m->woken / ENTRY_BYTES);
}

static bool delivers_the_same(const struct machine *m)
{
    const struct naive_delivery *real = &world.delivery[0], *d = &m->delivery;

    if (m->op->kind == OPERATION_CALL && m->op->call == IPC_RECEIVE)
        return world.deliveries == 0;
    return world.deliveries == 1 && real->in == d->in && real->out == d->out &&
           real->source == d->source && real->bits == d->bits;
}

/* The table but for results. Those of one who waits are nobody's: they are written when it ends. */
static const char *check_entry(struct machine *m, const struct ipc_table *after, unsigned slot)
{
    struct ipc_process *p = &m->table.process[slot];
    const struct ipc_process *q = &after->process[slot];

    if (q->state == IPC_RUNNABLE && m->eax[slot] != (uint32_t)q->result)
        return "has another result";
    if (q->state == IPC_RUNNABLE && m->esi[slot] != q->second)
        return "has another second result";
    p->result = q->result;
    p->second = q->second;
    if (memcmp(p, q, sizeof *p) != 0)
        return "leaves another entry";
    return check_partner(m, after, slot);
}

static const char *check(struct machine *m, const struct ipc_table *after,
                         const struct outcome *outcome, unsigned *slot)
{
    const char *wrong;

    *slot = IPC_PROCESSES;
    if (outcome->error != 0)
        return "happens where the core refuses";
    if (m->runs >= IPC_PROCESSES || after->process[m->runs].state != IPC_RUNNABLE)
        return "goes on with one who does not run";
    if (!delivers_the_same(m))
        return "delivers something else";
    settle(m);
    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        wrong = check_entry(m, after, *slot);
        if (wrong != NULL)
            return wrong;
    }
    return table_equal(&m->table, after) ? NULL : "leaves another table";
}

static const char *say(enum machine_rendezvous which, const char *wrong)
{
    static char text[80];

    snprintf(text, sizeof text, "the machine's %s %s", machine_names[which], wrong);
    return text;
}

struct trial {
    const struct ipc_table *after;
    const struct outcome *outcome;
    unsigned *slot;
};

static const char *try(struct machine *m, enum machine_rendezvous which, const struct trial *trial)
{
    static bool (*const rendezvous[MACHINE_RENDEZVOUS])(struct machine *) = {ask, answer, send,
                                                                             receive, interrupt};
    const char *wrong;

    if (!rendezvous[which](m))
        return NULL;
    seen_machine[which]++;
    wrong = check(m, trial->after, trial->outcome, trial->slot);
    return wrong == NULL ? NULL : say(which, wrong);
}

/* ---- Every way in which an operation may come to the machine --------------------------------- */

/* A request or a send. With a partner of whom the machine was told nothing, forms are all one. */
static const char *try_to_partner(struct machine *m, enum machine_rendezvous which,
                                  const struct trial *trial)
{
    unsigned partner = (uint32_t)m->op->target & 0xff;
    unsigned ways = FORMS * FORMS;
    const char *wrong = NULL;

    if (partner >= IPC_PROCESSES)
        return NULL;
    if (!is_told_of(m->before, partner))
        ways = 1;
    for (unsigned i = 0; i < ways * LEFT_WAYS && wrong == NULL; i++) {
        unsigned way = i / LEFT_WAYS;

        m->left = (enum left_as)(i % LEFT_WAYS);
        m->mask = EVENT_NOTIFY;
        begin(m, m->op->slot, (enum form)(way / FORMS), (enum form)(way % FORMS));
        wrong = try(m, which, trial);
    }
    return wrong;
}

/* What the caller waited with before, and waits with now. */
static const char *try_answer_as(struct machine *m, unsigned client, const struct trial *trial)
{
    const uint32_t known_as[] = {entry_of(client), CLIENT, APART_CLIENT};
    const char *wrong = NULL;

    for (unsigned i = 0; i < FORMS * FORMS && wrong == NULL; i++) {
        begin(m, m->op->slot, (enum form)(i % FORMS), BOXES);
        m->partner[m->op->slot] = known_as[i / FORMS];
        m->client[m->op->slot] = entry_of(client);
        wrong = try(m, MACHINE_ANSWER, trial);
    }
    return wrong;
}

static const char *try_answer(struct machine *m, const struct trial *trial)
{
    /* It waited for the same events before, or for others. */
    const uint32_t masks[] = {m->op->events, ~m->op->events};
    const char *wrong = NULL;

    m->left = LEFT_OPEN;
    for (unsigned i = 0; i < 2; i++) {
        m->mask = masks[i];
        for (EACH(client)) {
            if (wrong == NULL && owes_answer(m, m->before, m->op->slot, client, m->mask))
                wrong = try_answer_as(m, client, trial);
        }
    }
    return wrong;
}

/* A receive after a send, with whoever may have been woken by it. */
static const char *try_receive(struct machine *m, const struct trial *trial)
{
    const char *wrong = NULL;

    for (EACH(woken)) {
        if (m->before->process[woken].state != IPC_RUNNABLE || woken == m->op->slot)
            continue;
        for (unsigned i = 0; i < FORMS * LEFT_WAYS && wrong == NULL; i++) {
            m->left = (enum left_as)(i % LEFT_WAYS);
            m->mask = EVENT_NOTIFY;
            begin(m, m->op->slot, (enum form)(i / LEFT_WAYS), BOXES);
            m->woken = entry_of(woken);
            leave_as(m, woken, LEFT_RECEIVING);
            wrong = try(m, MACHINE_RECEIVE, trial);
        }
    }
    return wrong;
}

/* A line's event, which is one, while somebody else runs. */
static const char *try_interrupt(struct machine *m, const struct trial *trial)
{
    const unsigned driver = m->op->slot;
    const char *wrong = NULL;

    if (!is_told_of(m->before, driver) || (m->op->events & (m->op->events - 1)) != 0)
        return NULL;
    for (EACH(runs)) {
        if (m->before->process[runs].state != IPC_RUNNABLE || runs == driver)
            continue;
        for (unsigned i = 0; i < FORMS * LEFT_WAYS && wrong == NULL; i++) {
            m->left = (enum left_as)(i % LEFT_WAYS);
            m->mask = EVENT_NOTIFY;
            begin(m, runs, BOXES, (enum form)(i / LEFT_WAYS));
            wrong = try(m, MACHINE_INTERRUPT, trial);
        }
    }
    return wrong;
}

/* The machine is told of a wait once, when it begins: what it was told stays so until it ends. */
static const char *check_told(const struct ipc_table *before, const struct ipc_table *after,
                              unsigned *slot)
{
    for (*slot = 0; *slot < IPC_PROCESSES; ++*slot) {
        const struct ipc_process *p = &before->process[*slot], *q = &after->process[*slot];

        if (p->state != IPC_RECEIVING || q->state != IPC_RECEIVING || p->endpoint != q->endpoint)
            continue;
        if (ipc_waits_openly(before, *slot) != ipc_waits_openly(after, *slot) ||
            ipc_accepts_openly(before, *slot) != ipc_accepts_openly(after, *slot) ||
            p->waits_for != q->waits_for)
            return "what the machine was told of a wait is so no more";
    }
    return NULL;
}

static const char *try_call(struct machine *m, const struct trial *trial)
{
    switch (m->op->call & IPC_CALL_MASK) {
    case IPC_REQUEST:
        return try_to_partner(m, MACHINE_REQUEST, trial);
    case IPC_SEND:
        return try_to_partner(m, MACHINE_SEND, trial);
    case IPC_RECEIVE:
        return try_receive(m, trial);
    case IPC_REPLY_RECEIVE:
        return try_answer(m, trial);
    default:
        return NULL;
    }
}

const char *machine_differs(const struct ipc_table *before, const struct ipc_table *after,
                            const struct operation *op, const struct outcome *outcome,
                            unsigned *slot)
{
    const struct trial trial = {after, outcome, slot};
    const char *wrong = check_told(before, after, slot);

    if (wrong != NULL)
        return wrong;
    *slot = IPC_PROCESSES;
    machine.before = before;
    machine.op = op;
    if (op->kind == OPERATION_CALL)
        return try_call(&machine, &trial);
    return op->kind == OPERATION_POST ? try_interrupt(&machine, &trial) : NULL;
}
