/* Makes up every operation within some bounds. Enter at bounds_operations. See bounds.h. */
#include "bounds.h"

#include "machine.h"

#include <stdlib.h>
#include <string.h>

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

#define ENDPOINTS_MOST 32

struct maker {
    const struct bounds *bounds;
    const struct role *role;
    const struct ipc_table *table;
    struct operations *all;
    unsigned slot;
};

static const uint32_t flag_sets[] = {0, IPC_NONBLOCK, IPC_TIMEOUT, IPC_NONBLOCK | IPC_TIMEOUT};
static const uint32_t event_sets[] = {0, EVENT_A, EVENT_B, IPC_ALL_EVENTS};

static void add(struct maker *m, struct operation op)
{
    struct operations *all = m->all;

    if (all->count == all->room) {
        all->room = all->room == 0 ? 1024 : all->room * 2;
        all->list = realloc(all->list, all->room * sizeof *all->list);
        if (all->list == NULL)
            abort();
    }
    op.slot = m->slot;
    all->list[all->count++] = op;
}

static void add_call(struct maker *m, struct operation op)
{
    op.kind = OPERATION_CALL;
    op.out = BOX(m->slot, BOX_OUT);
    op.in = BOX(m->slot, BOX_IN);
    add(m, op);
}

static bool does(const struct maker *m, unsigned bit)
{
    return (m->role->calls >> bit & 1) != 0;
}

/* Whether the process deals with this one. */
static bool knows(const struct maker *m, unsigned peer)
{
    return peer != m->slot && (peer == 0 || !m->role->to_first);
}

static endpoint_t endpoint_of(const struct maker *m, unsigned slot)
{
    return m->table->process[slot].endpoint;
}

/* The call once for each set of flags. */
static void add_with_flags(struct maker *m, struct operation op)
{
    for (unsigned i = 0; i < 4; i++) {
        struct operation flagged = op;

        flagged.call |= flag_sets[i];
        if ((m->role->flags >> i & 1) != 0)
            add_call(m, flagged);
    }
}

/* ---- Sources and destinations ---------------------------------------------------------------- */

static unsigned sources_of(const struct maker *m, unsigned which, endpoint_t *sources)
{
    unsigned count = 0;

    for (EACH(peer)) {
        if (knows(m, peer) && (which & FROM_PEERS) != 0)
            sources[count++] = endpoint_of(m, peer);
    }
    if ((which & FROM_ANY) != 0)
        sources[count++] = ANY;
    if ((which & FROM_HARDWARE) != 0)
        sources[count++] = HARDWARE;
    if ((which & FROM_NONE) != 0)
        sources[count++] = NONE;
    return count;
}

/* Those that no state makes legal: names that are no destination, other generations, no slots. */
static unsigned wild_endpoints(const struct maker *m, endpoint_t *wild)
{
    static const endpoint_t always[] = {
        ANY,
        HARDWARE,
        NONE,
        SYSTEM,
        SELF,
        -1,
        INT32_MIN,
        INT32_MAX,
        ENDPOINT(0, 1010),
        ENDPOINT(STATE_GENERATION, IPC_PROCESSES),
        ENDPOINT(STATE_GENERATION, 999),
    };
    unsigned count = 0;

    for (unsigned i = 0; i < sizeof always / sizeof always[0]; i++)
        wild[count++] = always[i];
    for (EACH(slot)) {
        wild[count++] = ENDPOINT(0, slot);
        wild[count++] = (endpoint_t)((uint32_t)endpoint_of(m, slot) - 1024);
        wild[count++] = (endpoint_t)((uint32_t)endpoint_of(m, slot) + 1024);
    }
    wild[count++] = endpoint_of(m, m->slot);
    return count;
}

/* ---- Calls ----------------------------------------------------------------------------------- */

static void add_sends(struct maker *m)
{
    static const struct {
        unsigned bit;
        uint32_t call;
    } calls[] = {
        {CALL_BIT_send, IPC_SEND},
        {CALL_BIT_send_rec, IPC_SEND_REC},
        {CALL_BIT_ipc_request, IPC_REQUEST},
    };

    for (unsigned i = 0; i < 3; i++) {
        for (EACH(peer)) {
            if (knows(m, peer) && does(m, calls[i].bit))
                add_with_flags(
                    m, (struct operation){.call = calls[i].call, .target = endpoint_of(m, peer)});
        }
    }
}

