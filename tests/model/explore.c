/* See explore.h. */
#define _GNU_SOURCE
#include "explore.h"

#include "twin.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_SECONDS 5
#define PATIENCE_SECONDS 30 /* how long one state may take before the core is said to hang */

uint64_t seen_states[IPC_SELECTING + 1];
uint64_t seen_results[256];
uint64_t seen_kinds[OPERATION_KINDS];
uint8_t seen_calls[IPC_CALL_MASK + 1][4];

/* The state that is being explored, before and after an operation. */
static struct twin twin;

/* Where the checker is, for a core that traps or does not come back. */
static struct visits *current;
static uint32_t current_state;
static const struct operation *current_operation;

/* Time of the processor, so that other work on the machine does not count. */
static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- The states that were seen --------------------------------------------------------------- */

static void give_up_memory(void)
{
    fputs("model: out of memory\n", stderr);
    exit(2);
}

/* Grows a table, which is large and read at random: with huge pages it costs half the misses.
   What is new is zero. */
static void *grown(void *memory, size_t bytes, size_t more_bytes)
{
    const int protection = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
    void *larger = memory == NULL ? mmap(NULL, more_bytes, protection, flags, -1, 0)
                                  : mremap(memory, bytes, more_bytes, MREMAP_MAYMOVE);

    if (larger == MAP_FAILED)
        give_up_memory();
    madvise(larger, more_bytes, MADV_HUGEPAGE);
    return larger;
}

static uint32_t hash_of(const struct state_key *key)
{
    uint64_t hash = 0x9e3779b97f4a7c15u, word;

    for (unsigned i = 0; i < KEY_BYTES; i += 6) {
        word = 0;
        memcpy(&word, key->bytes + i, 6);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    return (uint32_t)hash;
}

static void enter(struct visits *v, uint32_t state)
{
    uint32_t i = hash_of(&v->keys[state]) & v->slot_mask;

    while (v->slots[i] != 0)
        i = (i + 1) & v->slot_mask;
    v->slots[i] = state + 1;
}

static void make_room_for_states(struct visits *v)
{
    uint32_t room = v->room == 0 ? 1 << 16 : v->room * 2;

    if (room < v->room)
        give_up_memory();
    v->keys = grown(v->keys, v->room * sizeof *v->keys, room * sizeof *v->keys);
    v->parents = grown(v->parents, v->room * sizeof *v->parents, room * sizeof *v->parents);
    v->steps = grown(v->steps, v->room * sizeof *v->steps, room * sizeof *v->steps);
    v->room = room;
}

/* Twice as many slots, at most five eighths of which will be used. */
static void make_room_for_slots(struct visits *v)
{
    size_t count = v->slots == NULL ? 1 << 17 : 2 * ((size_t)v->slot_mask + 1);

    if (v->slots != NULL)
        munmap(v->slots, ((size_t)v->slot_mask + 1) * sizeof *v->slots);
    v->slots = grown(NULL, 0, count * sizeof *v->slots);
    v->slot_mask = (uint32_t)(count - 1);
    for (uint32_t i = 0; i < v->count; i++)
        enter(v, i);
}

static void make_room(struct visits *v)
{
    if (v->count == v->room)
        make_room_for_states(v);
    if (v->slots == NULL || v->count / 5 >= (v->slot_mask + 1) / 8)
        make_room_for_slots(v);
}

static bool is_key_of(const struct visits *v, uint32_t state, const struct state_key *key)
{
    return memcmp(v->keys[state].bytes, key->bytes, KEY_BYTES) == 0;
}

/* Whether the key was seen; if not it is now. */
static bool visit(struct visits *v, const struct state_key *key, uint32_t parent, unsigned step)
{
    uint32_t i;

    make_room(v);
    for (i = hash_of(key) & v->slot_mask; v->slots[i] != 0; i = (i + 1) & v->slot_mask) {
        if (is_key_of(v, v->slots[i] - 1, key))
            return true;
    }
    v->keys[v->count] = *key;
    v->parents[v->count] = parent;
    v->steps[v->count] = (uint16_t)step;
    v->slots[i] = ++v->count;
    return false;
}

/* ---- What went wrong ------------------------------------------------------------------------- */

static void say_violation(const char *what, unsigned slot, bool comes_back)
{
    printf("%s: VIOLATION: %s", current->bounds->name, what);
    if (slot < IPC_PROCESSES)
        printf(" (p%u)", slot);
    printf("\n");
    trace_print(current, current_state, current_operation, comes_back);
}

static bool violation(const char *what, unsigned slot)
{
    say_violation(what, slot, true);
    return false;
}

/* The core trapped in an assertion of its own, or did not come back. */
static void on_signal(int number)
{
    signal(number, SIG_DFL);
    say_violation(number == SIGALRM ? "the core does not come back"
                                    : "the core fails an assertion of its own, or crashes",
                  IPC_PROCESSES, false);
    printf("model: %d processes, %u states, %llu transitions, 1 violations\n", IPC_PROCESSES,
           current->count, (unsigned long long)current->transitions);
    fflush(stdout);
    _exit(1);
}

static void watch(void)
{
    static const int numbers[] = {SIGILL, SIGTRAP, SIGSEGV, SIGFPE, SIGALRM};

    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        signal(numbers[i], on_signal);
}

/* ---- One step -------------------------------------------------------------------------------- */

static void count_call(const struct operation *op)
{
    const struct ipc_process *p = &twin.after.process[op->slot];
    uint8_t *seen = &seen_calls[op->call & IPC_CALL_MASK][op->call / IPC_NONBLOCK % 4];

    if (p->state != IPC_RUNNABLE)
        *seen |= SEEN_WAITS;
    else
        *seen |= p->result >= 0 ? SEEN_DONE : SEEN_FAILED;
}

/* What the step left, whether the state is new or not. */
static void count_seen(const struct operation *op)
{
    seen_kinds[op->kind]++;
    if (op->kind == OPERATION_CALL)
        count_call(op);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        seen_states[twin.after.process[slot].state]++;
        if (twin.after.process[slot].result <= 0)
            seen_results[-twin.after.process[slot].result & 0xff]++;
    }
}

