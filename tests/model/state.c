/* See state.h. */
#include "state.h"

#include "world.h"

#include <stddef.h>
#include <string.h>

#define EACH(i)                                                                                    \
    unsigned i = 0;                                                                                \
    i < IPC_PROCESSES;                                                                             \
    i++

#define FIRST_GENERATION (ENDPOINT_GENERATION_LAST - 2u)
#define PLACE_ANY        5
#define PLACE_HARDWARE   6
#define PLACE_NONE       7 /* and of an unused pair */

_Static_assert(IPC_PROCESSES <= 5 && IPC_SELECT_PAIRS == 2, "a process fits into six bytes");

static const struct state_permutation identity = {{
    0,
    1,
    2,
#if IPC_PROCESSES > 3
    3,
#endif
#if IPC_PROCESSES > 4
    4,
#endif
}};

static uint32_t naming_generation(uint32_t generation, const struct state_naming *naming)
{
    return naming->generations ? generation : STATE_GENERATION;
}

/* ---- Renaming -------------------------------------------------------------------------------- */

static endpoint_t rename_endpoint(endpoint_t endpoint, const struct state_naming *naming)
{
    if (endpoint_slot(endpoint) >= IPC_PROCESSES)
        return endpoint;
    return ENDPOINT(naming_generation(endpoint_generation(endpoint), naming),
                    endpoint_slot(endpoint));
}

void state_rename(struct ipc_table *t, const struct state_naming *naming)
{
    for (EACH(slot)) {
        struct ipc_process *p = &t->process[slot];

        p->endpoint = rename_endpoint(p->endpoint, naming);
        p->waits_for = rename_endpoint(p->waits_for, naming);
        p->ticket = p->state != IPC_FREE ? naming->ticket : 0;
        p->result = 0;
        p->second = 0;
        p->sent = 0;
        p->received = 0;
        for (unsigned i = 0; i < p->select_count; i++)
            t->select[slot].pair[i].source =
                rename_endpoint(t->select[slot].pair[i].source, naming);
    }
}

/* ---- To a key -------------------------------------------------------------------------------- */

struct bits {
    uint64_t value;
    unsigned count;
};

static inline void put(struct bits *bits, unsigned width, uint64_t value)
{
    bits->value |= value << bits->count;
    bits->count += width;
}

static unsigned place_of(endpoint_t endpoint, const struct state_permutation *how)
{
    unsigned slot = endpoint_slot(endpoint);

    if (slot < IPC_PROCESSES)
        return how->to[slot];
    return endpoint == ANY ? PLACE_ANY : endpoint == HARDWARE ? PLACE_HARDWARE : PLACE_NONE;
}

static unsigned event_code(uint32_t events)
{
    return (events & EVENT_A ? 1u : 0) | (events & EVENT_B ? 2u : 0);
}

/* The positions of all processes in the lists that they are in. */
static void list_positions(const struct ipc_table *t, uint8_t position[IPC_PROCESSES])
{
    memset(position, 0, IPC_PROCESSES);
    for (EACH(slot)) {
        uint8_t n = 0;

        for (unsigned i = t->process[slot].queue_first; i != IPC_NO_SLOT;
             i = t->process[i].queue_next)
            position[i] = n++;
    }
    /* The free list's begin with 1: a retired slot is on none. */
    for (unsigned i = t->free_first, n = 1; i != IPC_NO_SLOT; i = t->process[i].queue_next)
        position[i] = (uint8_t)n++;
}

static void put_wait(struct bits *bits, const struct ipc_process *p,
                     const struct state_permutation *how)
{
    put(bits, 4, p->state);
    put(bits, 1, p->timed);
    put(bits, 1, p->fault);
    put(bits, 2, p->delivered ? 1 : p->beside_error == ENOTREADY ? 2 : p->beside_error ? 3 : 0);
    put(bits, 3, place_of(p->waits_for, how));
    put(bits, 2, event_code(p->event_mask));
}

