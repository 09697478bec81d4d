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
static unsigned reached[IPC_SELECTING + 1], results[256];
static unsigned came[IPC_CAME_MASK + 1], beside[256], ready[IPC_SELECT_MAX], wrapped;

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

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    (void)t;
    assert_true(receiver < IPC_PROCESSES && in != 0);
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
        /* Three identities may do all; the fourth may neither send nor reply, and addresses only
           the second. */
        table.privilege[i].calls = i == 3 ? 0x77e : 0x7ff;
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

/* Few bits, so that masks and events often meet, and now and then others. */
static uint32_t random_events(void)
{
    if (one_in(8))
        return one_in(2) ? 0 : IPC_ALL_EVENTS;
    return one_in(10) ? 1u << random_below(32) : random_below(8);
}

/* Who waits for the caller's answer, if anybody does and chance wills. */
static endpoint_t random_client(unsigned caller)
{
    unsigned first = random_below(IPC_PROCESSES);

    for (unsigned i = 0; i < IPC_PROCESSES && !one_in(10); i++) {
        const struct model_process *p = &model.process[(first + i) % IPC_PROCESSES];

        if (p->waits_for == model.process[caller].endpoint &&
            (p->state == IPC_ANSWER || p->state == IPC_AWAITING))
            return p->endpoint;
    }
    return random_target();
}

/* Mostly the right one, sometimes that of a former request. */
static uint32_t random_ticket(endpoint_t client)
{
    unsigned slot = endpoint_slot(client);

    if (slot >= IPC_PROCESSES || one_in(20))
        return random_below(0x10000);
    return (model_ticket(&model, slot) - (one_in(6) ? 1 : 0)) & 0xffff;
}

static void prepare_message(unsigned slot)
{
    uint32_t words[MESSAGE_WORDS];

    model.process[slot].tag = ++next_tag;
    model_message(next_tag, words);
    memcpy(arch_window(OUT(slot), MESSAGE_BYTES), words, sizeof words);
}

static bool call_reply_receive(unsigned slot, const struct ipc_arguments *a, uint32_t flags)
{
    endpoint_t client = random_client(slot);
    uint32_t ticket = random_ticket(client);

    model_reply_receive(&model, slot, client, ticket, a->target, a->events, flags);
    return ipc_reply_receive(&table, slot, client, OUT(slot), ticket, a->target, a->events,
                             IN(slot), flags);
}

static bool call_select(unsigned slot, const struct ipc_arguments *a, uint32_t flags)
{
    struct ipc_select_pair set[IPC_SELECT_MAX];

    for (unsigned i = 0; i < a->pairs; i++) {
        set[i].source = one_in(4) ? HARDWARE : random_target();
        if (set[i].source == table.process[slot].endpoint && !one_in(4))
            set[i].source = ANY;
        set[i].events = random_events();
    }
    model_select(&model, slot, set, a->pairs, flags);
    return ipc_select(&table, slot, set, a->pairs, flags);
}