static void add_receives(struct maker *m)
{
    endpoint_t sources[ENDPOINTS_MOST];
    unsigned count = sources_of(m, FROM_PEERS | FROM_ANY | FROM_HARDWARE | FROM_NONE, sources);

    for (unsigned i = 0; i < count && does(m, CALL_BIT_receive); i++)
        add_with_flags(m, (struct operation){.call = IPC_RECEIVE, .target = sources[i]});
    count = sources_of(m, m->role->sources, sources);
    for (unsigned i = 0; i < count && does(m, CALL_BIT_ipc_receive); i++) {
        for (unsigned mask = 0; mask < 4; mask++) {
            if ((m->role->masks >> mask & 1) != 0)
                add_with_flags(m, (struct operation){.call = IPC_RECEIVE_EX,
                                                     .target = sources[i],
                                                     .events = event_sets[mask]});
        }
    }
}

static void add_notifies(struct maker *m)
{
    static const uint32_t sets[] = {0, EVENT_A, EVENT_B, EVENT_A | EVENT_B};

    for (EACH(peer)) {
        if (!knows(m, peer))
            continue;
        if (does(m, CALL_BIT_notify))
            add_call(m, (struct operation){.call = IPC_NOTIFY, .target = endpoint_of(m, peer)});
        for (unsigned i = 0; i < 4 && does(m, CALL_BIT_ipc_notify); i++) {
            if ((m->role->sets >> i & 1) != 0)
                add_call(m, (struct operation){.call = IPC_NOTIFY_SET,
                                               .target = endpoint_of(m, peer),
                                               .events = sets[i]});
        }
    }
}

/* The right ticket, one before it, one to come, and none. */
static unsigned tickets_of(const struct maker *m, uint32_t tickets[4])
{
    uint16_t last = m->bounds->naming.ticket;

    tickets[0] = (uint32_t)last << IPC_TICKET_SHIFT;
    tickets[1] = (uint32_t)(uint16_t)(last - 1) << IPC_TICKET_SHIFT;
    tickets[2] = (uint32_t)(uint16_t)(last + 1) << IPC_TICKET_SHIFT;
    tickets[3] = 0;
    return 4;
}

static endpoint_t former_tenant(const struct maker *m, unsigned slot)
{
    return (endpoint_t)((uint32_t)endpoint_of(m, slot) - (1u << ENDPOINT_SLOT_BITS));
}

/* To everybody with every ticket, and with the right one to whoever was there before. */
static void add_replies(struct maker *m)
{
    uint32_t tickets[4];
    unsigned count = tickets_of(m, tickets);

    for (EACH(peer)) {
        if (!does(m, CALL_BIT_ipc_reply))
            return;
        for (unsigned i = 0; i < count; i++)
            add_call(m, (struct operation){.call = IPC_REPLY | tickets[i],
                                           .target = endpoint_of(m, peer)});
        add_call(m, (struct operation){.call = IPC_REPLY | tickets[0],
                                       .target = former_tenant(m, peer)});
    }
}

/* With one reply: every receive after it. */
static void add_both(struct maker *m, endpoint_t client, uint32_t ticket)
{
    endpoint_t sources[ENDPOINTS_MOST];
    unsigned count = sources_of(m, m->role->sources, sources);

    for (unsigned i = 0; i < count; i++) {
        for (unsigned mask = 0; mask < 4; mask++) {
            if ((m->role->masks >> mask & 1) != 0)
                add_with_flags(m, (struct operation){.call = IPC_REPLY_RECEIVE | ticket,
                                                     .target = client,
                                                     .source = sources[i],
                                                     .events = event_sets[mask]});
        }
    }
}

/* Replies that may be right, those that come late or to a former tenant, and one to a name. */
static void add_reply_receives(struct maker *m)
{
    uint32_t tickets[4];

    tickets_of(m, tickets);
    if (!does(m, CALL_BIT_both))
        return;
    for (EACH(peer)) {
        if (!knows(m, peer))
            continue;
        add_both(m, endpoint_of(m, peer), tickets[0]);
        add_both(m, endpoint_of(m, peer), tickets[1]);
        add_both(m, former_tenant(m, peer), tickets[0]);
    }
    add_both(m, NONE, 0);
}

static void add_selects(struct maker *m)
{
    endpoint_t sources[ENDPOINTS_MOST];
    unsigned count = sources_of(m, m->role->sources & ~(unsigned)FROM_NONE, sources);
    unsigned pairs = count * 4;

    if (!does(m, CALL_BIT_ipc_select))
        return;
    for (unsigned i = 0; i < pairs; i++) {
        struct ipc_select_pair a = {sources[i / 4], event_sets[i % 4]};

        if ((m->role->masks >> i % 4 & 1) == 0)
            continue;
        if ((m->role->selects & SINGLE_PAIRS) != 0)
            add_with_flags(m, (struct operation){.call = IPC_SELECT, .pairs = 1, .set = {a}});
        for (unsigned j = 0; j < pairs && (m->role->selects & TWO_PAIRS) != 0; j++) {
            struct ipc_select_pair b = {sources[j / 4], event_sets[j % 4]};

            if ((m->role->masks >> j % 4 & 1) != 0 && j != i)
                add_with_flags(m,
                               (struct operation){.call = IPC_SELECT, .pairs = 2, .set = {a, b}});
        }
    }
}

