/*
 * The core's assertions: what only a bug of the kernel's can ask for ends in a trap, at once and
 * before anything has changed. Each case runs in a process of its own.
 */
#include "harness.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Slots: `runs` and `peer` run, `waits` waits, `gone` is free. */
static unsigned runs, peer, waits, gone;

static int setup_slots(void **state)
{
    setup(state);
    runs = spawn();
    peer = spawn();
    waits = spawn();
    gone = spawn();
    end_process(gone);
    assert_false(receive_name(waits, NONE, 0));
    return 0;
}

static endpoint_t dead(void)
{
    return ENDPOINT(1, gone);
}

static void create(void)
{
    (void)ipc_create(&table, IDENTITY_COUNT);
}

static void create_over_the_living(void)
{
    table.free_first = (uint16_t)runs;
    (void)ipc_create(&table, SERVERS);
}

static void destroy_free(void)
{
    ipc_destroy(&table, gone);
}

static void destroy_none(void)
{
    table.events[0][0] = UINT32_MAX; /* which would look like a living process behind the last */
    table.events[0][1] = UINT32_MAX;
    ipc_destroy(&table, IPC_PROCESSES);
}

static void post_free(void)
{
    ipc_post(&table, gone, 1);
}

static void post_none(void)
{
    table.events[0][0] = UINT32_MAX;
    table.events[0][1] = UINT32_MAX;
    ipc_post(&table, IPC_PROCESSES, 1);
}

static void send_while_waiting(void)
{
    ipc_send(&table, waits, endpoint_of(peer), OUT(waits), 0);
}

static void send_to_the_dead(void)
{
    ipc_send(&table, runs, dead(), OUT(runs), 0);
}

static void request_while_waiting(void)
{
    ipc_request(&table, waits, endpoint_of(peer), OUT(waits), IN(waits), 0);
}

static void receive_while_waiting(void)
{
    ipc_receive(&table, waits, ANY, IN(waits), 0);
}

static void receive_from_the_dead(void)
{
    ipc_receive(&table, runs, dead(), IN(runs), 0);
}

/* Somebody receives and is in a queue: he offers no message that could be taken. */
static void receive_from_one_queued_who_receives(void)
{
    table.process[runs].queue_first = (uint16_t)waits;
    table.process[waits].out = OUT(waits);
    ipc_receive(&table, runs, ANY, IN(runs), 0);
}

static void notify_while_waiting(void)
{
    ipc_notify(&table, waits, endpoint_of(peer));
}

static void notify_the_dead(void)
{
    ipc_notify(&table, runs, dead());
}

static void notify_of_nothing(void)
{
    ipc_notify_set(&table, runs, endpoint_of(peer), 0);
}

static void reply_while_waiting(void)
{
    ipc_reply(&table, waits, endpoint_of(peer), OUT(waits), 1);
}

static void reply_to_a_name(void)
{
    ipc_reply(&table, runs, ANY, OUT(runs), 1);
}

static void reply_receive_while_waiting(void)
{
    ipc_reply_receive(&table, waits, NONE, OUT(waits), 1, ANY, 0, IN(waits), IPC_NONBLOCK);
}

static void select_none(void)
{
    const struct ipc_select_pair pair = {ANY, 1};

    ipc_select(&table, runs, &pair, 0, IPC_NONBLOCK);
}

static void select_too_many(void)
{
    struct ipc_select_pair set[IPC_SELECT_MAX + 1];

    for (unsigned i = 0; i <= IPC_SELECT_MAX; i++)
        set[i] = (struct ipc_select_pair){ANY, 1};
    ipc_select(&table, runs, set, IPC_SELECT_MAX + 1, IPC_NONBLOCK);
}

static void select_while_waiting(void)
{
    const struct ipc_select_pair pair = {ANY, 1};

    ipc_select(&table, waits, &pair, 1, IPC_NONBLOCK);
}

static void adopt_while_waiting(void)
{
    ipc_fault_adopt(&table, waits, endpoint_of(peer), IN(waits));
}

static void adopt_for_the_dead(void)
{
    ipc_fault_adopt(&table, runs, dead(), IN(runs));
}

/* Somebody runs and is in a queue: he must not be woken once more. */
static void destroy_with_one_queued_who_runs(void)
{
    table.process[peer].queue_first = (uint16_t)runs;
    ipc_destroy(&table, peer);
}

/* The machine ends no wait that has a deadline, none of a sender's and none in a fault. */
static void settle_timed(void)
{
    table.process[waits].timed = 1;
    ipc_settle(&table, waits);
}

static void settle_sender(void)
{
    send_to(runs, peer, 0);
    ipc_settle(&table, runs);
}

static void settle_fault(void)
{
    ipc_fault_adopt(&table, runs, endpoint_of(peer), IN(runs));
    ipc_settle(&table, runs);
}

static bool traps(void (*broken)(void))
{
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGILL, SIG_DFL);
        broken();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGILL;
}

static void test_bugs_of_the_kernel_trap(void **state)
{
    static void (*const broken[])(void) = {
        create,
        create_over_the_living,
        destroy_free,
        destroy_none,
        destroy_with_one_queued_who_runs,
        post_free,
        post_none,
        send_while_waiting,
        send_to_the_dead,
        request_while_waiting,
        receive_while_waiting,
        receive_from_the_dead,
        receive_from_one_queued_who_receives,
        notify_while_waiting,
        notify_the_dead,
        notify_of_nothing,
        reply_while_waiting,
        reply_to_a_name,
        reply_receive_while_waiting,
        select_none,
        select_too_many,
        select_while_waiting,
        adopt_while_waiting,
        adopt_for_the_dead,
        settle_timed,
        settle_sender,
        settle_fault,
    };

    (void)state;
    for (unsigned i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        if (!traps(broken[i]))
            fail_msg("broken precondition %u did not trap", i);
    }
}

int run_asserts_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_bugs_of_the_kernel_trap, setup_slots),
    };

    return cmocka_run_group_tests_name("assertions", tests, NULL, NULL);
}
