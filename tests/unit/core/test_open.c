/* Which waits a machine's own rendezvous may end (ipc/open.c): each condition, one at a time. */
#include "harness.h"

static void test_waits_openly(void **state)
{
    (void)state;
    unsigned server = spawn(), other = spawn();
    struct ipc_process *p = &table.process[server];
    const struct ipc_process open = {.state = IPC_RECEIVING, .waits_for = ANY, .delivered = 1};
    *p = open;
    assert_true(ipc_waits_openly(&table, server));
    p->state = IPC_ANSWER;
    assert_false(ipc_waits_openly(&table, server));
    *p = open;
    p->waits_for = endpoint_of(other);
    assert_false(ipc_waits_openly(&table, server));
    *p = open;
    p->delivered = 0; /* a plain receive, or a reply that failed */
    assert_false(ipc_waits_openly(&table, server));
    *p = open;
    p->timed = 1;
    assert_false(ipc_waits_openly(&table, server));
    *p = open;
    p->prefer_message = 1; /* a message would take its turn */
    assert_false(ipc_waits_openly(&table, server));
}

static void test_accepts_openly(void **state)
{
    (void)state;
    unsigned receiver = spawn(), sender = spawn();
    struct ipc_process *p = &table.process[receiver];
    const struct ipc_process open = {.state = IPC_RECEIVING, .waits_for = ANY, .event_mask = 1};
    *p = open;
    assert_true(ipc_accepts_openly(&table, receiver));
    p->state = IPC_RUNNABLE;
    assert_false(ipc_accepts_openly(&table, receiver));
    *p = open;
    p->delivered = 1; /* 0xA0 */
    assert_false(ipc_accepts_openly(&table, receiver));
    *p = open;
    p->beside_error = ENOTREADY;
    assert_false(ipc_accepts_openly(&table, receiver));
    *p = open;
    p->timed = 1;
    assert_false(ipc_accepts_openly(&table, receiver));
    *p = open;
    p->event_mask = 0; /* whose turns do not count, and the machine would count one */
    assert_false(ipc_accepts_openly(&table, receiver));
    *p = open;
    p->prefer_message = 1;
    assert_false(ipc_accepts_openly(&table, receiver));

    p->waits_for = endpoint_of(sender); /* one source: no turns */
    p->event_mask = 0;
    assert_true(ipc_accepts_openly(&table, receiver));
    p->waits_for = HARDWARE;
    assert_false(ipc_accepts_openly(&table, receiver));
}

int run_open_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_waits_openly),
        TEST(test_accepts_openly),
    };

    return cmocka_run_group_tests_name("open", tests, NULL, NULL);
}