/* ---- Wild arguments -------------------------------------------------------------------------- */

static void add_wild_selects(struct maker *m, const endpoint_t *wild, unsigned count)
{
    add_call(m, (struct operation){.call = IPC_SELECT, .pairs = 0});
    add_call(m, (struct operation){.call = IPC_SELECT, .pairs = IPC_SELECT_PAIRS + 1});
    for (unsigned i = 0; i < count; i++) {
        add_call(m, (struct operation){
                        .call = IPC_SELECT, .pairs = 1, .set = {{wild[i], IPC_ALL_EVENTS}}});
        for (EACH(peer)) {
            if (knows(m, peer))
                add_call(m, (struct operation){
                                .call = IPC_SELECT,
                                .pairs = 2,
                                .set = {{endpoint_of(m, peer), 0}, {wild[i], IPC_ALL_EVENTS}}});
        }
    }
}

/* Requests that are none to anybody: the words by which the machine knows who waits how, and the
   same with somebody's slot for a low byte, at which the machine looks first. */
static void add_wild_requests(struct maker *m)
{
    static const uint32_t words[] = {MACHINE_MESSAGE, MACHINE_NOBODY};

    for (unsigned i = 0; i < 2; i++) {
        add_call(m, (struct operation){.call = IPC_REQUEST, .target = (endpoint_t)words[i]});
        for (EACH(peer))
            add_call(m, (struct operation){.call = IPC_REQUEST,
                                           .target = (endpoint_t)((words[i] & ~0xffu) | peer)});
    }
}

/* Every call to every wild endpoint, and flags and sets that no call takes. */
static void add_wild(struct maker *m)
{
    static const uint32_t calls[] = {
        IPC_SEND,
        IPC_RECEIVE,
        IPC_SEND_REC,
        IPC_IN_OUTBOX,
        IPC_NOTIFY,
        IPC_ECHO,
        IPC_REQUEST,
        IPC_REPLY,
        IPC_NOTIFY_SET,
        IPC_RECEIVE_EX,
        IPC_REPLY_RECEIVE,
        0,
        6,
        0x30,
        0xfff,
        0x4000 | IPC_SEND,
        IPC_TIMEOUT | IPC_NOTIFY,
        IPC_NONBLOCK | IPC_REPLY,
        0x10000 | IPC_RECEIVE,
    };
    endpoint_t wild[ENDPOINTS_MOST];
    unsigned count = wild_endpoints(m, wild);

    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < sizeof calls / sizeof calls[0]; j++) {
            bool receives = calls[j] == IPC_RECEIVE || calls[j] == IPC_RECEIVE_EX;
            bool legal = wild[i] == ANY || wild[i] == HARDWARE || wild[i] == NONE;
            struct operation op = {.call = calls[j], .target = wild[i], .events = EVENT_A};

            if (receives && legal)
                continue;
            if (calls[j] == IPC_REPLY_RECEIVE)
                op.source = legal ? SYSTEM : wild[i];
            add_call(m, op);
        }
    }
    for (EACH(peer)) {
        if (knows(m, peer))
            add_call(m, (struct operation){.call = IPC_NOTIFY_SET, .target = endpoint_of(m, peer)});
    }
    add_wild_requests(m);
    if (does(m, CALL_BIT_ipc_select))
        add_wild_selects(m, wild, count);
}

/* ---- What the kernel does -------------------------------------------------------------------- */

static void add_faults(struct maker *m)
{
    for (EACH(peer)) {
        struct operation op = {
            .kind = OPERATION_FAULT,
            .target = endpoint_of(m, peer),
            .out = BOX(m->slot, BOX_FAULT_OUT),
            .in = BOX(m->slot, BOX_FAULT_IN),
        };

        if (!knows(m, peer))
            continue;
        add(m, op);
        op.kind = OPERATION_ADOPT;
        add(m, op);
    }
    add(m, (struct operation){.kind = OPERATION_RESTART});
}

static void add_kernels(struct maker *m)
{
    if (m->bounds->deaths)
        add(m, (struct operation){.kind = OPERATION_DESTROY});
    if (m->bounds->cancels)
        add(m, (struct operation){.kind = OPERATION_CANCEL});
    if ((m->role->flags & (TIMEOUT | NONBLOCK_TIMEOUT)) != 0)
        add(m, (struct operation){.kind = OPERATION_TIMEOUT});
    for (unsigned i = 1; i < 4; i++) {
        if ((m->role->kernel >> i & 1) != 0)
            add(m, (struct operation){.kind = OPERATION_POST,
                                      .events = event_sets[i] & (EVENT_A | EVENT_B)});
    }
    if (m->role->faults)
        add_faults(m);
}