static uint64_t process_bits(const struct ipc_table *t, const struct state_naming *naming,
                             const struct state_permutation *how, unsigned slot, unsigned position)
{
    const struct ipc_process *p = &t->process[slot];
    const struct ipc_select_pair *pair = t->select[slot].pair;
    unsigned turn = naming->symmetry == SYMMETRY_ALL ? p->event_turn : how->to[p->event_turn];
    struct bits bits = {0, 0};
    uint64_t events = 0;

    put_wait(&bits, p, how);
    put(&bits, 3, position);
    put(&bits, 1, p->prefer_message);
    /* A free slot's turn is slot 0 wherever the slots go. */
    put(&bits, 3, p->state == IPC_FREE ? 0 : turn);
    put(&bits, 2, p->select_turn);
    put(&bits, 2, event_code(p->kernel_events));
    for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++) {
        bool used = i < p->select_count;

        put(&bits, 3, used ? place_of(pair[i].source, how) : PLACE_NONE);
        put(&bits, 2, used ? event_code(pair[i].events) : 0);
    }
    for (EACH(source)) {
        unsigned distance = (how->to[source] + IPC_PROCESSES - how->to[slot]) % IPC_PROCESSES;

        if (distance != 0)
            events |= (uint64_t)event_code(t->events[slot][source]) << 2 * (distance - 1);
    }
    put(&bits, 2 * (IPC_PROCESSES - 1), events);
    put(&bits, 1, p->identity);
    if (naming->generations)
        put(&bits, 2, (endpoint_generation(p->endpoint) - FIRST_GENERATION) & 3);
    return bits.value;
}

static void permuted_key(const struct ipc_table *t, const struct state_naming *naming,
                         const struct state_permutation *how, const uint8_t *position,
                         struct state_key *key)
{
    for (EACH(slot)) {
        uint64_t value = process_bits(t, naming, how, slot, position[slot]);

        memcpy(key->bytes + 6 * (size_t)how->to[slot], &value, 6);
    }
}

void state_to_plain_key(const struct ipc_table *t, const struct state_naming *naming,
                        struct state_key *key)
{
    uint8_t position[IPC_PROCESSES];

    list_positions(t, position);
    permuted_key(t, naming, &identity, position, key);
}

struct search {
    const struct ipc_table *table;
    const struct state_naming *naming;
    uint8_t position[IPC_PROCESSES];
    uint64_t signature[IPC_PROCESSES]; /* of each slot */
    uint64_t sorted[IPC_PROCESSES];    /* the same, in their order */
    struct state_permutation trial;
    struct state_key *key;
    struct state_permutation *how;
    unsigned tried, equal;
};

/* Tries one permutation. */
static void try(struct search *s)
{
    struct state_key key;
    int order = -1;

    permuted_key(s->table, s->naming, &s->trial, s->position, &key);
    if (s->tried++ > 0)
        order = memcmp(key.bytes, s->key->bytes, KEY_BYTES);
    if (order < 0) {
        *s->key = key;
        *s->how = s->trial;
        s->equal = 0;
    }
    s->equal += order <= 0;
}

static void try_rotations(struct search *s)
{
    for (EACH(by)) {
        for (EACH(slot))
            s->trial.to[slot] = (uint8_t)((slot + by) % IPC_PROCESSES);
        try(s);
    }
}

/* What can be said of a process without naming another: the same wherever the slots go. */
static uint64_t signature_of(const struct search *s, unsigned slot)
{
    static const struct state_permutation nowhere = {{0}};

    return process_bits(s->table, s->naming, &nowhere, slot, s->position[slot]);
}

/* Places a slot that is not used yet at each place from this one on. */
static void try_places(struct search *s, unsigned place, unsigned used)
{
    if (place == IPC_PROCESSES) {
        try(s);
        return;
    }
    for (EACH(slot)) {
        if ((used >> slot & 1) != 0 || s->signature[slot] != s->sorted[place])
            continue;
        s->trial.to[slot] = (uint8_t)place;
        try_places(s, place + 1, used | 1u << slot);
    }
}