/* The calls in the core and in the model. */
static bool call_both(unsigned slot, const struct ipc_arguments *a)
{
    uint32_t flags = a->call & (IPC_NONBLOCK | IPC_TIMEOUT);

    switch (a->call & IPC_CALL_MASK) {
    case IPC_SEND:
        model_offer(&model, slot, IPC_SENDING, a->target, flags);
        return ipc_send(&table, slot, a->target, OUT(slot), flags);
    case IPC_SEND_REC:
        model_offer(&model, slot, IPC_CALLING, a->target, flags);
        return ipc_send_rec(&table, slot, a->target, OUT(slot), IN(slot), flags);
    case IPC_REQUEST:
        model_offer(&model, slot, IPC_REQUESTING, a->target, flags);
        return ipc_request(&table, slot, a->target, OUT(slot), IN(slot), flags);
    case IPC_RECEIVE:
        model_receive(&model, slot, a->target, a->target == NONE ? 0 : IPC_ALL_EVENTS, flags);
        return ipc_receive(&table, slot, a->target, IN(slot), flags);
    case IPC_RECEIVE_EX:
        model_receive(&model, slot, a->target, a->events, flags);
        return ipc_receive_events(&table, slot, a->target, a->events, IN(slot), flags);
    case IPC_NOTIFY:
        model_notify(&model, slot, a->target, EVENT_NOTIFY);
        return ipc_notify(&table, slot, a->target);
    case IPC_NOTIFY_SET:
        model_notify(&model, slot, a->target, a->events);
        return ipc_notify_set(&table, slot, a->target, a->events);
    case IPC_REPLY:
        model_reply(&model, slot, a->target, IPC_TICKET(a->call));
        return ipc_reply(&table, slot, a->target, OUT(slot), IPC_TICKET(a->call));
    case IPC_REPLY_RECEIVE:
        return call_reply_receive(slot, a, flags);
    case IPC_SELECT:
        return call_select(slot, a, flags);
    default:
        return true;
    }
}

static struct ipc_arguments random_call(unsigned slot)
{
    static const uint16_t calls[] = {
        IPC_SEND,   IPC_SEND_REC,      IPC_REQUEST,       IPC_REQUEST, IPC_RECEIVE,
        IPC_NOTIFY, IPC_NOTIFY_SET,    IPC_RECEIVE_EX,    IPC_REPLY,   IPC_RECEIVE_EX,
        IPC_SELECT, IPC_REPLY_RECEIVE, IPC_REPLY_RECEIVE, IPC_ECHO,    IPC_SEND_REC,
    };
    uint32_t number = calls[random_below(15)];
    struct ipc_arguments a = {
        .call = one_in(100) ? random_below(0x1000) : number,
        .target = random_target(),
        .events = random_events(),
        .pairs = one_in(20) ? random_below(IPC_SELECT_MAX + 2) : 1 + random_below(4),
    };

    if ((a.call & (IPC_RECEIVE | IPC_RECEIVE_EX)) != 0 && one_in(3))
        a.target = ANY;
    if (one_in(6))
        a.call |= IPC_NONBLOCK;
    if (one_in(5))
        a.call |= IPC_TIMEOUT;
    if (number == IPC_REPLY) {
        a.target = random_client(slot);
        a.call = number | random_ticket(a.target) << IPC_TICKET_SHIFT;
    }
    if (one_in(200))
        a.call |= 1u << random_below(32);
    return a;
}

static void step_call(unsigned slot)
{
    const struct ipc_arguments a = random_call(slot);
    endpoint_t culprit = 0, expected = 0;
    int error = ipc_check_call(&table, slot, &a, &culprit);
    uint32_t number = a.call & IPC_CALL_MASK;

    assert_int_equal(error, model_check(&model, slot, &a, &expected));
    if (error != 0) {
        assert_int_equal(culprit, expected);
        results[-error]++;
        return;
    }
    if ((number == IPC_SEND_REC || number == IPC_REQUEST) && a.target == SYSTEM)
        return; /* the kernel's to answer */
    prepare_message(slot);
    assert_int_equal(call_both(slot, &a), table.process[slot].state == IPC_RUNNABLE);
}

/* A fault of a process that runs, or one that it is created in. */
static void step_fault(unsigned slot)
{
    endpoint_t handler = table.process[random_below(IPC_PROCESSES)].endpoint;

    if (ipc_slot_of(&table, handler) < 0 || handler == table.process[slot].endpoint)
        return;
    prepare_message(slot);
    if (one_in(3)) {
        assert_int_equal(ipc_fault_adopt(&table, slot, handler, IN(slot)),
                         model_fault_adopt(&model, slot, handler));
        return;
    }
    assert_int_equal(ipc_fault_request(&table, slot, handler, OUT(slot), IN(slot)),
                     table.process[slot].state == IPC_RUNNABLE);
    model_fault_request(&model, slot, handler);
}