void bounds_operations(const struct bounds *bounds, const struct ipc_table *t,
                       struct operations *all)
{
    struct maker m = {.bounds = bounds, .table = t, .all = all};

    all->count = 0;
    for (m.slot = 0; m.slot < IPC_PROCESSES; m.slot++) {
        all->first[m.slot] = all->count;
        m.role = m.slot == 0 ? &bounds->first : &bounds->others;
        add_kernels(&m);
        all->first_call[m.slot] = all->count;
        add_sends(&m);
        add_receives(&m);
        add_notifies(&m);
        add_replies(&m);
        add_reply_receives(&m);
        add_selects(&m);
        if (m.role->wild)
            add_wild(&m);
    }
    all->first[IPC_PROCESSES] = all->count;
    m.slot = 0;
    for (unsigned i = 0; i < bounds->identities; i++)
        add(&m, (struct operation){.kind = OPERATION_CREATE, .identity = i});
    all->first[IPC_PROCESSES + 1] = all->first_call[IPC_PROCESSES] = all->count;
}

void bounds_start(const struct bounds *bounds, struct ipc_table *t)
{
    ipc_init(t);
    for (unsigned i = 0; i < 2; i++) {
        t->privilege[i].calls = (1u << CALL_BIT_COUNT) - 1;
        t->privilege[i].targets[0] = 3;
    }
    if (bounds->identities > 1) {
        /* The second has every call but some, and may address the first only. */
        t->privilege[1].calls &= ~(DOES(send) | DOES(notify) | DOES(ipc_receive));
        t->privilege[1].targets[0] = 1;
    }
    for (EACH(slot)) {
        if (bounds->naming.generations)
            t->process[slot].endpoint = ENDPOINT(ENDPOINT_GENERATION_LAST - 2, slot);
        if (bounds->identities != 0)
            continue;
        ipc_create(t, 0);
        /* So that the first state stays what it is when the slots move round. */
        t->process[slot].event_turn = (uint16_t)slot;
    }
    state_rename(t, &bounds->naming);
}

/* ---- Symmetry -------------------------------------------------------------------------------- */

static endpoint_t moved_endpoint(endpoint_t endpoint, const struct state_permutation *how)
{
    unsigned slot = endpoint_slot(endpoint);

    if (endpoint < 0 || slot >= IPC_PROCESSES)
        return endpoint;
    return (endpoint_t)((uint32_t)endpoint - slot + how->to[slot]);
}

static bool names_target(const struct operation *op)
{
    if (op->kind == OPERATION_CALL)
        return (op->call & IPC_CALL_MASK) != IPC_SELECT;
    return op->kind == OPERATION_FAULT || op->kind == OPERATION_ADOPT;
}

struct operation operation_moved(const struct operation *op, const struct state_permutation *how)
{
    struct operation moved = *op;

    if (op->kind == OPERATION_CREATE)
        return moved;
    moved.slot = how->to[op->slot];
    if (names_target(op))
        moved.target = moved_endpoint(op->target, how);
    if ((op->call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE)
        moved.source = moved_endpoint(op->source, how);
    for (unsigned i = 0; i < op->pairs && op->pairs <= IPC_SELECT_PAIRS; i++)
        moved.set[i].source = moved_endpoint(op->set[i].source, how);
    if (op->out != 0)
        moved.out += BOX(moved.slot, 0) - BOX(op->slot, 0);
    if (op->in != 0)
        moved.in += BOX(moved.slot, 0) - BOX(op->slot, 0);
    return moved;
}

static bool is_listed(const struct operations *all, const struct operation *op)
{
    for (unsigned i = all->first[op->slot]; i < all->first[op->slot + 1]; i++) {
        if (memcmp(&all->list[i], op, sizeof *op) == 0)
            return true;
    }
    return false;
}

static const struct operation *without_counterpart(const struct operations *all,
                                                   const struct state_permutation *how)
{
    for (unsigned i = 0; i < all->first[IPC_PROCESSES]; i++) {
        struct operation moved = operation_moved(&all->list[i], how);

        if (!is_listed(all, &moved))
            return &all->list[i];
    }
    return NULL;
}

const struct operation *bounds_asymmetry(const struct bounds *bounds, const struct operations *all)
{
    struct state_permutation rotation, swap;
    const struct operation *alone = NULL;

    for (EACH(slot)) {
        rotation.to[slot] = (uint8_t)((slot + 1) % IPC_PROCESSES);
        swap.to[slot] = (uint8_t)(slot < 2 ? 1 - slot : slot);
    }
    if (bounds->naming.symmetry != SYMMETRY_NONE)
        alone = without_counterpart(all, &rotation);
    if (alone == NULL && bounds->naming.symmetry == SYMMETRY_ALL)
        alone = without_counterpart(all, &swap);
    return alone;
}