/* Those that put the signatures in order suffice. */
static void try_all(struct search *s)
{
    uint64_t signature[IPC_PROCESSES];

    for (EACH(slot))
        signature[slot] = signature_of(s, slot);
    for (EACH(slot)) {
        unsigned peer = endpoint_slot(s->table->process[slot].waits_for);
        unsigned place = slot;

        s->signature[slot] = signature[slot] * 0x9e3779b97f4a7c15u;
        if (peer < IPC_PROCESSES)
            s->signature[slot] += signature[peer] * 0xc2b2ae3d27d4eb4fu;
        for (; place > 0 && s->sorted[place - 1] > s->signature[slot]; place--)
            s->sorted[place] = s->sorted[place - 1];
        s->sorted[place] = s->signature[slot];
    }
    try_places(s, 0, 0);
}

unsigned state_to_key(const struct ipc_table *t, const struct state_naming *naming,
                      struct state_key *key, struct state_permutation *how)
{
    struct search s = {.table = t, .naming = naming, .trial = identity, .key = key, .how = how};
    unsigned all = 1;

    list_positions(t, s.position);
    switch (naming->symmetry) {
    case SYMMETRY_ALL:
        try_all(&s);
        for (EACH(slot))
            all *= slot + 1;
        break;
    case SYMMETRY_ROTATIONS:
        try_rotations(&s);
        all = IPC_PROCESSES;
        break;
    default:
        try(&s);
    }
    return all / s.equal;
}

/* ---- From a key ------------------------------------------------------------------------------ */

static inline unsigned get(uint64_t *bits, unsigned width)
{
    unsigned value = (unsigned)(*bits & ((1u << width) - 1));

    *bits >>= width;
    return value;
}

static uint32_t events_of_code(unsigned code)
{
    return (code & 1 ? EVENT_A : 0) | (code & 2 ? EVENT_B : 0);
}

/* A mask with both is every event. */
static uint32_t mask_of_code(unsigned code)
{
    return code == 3 ? IPC_ALL_EVENTS : events_of_code(code);
}

static endpoint_t endpoint_at(const struct ipc_table *t, unsigned place)
{
    if (place < IPC_PROCESSES)
        return t->process[place].endpoint;
    return place == PLACE_ANY ? ANY : place == PLACE_HARDWARE ? HARDWARE : NONE;
}

static void get_wait(struct ipc_process *p, uint64_t *bits)
{
    unsigned reply;

    p->state = (uint8_t)get(bits, 4);
    p->timed = (uint8_t)get(bits, 1);
    p->fault = (uint8_t)get(bits, 1);
    reply = get(bits, 2);
    p->delivered = reply == 1;
    p->beside_error = reply == 2 ? ENOTREADY : reply == 3 ? EINVAL : 0;
    p->waits_for = (endpoint_t)get(bits, 3); /* a place, until all endpoints are known */
    p->event_mask = mask_of_code(get(bits, 2));
}

static void get_pairs(struct ipc_table *t, unsigned slot, uint64_t *bits)
{
    struct ipc_process *p = &t->process[slot];

    for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++) {
        unsigned place = get(bits, 3);

        t->select[slot].pair[i].source = (endpoint_t)place;
        t->select[slot].pair[i].events = mask_of_code(get(bits, 2));
        p->select_count = (uint8_t)(p->select_count + (place != PLACE_NONE));
    }
}