/* A state that was not seen before: it must be what its key says. */
static bool check_new(struct visits *v, const struct ipc_table *t)
{
    const struct state_naming *naming = &v->bounds->naming;
    static struct ipc_table renamed, back;
    struct state_key key;

    table_copy(&renamed, t);
    state_rename(&renamed, naming);
    state_to_plain_key(t, naming, &key);
    state_from_key(&back, naming, &key);
    if (!table_equal(&renamed, &back))
        return violation("the state has something that the checker does not know", IPC_PROCESSES);
    return true;
}

/*
 * States that were come to and not yet looked up. A table of millions of keys is in no cache: each
 * is asked for when it comes in, first its slot and then the key that the slot names, and by the
 * time that it is looked up both are there.
 */
#define PENDING_MOST  16 /* a power of two */
#define PENDING_NAMED 8

struct pending {
    struct ipc_table table;
    struct state_key key;
    uint32_t hash;
    unsigned same;
    const struct operation *op;
};

static struct pending pending[PENDING_MOST];
static unsigned pending_in, pending_named, pending_out; /* counts */

static struct pending *nth_pending(unsigned count)
{
    return &pending[count % PENDING_MOST];
}

static void ask_for_key(const struct visits *v)
{
    uint32_t state = v->slots[nth_pending(pending_named++)->hash & v->slot_mask];

    if (state != 0)
        __builtin_prefetch(&v->keys[state - 1]);
}

static bool look_up(struct visits *v, uint32_t state)
{
    const struct pending *next = nth_pending(pending_out++);

    current_operation = next->op;
    if (visit(v, &next->key, state, (unsigned)(next->op - v->operations.list)))
        return true;
    v->stands_for += next->same;
    return check_new(v, &next->table);
}

/* The rest of what this state leads to. */
static bool look_up_all(struct visits *v, uint32_t state)
{
    while (pending_named != pending_in)
        ask_for_key(v);
    while (pending_out != pending_in) {
        if (!look_up(v, state))
            return false;
    }
    return true;
}

/* The operation led to what is in twin.after. */
static bool arrive(struct visits *v, uint32_t state, const struct operation *op)
{
    struct pending *next = nth_pending(pending_in);
    struct state_permutation how;

    next->same = state_to_key(&twin.after, &v->bounds->naming, &next->key, &how);
    if (is_key_of(v, state, &next->key))
        return true; /* where it came from */
    next->hash = hash_of(&next->key);
    next->op = op;
    table_copy(&next->table, &twin.after);
    __builtin_prefetch(&v->slots[next->hash & v->slot_mask]);
    pending_in++;
    if (pending_in - pending_named > PENDING_NAMED)
        ask_for_key(v);
    return pending_in - pending_out < PENDING_MOST || look_up(v, state);
}