static void step_create(void)
{
    unsigned identity = random_below(4);
    int slot = ipc_create(&table, identity);

    assert_int_equal(slot, model_create(&model, identity));
    if (slot < 0)
        return;
    scheduler_runs[slot] = true;
    if (one_in(4)) /* as if it had asked that often before */
        table.process[slot].ticket = (uint16_t)(model.process[slot].requests = 0xfffe);
}

static void step_destroy(unsigned slot)
{
    ipc_destroy(&table, slot);
    model_destroy(&model, slot);
    scheduler_runs[slot] = false;
}

static void step_post(unsigned slot)
{
    uint32_t bits = one_in(2) ? random_events() : 1u << random_below(26);

    ipc_post(&table, slot, bits);
    model_post(&model, slot, bits);
}

static void step_end_wait(unsigned slot)
{
    if (table.process[slot].fault && one_in(2)) {
        ipc_fault_restart(&table, slot);
        model_fault_restart(&model, slot);
    } else {
        ipc_cancel(&table, slot);
        model_give_up(&model, slot, false);
    }
}

static void step(void)
{
    unsigned slot = random_below(IPC_PROCESSES);
    enum ipc_state state = (enum ipc_state)table.process[slot].state;

    if (state == IPC_FREE || one_in(500)) {
        step_create();
    } else if (one_in(150)) {
        step_destroy(slot);
    } else if (one_in(16)) {
        step_post(slot);
    } else if (one_in(16)) {
        step_end_wait(slot);
    } else if (table.process[slot].timed && one_in(3)) {
        ipc_timeout(&table, slot);
        model_give_up(&model, slot, true);
    } else if (state == IPC_RUNNABLE && one_in(20)) {
        step_fault(slot);
    } else if (state == IPC_RUNNABLE) {
        step_call(slot);
    }
}

/* What only a wait has. */
static bool same_wait(unsigned slot)
{
    const struct ipc_process *p = &table.process[slot];
    const struct model_process *q = &model.process[slot];

    return p->timed == q->timed && p->fault == q->fault && p->event_mask == q->mask &&
           p->delivered == q->reply_done && p->beside_error == q->reply_error &&
           p->select_count == q->pairs &&
           memcmp(table.select[slot].pair, q->set, q->pairs * sizeof q->set[0]) == 0;
}

/* Says what differs, or NULL. */
static const char *compare_process(unsigned slot)
{
    const struct ipc_process *p = &table.process[slot];
    const struct model_process *q = &model.process[slot];

    if (p->state != (q->lives ? q->state : IPC_FREE) || p->waits_for != q->waits_for)
        return "state or peer";
    if (p->endpoint != q->endpoint || p->ticket != model_ticket(&model, slot))
        return "endpoint or ticket";
    if (!same_wait(slot))
        return "deadline, mask, pairs or reply";
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

/* How its last call ended. */
static void count(const struct ipc_process *p)
{
    if (p->result < 0) {
        results[-p->result]++;
        return;
    }
    came[IPC_CAME(p->second)]++;
    beside[IPC_BESIDE_ERROR(p->second)]++;
    ready[p->result]++;
    wrapped += p->ticket < 4 && model.process[p->endpoint & ENDPOINT_SLOT_MASK].requests > 4;
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
        count(&table.process[slot]);
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
    for (unsigned i = 0; i <= IPC_SELECTING; i++)
        assert_true(reached[i] > 1000);
    for (unsigned i = 0; i < sizeof errors / sizeof errors[0]; i++)
        assert_true(results[errors[i]] > 100);
    for (unsigned i = IPC_CAME_NOTHING; i <= IPC_CAME_REPLY; i++)
        assert_true(came[i] > 1000);
    assert_true(beside[ENOTREADY] > 100 && beside[EINVAL] > 100 && beside[EDEADSRCDST] > 100);
    for (unsigned i = 0; i < 4; i++)
        assert_true(ready[i] > 100);
    assert_true(wrapped > 100);
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