/* Returns the process's position in its list. */
static unsigned get_process(struct ipc_table *t, const struct state_naming *naming, unsigned slot,
                            uint64_t bits)
{
    struct ipc_process *p = &t->process[slot];
    uint32_t generation = STATE_GENERATION;
    unsigned position;

    get_wait(p, &bits);
    position = get(&bits, 3);
    p->prefer_message = (uint8_t)get(&bits, 1);
    p->event_turn = (uint16_t)get(&bits, 3);
    p->select_turn = (uint16_t)get(&bits, 2);
    p->kernel_events = events_of_code(get(&bits, 2));
    p->pending = p->kernel_events != 0;
    get_pairs(t, slot, &bits);
    for (unsigned distance = 1; distance < IPC_PROCESSES; distance++) {
        unsigned source = (slot + distance) % IPC_PROCESSES;

        t->events[slot][source] = events_of_code(get(&bits, 2));
        p->event_sources[0] |= t->events[slot][source] != 0 ? 1u << source : 0;
        p->pending += t->events[slot][source] != 0;
    }
    p->identity = (uint8_t)get(&bits, 1);
    if (naming->generations)
        generation = FIRST_GENERATION + get(&bits, 2);
    p->endpoint = ENDPOINT(generation, slot);
    p->ticket = p->state != IPC_FREE ? naming->ticket : 0;
    return position;
}

static bool is_queued(const struct ipc_process *p)
{
    return p->state == IPC_SENDING || p->state == IPC_CALLING || p->state == IPC_REQUESTING;
}

/* The places become endpoints, and the messages are where the world puts them. */
static void name_peers(struct ipc_table *t, unsigned slot)
{
    struct ipc_process *p = &t->process[slot];
    bool waits = p->state > IPC_RUNNABLE;

    p->waits_for = endpoint_at(t, (unsigned)p->waits_for);
    for (unsigned i = 0; i < IPC_SELECT_PAIRS; i++) {
        struct ipc_select_pair *pair = &t->select[slot].pair[i];

        pair->source = i < p->select_count ? endpoint_at(t, (unsigned)pair->source) : 0;
    }
    if (is_queued(p))
        p->out = BOX(slot, p->fault ? BOX_FAULT_OUT : BOX_OUT);
    if (waits && p->state != IPC_SENDING && p->state != IPC_SELECTING)
        p->in = BOX(slot, p->fault ? BOX_FAULT_IN : BOX_IN);
}

static void append(struct ipc_table *t, uint16_t *first, uint16_t *last, unsigned slot,
                   bool both_ways)
{
    if (*last == IPC_NO_SLOT)
        *first = (uint16_t)slot;
    else
        t->process[*last].queue_next = (uint16_t)slot;
    if (both_ways)
        t->process[slot].queue_previous = *last;
    *last = (uint16_t)slot;
}

static void link_lists(struct ipc_table *t, const uint8_t position[IPC_PROCESSES])
{
    for (unsigned n = 0; n <= IPC_PROCESSES; n++) {
        for (EACH(slot)) {
            struct ipc_process *p = &t->process[slot];
            struct ipc_process *owner = &t->process[endpoint_slot(p->waits_for) % IPC_PROCESSES];

            if (position[slot] == n && is_queued(p)) {
                append(t, &owner->queue_first, &owner->queue_last, slot, true);
                owner->pending++;
            } else if (position[slot] == n && p->state == IPC_FREE && n > 0)
                append(t, &t->free_first, &t->free_last, slot, false);
        }
    }
}

void state_from_key(struct ipc_table *t, const struct state_naming *naming,
                    const struct state_key *key)
{
    uint8_t position[IPC_PROCESSES];

    memset(t, 0, offsetof(struct ipc_table, privilege));
    for (EACH(slot)) {
        struct ipc_process *p = &t->process[slot];
        uint64_t bits = 0;

        p->queue_first = p->queue_last = IPC_NO_SLOT;
        p->queue_next = p->queue_previous = IPC_NO_SLOT;
        p->reply_call = IPC_REPLY_RECEIVE;
        memcpy(&bits, key->bytes + 6 * (size_t)slot, 6);
        position[slot] = (uint8_t)get_process(t, naming, slot, bits);
    }
    for (EACH(slot))
        name_peers(t, slot);
    t->free_first = t->free_last = IPC_NO_SLOT;
    link_lists(t, position);
}
