/*
 * Soak: random operations on eight slots, hundreds of thousands, the core beside the naive model.
 *
 * After each step: the invariants hold, the scheduler was told the truth, and every process has the
 * state, peer, results and in-box that the model says. Pass a seed to run that one alone.
 */
#include "harness.h"
#include "model.h"

#include <stdlib.h>

#define STEPS 300000

struct ipc_table table;
static struct model model;
static bool scheduler_runs[IPC_PROCESSES];
static uint32_t random_state, next_tag;
static unsigned reached[IPC_ANSWER + 1], results[256];

static const uint32_t seeds[] = {1, 2026, 0x5eed, 94};
static uint32_t only_seed;

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    (void)t;
    assert_true(scheduler_runs[slot]);
    scheduler_runs[slot] = false;
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    (void)t;
    assert_false(scheduler_runs[slot]);
    scheduler_runs[slot] = true;
}

static uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state % limit;
}

static bool one_in(uint32_t n)
{
    return random_below(n) == 0;
}

static void start(uint32_t seed)
{
    random_state = seed;
    memset(scheduler_runs, 0, sizeof scheduler_runs);
    memset(arch_window(PAGE_BYTES, IPC_PROCESSES * 128), 0, IPC_PROCESSES * 128);
    ipc_init(&table);
    model_init(&model);
    for (unsigned i = 0; i < IDENTITY_COUNT; i++) {
        /* Three identities may do all; the fourth may not send, and addresses only the second. */
        table.privilege[i].calls = i == 3 ? 0x3e : 0x3f;
        table.privilege[i].targets[0] = i == 3 ? 2 : 0xf;
        model.privilege[i] = table.privilege[i];
    }
}

/* An endpoint or name, mostly a legal one. */
static endpoint_t random_target(void)
{
    static const endpoint_t names[] = {ANY, HARDWARE, NONE, SYSTEM, SELF, 0, -1, ENDPOINT(1, 999)};
    endpoint_t endpoint = table.process[random_below(IPC_PROCESSES)].endpoint;

    if (one_in(6))
        return names[random_below(8)];
    return one_in(50) ? endpoint - 1024 : endpoint;
}

static void prepare_message(unsigned slot)
{
    uint32_t words[MESSAGE_WORDS];

    model.process[slot].tag = ++next_tag;
    model_message(next_tag, words);
    memcpy(arch_window(OUT(slot), MESSAGE_BYTES), words, sizeof words);
}

static void call_core_and_model(unsigned slot, uint32_t call, endpoint_t target, uint32_t flags)
{
    bool ended = true;

    switch (call) {
    case IPC_SEND:
        ended = ipc_send(&table, slot, target, OUT(slot), flags);
        model_send(&model, slot, target, flags, false);
        break;
    case IPC_SEND_REC:
        ended = ipc_send_rec(&table, slot, target, OUT(slot), IN(slot), flags);
        model_send(&model, slot, target, flags, true);
        break;
    case IPC_RECEIVE:
        ended = ipc_receive(&table, slot, target, IN(slot), flags);
        model_receive(&model, slot, target, flags);
        break;
    case IPC_NOTIFY:
        ended = ipc_notify(&table, slot, target);
        model_notify(&model, slot, target);
        break;
    default:
        break;
    }
    assert_int_equal(ended, table.process[slot].state == IPC_RUNNABLE);
}

static void step_call(unsigned slot)
{
    static const uint32_t calls[] = {IPC_SEND,    IPC_SEND_REC, IPC_SEND_REC, IPC_RECEIVE,
                                     IPC_RECEIVE, IPC_RECEIVE,  IPC_NOTIFY,   IPC_REQUEST};
    uint32_t call = calls[random_below(8)];
    uint32_t flags = (one_in(6) ? IPC_NONBLOCK : 0) | (one_in(5) ? IPC_TIMEOUT : 0);
    endpoint_t target = call == IPC_RECEIVE && one_in(3) ? ANY : random_target();
    endpoint_t culprit = 0, expected = 0;
    int error = ipc_check(&table, slot, call | flags, target, &culprit);

    assert_int_equal(error, model_check(&model, slot, call | flags, target, &expected));
    if (error != 0) {
        assert_int_equal(culprit, expected);
        results[-error]++;
        return;
    }
    if (target == SYSTEM)
        return; /* the kernel's to answer */
    prepare_message(slot);
    call_core_and_model(slot, call, target, flags);
}

