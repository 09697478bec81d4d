/*
 * The way to a state, replayed with the processes named as they were at the start: the states on it
 * are known up to a permutation of slots only, so each operation is led back through it.
 */
#include "explore.h"

#include "world.h"

#include <stdlib.h>

static const char *const state_names[] = {
    "free",     "runnable",
    "sends",    "sends to be answered",
    "receives", "waits for the answer",
    "requests", "waits for the reply",
    "selects",
};

/* From the places of a key's table back to the slots of the real one. */
static struct state_permutation inverse(const struct state_permutation *how)
{
    struct state_permutation back;

    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        back.to[how->to[slot]] = (uint8_t)slot;
    return back;
}

static void print_process(const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *p = &t->process[slot];

    printf("; p%u %s", slot, p->state <= IPC_SELECTING ? state_names[p->state] : "?");
    if (p->state > IPC_RUNNABLE) {
        printf(" ");
        endpoint_print(stdout, t, p->waits_for);
    } else if (p->state == IPC_RUNNABLE) {
        printf(": %s, %#x", p->result > 0 ? "index" : error_name(p->result), p->second);
    }
}

/* The operation, and what it changed. */
static void print_step(unsigned number, const struct ipc_table *before,
                       const struct ipc_table *after, const struct operation *op,
                       const struct outcome *outcome)
{
    printf("  %2u. ", number);
    operation_print(stdout, before, op);
    if (outcome->error != 0)
        printf(": refused, %s", error_name(outcome->error));
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct ipc_process *p = &before->process[slot], *q = &after->process[slot];

        if (p->state != q->state || p->waits_for != q->waits_for || p->result != q->result ||
            p->second != q->second || p->endpoint != q->endpoint)
            print_process(after, slot);
    }
    for (unsigned i = 0; i < world.deliveries; i++)
        printf("; p%u gets %s", (world.delivery[i].in / BOX_BYTES - 1) / BOX_KINDS,
               world.delivery[i].out != 0 ? "a message" : "events");
    printf("\n");
    fflush(stdout);
}

static void perform_and_print(unsigned number, struct ipc_table *t, const struct operation *op)
{
    static struct ipc_table before;
    struct outcome outcome;

    before = *t;
    world_begin(t);
    outcome = operation_perform(t, op);
    world_end(t, op, &outcome);
    print_step(number, &before, t, op, &outcome);
}

/* The states on the way, the first included. */
static uint32_t *way_to(const struct visits *v, uint32_t state, unsigned *count)
{
    uint32_t *way;

    *count = 1;
    for (uint32_t i = state; i != 0; i = v->parents[i])
        ++*count;
    way = calloc(*count, sizeof *way);
    if (way == NULL)
        abort();
    for (unsigned n = *count; n-- > 0; state = v->parents[state])
        way[n] = state;
    return way;
}

void trace_print(struct visits *v, uint32_t state, const struct operation *op, bool comes_back)
{
    const struct state_naming *naming = &v->bounds->naming;
    static struct ipc_table t, from;
    struct state_permutation how, back;
    struct state_key key;
    unsigned count;
    uint32_t *way = way_to(v, state, &count);
    struct operation last = *op;

    t = *v->start;
    from = *v->start;
    for (unsigned n = 0; n < count; n++) {
        struct operation real = last;

        state_to_key(&t, naming, &key, &how);
        if (n + 1 < count) {
            state_from_key(&from, naming, &v->keys[way[n]]);
            if (naming->generations)
                bounds_operations(v->bounds, &from, &v->operations);
            real = v->operations.list[v->steps[way[n + 1]]];
        }
        back = inverse(&how);
        real = operation_moved(&real, &back);
        if (n + 1 == count && !comes_back) {
            printf("  %2u. ", count);
            operation_print(stdout, &t, &real);
            printf("; and no more\n");
            break;
        }
        perform_and_print(n + 1, &t, &real);
        state_rename(&t, naming);
    }
    free(way);
}