static bool take_step(struct visits *v, uint32_t state, const struct operation *op)
{
    struct outcome outcome;
    const char *wrong;
    unsigned slot;

    current_operation = op;
    v->transitions++;
    wrong = twin_step(&twin, op, &outcome, &slot);
    if (wrong != NULL)
        return violation(wrong, slot);
    if (outcome.error != 0) {
        seen_results[-outcome.error & 0xff]++;
        return true;
    }
    count_seen(op);
    if (!arrive(v, state, op))
        return false;
    twin_return(&twin);
    return true;
}

/* The operations of a slot: first what happens to it, then its calls, which need a caller that
   runs. */
static bool explore_slot(struct visits *v, uint32_t state, unsigned slot)
{
    const struct operations *all = &v->operations;
    bool calls = slot < IPC_PROCESSES && twin.before.process[slot].state == IPC_RUNNABLE;
    unsigned last = calls ? all->first[slot + 1] : all->first_call[slot];

    for (unsigned i = all->first[slot]; i < last; i++) {
        const struct operation *op = &all->list[i];

        if (operation_is_possible(&twin.before, op) && !take_step(v, state, op))
            return false;
    }
    return true;
}

static bool explore_state(struct visits *v, uint32_t state)
{
    for (unsigned slot = 0; slot <= IPC_PROCESSES; slot++) {
        if (!explore_slot(v, state, slot))
            return false;
    }
    return look_up_all(v, state);
}

/* Results are marks while the state is explored, so that one that is written is seen. */
static void load_state(struct visits *v, uint32_t state)
{
    state_from_key(&twin.before, &v->bounds->naming, &v->keys[state]);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        struct ipc_process *p = &twin.before.process[slot];

        if (p->state != IPC_RUNNABLE)
            continue;
        p->result = 0x5e5e + (int32_t)slot;
        p->second = 0x7a7a0000 + slot;
    }
    naive_from_core(&twin.naive_before, &twin.before);
    twin_return(&twin);
    if (v->bounds->naming.generations)
        bounds_operations(v->bounds, &twin.before, &v->operations);
}

static void report_progress(const struct visits *v, uint32_t state, double since)
{
    static double last;
    double time = now();

    if (time - last < PROGRESS_SECONDS)
        return;
    if (last != 0)
        fprintf(stderr, "model: %s: %u states, %u to do, %llu transitions, %.0f s\n",
                v->bounds->name, v->count, v->count - state, (unsigned long long)v->transitions,
                time - since);
    last = time;
}

/* Whether the operations are as symmetric as the states are said to be. */
static bool check_symmetry(const struct visits *v)
{
    const struct operation *alone = bounds_asymmetry(v->bounds, &v->operations);

    if (alone == NULL)
        return true;
    printf("%s: VIOLATION: the states are taken as symmetric, but others cannot do as ",
           v->bounds->name);
    operation_print(stdout, v->start, alone);
    printf("\n");
    return false;
}

static bool start(struct visits *v)
{
    static struct ipc_table first;
    struct state_permutation how;
    struct state_key key;

    bounds_start(v->bounds, &first);
    v->start = &first;
    twin_start(&twin, first.privilege);
    bounds_operations(v->bounds, &first, &v->operations);
    if (v->operations.count > UINT16_MAX)
        abort();
    v->stands_for = state_to_key(&first, &v->bounds->naming, &key, &how);
    visit(v, &key, 0, 0);
    return check_symmetry(v);
}

bool explore(struct visits *v)
{
    double since = now();
    bool good;

    pending_in = pending_named = pending_out = 0;
    current = v;
    watch();
    good = start(v);
    for (uint32_t state = 0; good && state < v->count; state++) {
        current_state = state;
        if (state % 1024 == 0) {
            report_progress(v, state, since);
            alarm(PATIENCE_SECONDS);
        }
        load_state(v, state);
        good = explore_state(v, state);
    }
    alarm(0);
    v->seconds = now() - since;
    return good;
}

void visits_free(struct visits *v)
{
    munmap(v->keys, v->room * sizeof *v->keys);
    munmap(v->parents, v->room * sizeof *v->parents);
    munmap(v->steps, v->room * sizeof *v->steps);
    munmap(v->slots, ((size_t)v->slot_mask + 1) * sizeof *v->slots);
    free(v->operations.list);
    *v = (struct visits){.bounds = v->bounds};
}