static void step_create(void)
{
    unsigned identity = random_below(4);
    int slot = ipc_create(&table, identity);

    assert_int_equal(slot, model_create(&model, identity));
    if (slot >= 0)
        scheduler_runs[slot] = true;
}

static void step_destroy(unsigned slot)
{
    ipc_destroy(&table, slot);
    model_destroy(&model, slot);
    scheduler_runs[slot] = false;
}

static void step(void)
{
    unsigned slot = random_below(IPC_PROCESSES);
    enum ipc_state state = (enum ipc_state)table.process[slot].state;

    if (state == IPC_FREE || one_in(500)) {
        step_create();
    } else if (one_in(150)) {
        step_destroy(slot);
    } else if (one_in(12)) {
        uint32_t bits = 1u << random_below(26);

        ipc_post(&table, slot, bits);
        model_post(&model, slot, bits);
    } else if (one_in(12)) {
        ipc_cancel(&table, slot);
        model_give_up(&model, slot, false);
    } else if (table.process[slot].timed && one_in(3)) {
        ipc_timeout(&table, slot);
        model_give_up(&model, slot, true);
    } else if (state == IPC_RUNNABLE) {
        step_call(slot);
    }
}

/* Says what differs, or NULL. */
static const char *compare_process(unsigned slot)
{
    const struct ipc_process *p = &table.process[slot];
    const struct model_process *q = &model.process[slot];

    if (p->state != (q->lives ? q->state : IPC_FREE) || p->waits_for != q->waits_for)
        return "state or peer";
    if (p->endpoint != q->endpoint || p->timed != q->timed)
        return "endpoint or deadline";
    if (p->result != q->result || p->second != q->second)
        return "results";
    if (p->kernel_events != q->kernel_events ||
        memcmp(table.events[slot], q->events, sizeof q->events) != 0)
        return "events";
    if (q->lives && q->box[0] != 0 &&
        memcmp(arch_window(IN(slot), MESSAGE_BYTES), q->box, sizeof q->box) != 0)
        return "message";
    if (scheduler_runs[slot] != (p->state == IPC_RUNNABLE))
        return "scheduler";
    return NULL;
}

static void check_step(uint32_t seed, unsigned number)
{
    unsigned slot;
    const char *wrong = ipc_check_invariants(&table, &slot);

    if (wrong != NULL)
        fail_msg("seed %u, step %u, slot %u: %s", seed, number, slot, wrong);
    for (slot = 0; slot < IPC_PROCESSES; slot++) {
        wrong = compare_process(slot);
        if (wrong != NULL)
            fail_msg("seed %u, step %u, slot %u: differs from the model: %s", seed, number, slot,
                     wrong);
        reached[table.process[slot].state]++;
        results[-table.process[slot].result]++;
    }
}

static void soak(uint32_t seed)
{
    start(seed);
    for (unsigned number = 0; number < STEPS; number++) {
        step();
        check_step(seed, number);
    }
}

static void test_core_and_model_agree(void **state)
{
    (void)state;
    if (only_seed != 0) {
        soak(only_seed);
        return;
    }
    for (unsigned i = 0; i < sizeof seeds / sizeof seeds[0]; i++)
        soak(seeds[i]);
}

/* A soak that never came to a state or an error says nothing about it. */
static void test_every_state_and_error_was_reached(void **state)
{
    static const int errors[] = {EINTR,       EINVAL,         ETIMEDOUT,   ELOCKED,
                                 EBADCALL,    ECALLDENIED,    EDEADSRCDST, ENOTREADY,
                                 ETRAPDENIED, EREPLYTIMEDOUT, EREPLYINTR,  EREPLYDEAD};

    (void)state;
    if (only_seed != 0)
        skip();
    for (unsigned i = 0; i <= IPC_ANSWER; i++)
        assert_true(reached[i] > 1000);
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(results[errors[i]] > 100);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_core_and_model_agree),
        cmocka_unit_test(test_every_state_and_error_was_reached),
    };

    if (argc > 1)
        only_seed = (uint32_t)strtoul(argv[1], NULL, 0);
    return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
