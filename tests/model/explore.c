/* See explore.h. */
#define _POSIX_C_SOURCE 200809L
#include "explore.h"

#include "twin.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PROGRESS_SECONDS 5
#define PATIENCE_SECONDS 30 /* how long one state may take before the core is said to hang */

uint64_t seen_states[IPC_SELECTING + 1];
uint64_t seen_results[256];

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

static void *grown(void *memory, size_t bytes)
{
    void *larger = realloc(memory, bytes);

    if (larger == NULL) {
        fputs("model: out of memory\n", stderr);
        exit(2);
    }
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

/* Room for one more state, at most five eighths of the slots being used. */
static void make_room(struct visits *v)
{
    if (v->count == v->room) {
        v->room = v->room == 0 ? 1 << 16 : v->room * 2;
        v->keys = grown(v->keys, v->room * sizeof *v->keys);
        v->parents = grown(v->parents, v->room * sizeof *v->parents);
        v->steps = grown(v->steps, v->room * sizeof *v->steps);
    }
    if (v->slots != NULL && v->count / 5 < (v->slot_mask + 1) / 8)
        return;
    v->slot_mask = v->slots == NULL ? (1 << 17) - 1 : v->slot_mask * 2 + 1;
    free(v->slots);
    v->slots = calloc((size_t)v->slot_mask + 1, sizeof *v->slots);
    if (v->slots == NULL)
        grown(NULL, SIZE_MAX);
    for (uint32_t i = 0; i < v->count; i++)
        enter(v, i);
}

/* Whether the key was seen; if not it is now. */
static bool visit(struct visits *v, const struct state_key *key, uint32_t parent, unsigned step)
{
    uint32_t i;

    make_room(v);
    for (i = hash_of(key) & v->slot_mask; v->slots[i] != 0; i = (i + 1) & v->slot_mask) {
        if (memcmp(v->keys[v->slots[i] - 1].bytes, key->bytes, KEY_BYTES) == 0)
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

/* What the step left, whether the state is new or not. */
static void count_seen(void)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        seen_states[twin.after.process[slot].state]++;
        if (twin.after.process[slot].result <= 0)
            seen_results[-twin.after.process[slot].result & 0xff]++;
    }
}

/* A state that was not seen before: it must be what its key says. */
static bool check_new(struct visits *v)
{
    const struct state_naming *naming = &v->bounds->naming;
    static struct ipc_table renamed, back;
    struct state_key key;

    renamed = twin.after;
    state_rename(&renamed, naming);
    state_to_plain_key(&twin.after, naming, &key);
    state_from_key(&back, naming, &key);
    if (!table_equal(&renamed, &back))
        return violation("the state has something that the checker does not know", IPC_PROCESSES);
    return true;
}

static bool take_step(struct visits *v, uint32_t state, const struct operation *op)
{
    struct state_permutation how;
    struct outcome outcome;
    struct state_key key;
    const char *wrong;
    unsigned slot, same;

    current_operation = op;
    v->transitions++;
    wrong = twin_step(&twin, op, &outcome, &slot);
    if (wrong != NULL)
        return violation(wrong, slot);
    if (outcome.error != 0) {
        seen_results[-outcome.error & 0xff]++;
        return true;
    }
    count_seen();
    same = state_to_key(&twin.after, &v->bounds->naming, &key, &how);
    if (!visit(v, &key, state, (unsigned)(op - v->operations.list))) {
        v->stands_for += same;
        if (!check_new(v))
            return false;
    }
    twin_return(&twin);
    return true;
}

static bool explore_slot(struct visits *v, uint32_t state, unsigned first, unsigned last)
{
    for (unsigned i = first; i < last; i++) {
        const struct operation *op = &v->operations.list[i];

        if (operation_is_possible(&twin.before, op) && !take_step(v, state, op))
            return false;
    }
    return true;
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
        for (unsigned slot = 0; good && slot <= IPC_PROCESSES; slot++)
            good = explore_slot(v, state, v->operations.first[slot], v->operations.first[slot + 1]);
    }
    alarm(0);
    v->seconds = now() - since;
    return good;
}

void visits_free(struct visits *v)
{
    free(v->keys);
    free(v->parents);
    free(v->steps);
    free(v->slots);
    free(v->operations.list);
    *v = (struct visits){.bounds = v->bounds};
}
