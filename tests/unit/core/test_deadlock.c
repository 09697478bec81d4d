/* Deadlock: every ring is refused, nothing else is, and its members can be named. */
#include "harness.h"

static unsigned a, b, c, d;

static int setup_four(void **state)
{
    setup(state);
    a = spawn();
    b = spawn();
    c = spawn();
    d = spawn();
    return 0;
}

#define TEST_FOUR(name) cmocka_unit_test_setup(name, setup_four)

/* The ring that `caller` was refused for: these slots in this order. */
static void expect_cycle(unsigned caller, unsigned count, const unsigned *members)
{
    uint16_t found[IPC_PROCESSES];
    unsigned peer = endpoint_slot((endpoint_t)table.process[caller].second);

    assert_int_equal(ipc_cycle(&table, caller, peer, found, IPC_PROCESSES), count);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(found[i], members[i]);
}

static void test_each_pair_of_waits(void **state)
{
    (void)state;
    /* a waits for b alone; b turns to a. */
    assert_false(receive_from(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
    cancel(a);
    assert_false(send_to(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_rec_to(b, a, 0));
    cancel(a);
    assert_false(send_rec_to(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_rec_to(b, a, 0));
    assert_true(receive_from(b, a, 0)); /* a now waits for its answer */
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
    expect_cycle(b, 2, (const unsigned[]){b, a});
}

/* A request waits for its server in both halves, and nothing that the server could wait for in its
   turn ends it. */
static void test_each_pair_with_a_request(void **state)
{
    (void)state;
    assert_false(request_to(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_rec_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), request_to(b, a, 0));
    assert_true(receive_from(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), send_rec_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), request_to(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_events_from(b, a, 1, 0));
    expect_cycle(b, 2, (const unsigned[]){b, a});
    cancel(a);
    assert_false(receive_events_from(a, b, 0, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_events_from(b, a, 1, 0));
    assert_false(request_to(b, a, 0)); /* a partner that waits for the caller is no cycle */
}

static void test_rings_of_requests(void **state)
{
    (void)state;
    assert_false(receive_name(b, ANY, 0));
    assert_false(request_to(a, b, 0)); /* in its second half */
    assert_false(request_to(b, c, 0)); /* in its first */
    assert_false(receive_events_from(c, d, 3, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(a), request_to(d, a, 0));
    expect_cycle(d, 4, (const unsigned[]){d, a, b, c});
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(b), send_to(d, b, 0));
    assert_true(send_to(d, c, 0));
}

static void test_timed_requests_make_no_edge(void **state)
{
    (void)state;
    assert_false(request_to(a, b, IPC_TIMEOUT));
    assert_true(receive_name(b, ANY, 0));
    assert_false(request_to(b, a, 0)); /* foolish, but it ends */
    time_out(a);
    expect_result(a, -EREPLYTIMEDOUT, (uint32_t)endpoint_of(b));
    EXPECT_REFUSED(a, ELOCKED, endpoint_of(b), request_to(a, b, 0));
    assert_false(request_to(a, b, IPC_TIMEOUT));
}

/* A pending event that the mask leaves out does not keep the call from waiting. */
static void test_an_event_outside_the_mask_does_not_help(void **state)
{
    (void)state;
    notify_set_to(a, b, 1);
    assert_false(receive_from(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_events_from(b, a, 2, 0));
    assert_true(receive_events_from(b, a, 3, 0));
    expect_event(b, endpoint_of(a), 1);
}

static void test_a_partner_that_waits_for_the_caller_is_no_cycle(void **state)
{
    (void)state;
    assert_false(receive_from(a, b, 0));
    assert_true(send_to(b, a, 0));
    assert_false(send_to(a, b, 0));
    assert_true(receive_from(b, a, 0));
    assert_false(receive_from(a, b, 0));
    assert_false(send_rec_to(b, a, 0)); /* delivered; b waits for the answer of one that runs */
    assert_true(send_to(a, b, 0));
    assert_false(send_rec_to(a, b, 0));
    assert_true(receive_name(b, ANY, 0));
    assert_false(send_rec_to(b, a, 0));
    expect_waits(b, IPC_ANSWER, endpoint_of(a));
}

static void test_rings_of_sends(void **state)
{
    (void)state;
    assert_false(send_to(a, b, 0));
    assert_false(send_to(b, c, 0));
    assert_false(send_to(c, d, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(a), send_to(d, a, 0));
    expect_cycle(d, 4, (const unsigned[]){d, a, b, c});
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(b), send_to(d, b, 0));
    expect_cycle(d, 3, (const unsigned[]){d, b, c});
}

static void test_rings_of_receives(void **state)
{
    (void)state;
    assert_false(receive_from(a, b, 0));
    assert_false(receive_from(b, c, 0));
    EXPECT_REFUSED(c, ELOCKED, endpoint_of(a), receive_from(c, a, 0));
    expect_cycle(c, 3, (const unsigned[]){c, a, b});
}

static void test_rings_of_send_recs(void **state)
{
    (void)state;
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, 0)); /* in its second half */
    assert_false(send_rec_to(b, c, 0)); /* in its first */
    EXPECT_REFUSED(c, ELOCKED, endpoint_of(a), send_rec_to(c, a, 0));
    expect_cycle(c, 3, (const unsigned[]){c, a, b});
}

static void test_mixed_rings(void **state)
{
    (void)state;
    assert_false(send_to(a, b, 0));
    assert_false(receive_from(b, c, 0));
    assert_false(send_rec_to(c, d, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(a), send_to(d, a, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(a), receive_from(d, a, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(b), receive_from(d, b, 0));
    assert_true(receive_from(d, c, 0));
    EXPECT_REFUSED(d, ELOCKED, endpoint_of(a), send_rec_to(d, a, 0));
    assert_true(send_to(d, c, 0)); /* the answer, which opens the chain */
    assert_false(send_to(c, d, 0));
}

static void test_one_outside_a_chain_may_wait_for_it(void **state)
{
    (void)state;
    assert_false(send_to(a, b, 0));
    assert_false(send_to(c, b, 0));
    assert_false(send_to(d, a, 0));
    assert_true(receive_from(b, c, 0));
    assert_false(send_to(b, c, 0));
    expect_waits(b, IPC_SENDING, endpoint_of(c));
}

static void test_names_make_no_edge(void **state)
{
    static const endpoint_t names[] = {ANY, HARDWARE, NONE};

    (void)state;
    assert_false(send_to(a, b, 0));
    for (unsigned i = 0; i < 3; i++) {
        assert_false(receive_name(c, names[i], 0));
        assert_int_equal(ipc_peer(&table, c), IPC_NO_SLOT);
        assert_int_equal(ipc_cycle(&table, b, c, NULL, 0), 0);
        assert_false(receive_from(b, c, 0));
        cancel(b);
        cancel(c);
    }
}

static void test_timed_waits_make_no_edge(void **state)
{
    (void)state;
    assert_false(send_to(a, b, IPC_TIMEOUT));
    assert_int_equal(ipc_peer(&table, a), b);
    assert_false(send_to(b, a, 0)); /* a gives up some day */
    time_out(a);
    expect_result(a, -ETIMEDOUT, (uint32_t)endpoint_of(b));
    EXPECT_REFUSED(a, ELOCKED, endpoint_of(b), send_to(a, b, 0));
    EXPECT_REFUSED(a, ELOCKED, endpoint_of(b), send_rec_to(a, b, 0));
}

static void test_a_timed_second_half_makes_no_edge(void **state)
{
    (void)state;
    assert_false(send_rec_to(a, b, IPC_TIMEOUT));
    assert_true(receive_name(b, ANY, 0));
    assert_false(receive_from(b, a, 0)); /* foolish, but it ends */
    time_out(a);
    expect_result(a, -EREPLYTIMEDOUT, (uint32_t)endpoint_of(b));
}

static void test_a_timed_caller_is_not_refused(void **state)
{
    (void)state;
    assert_false(send_to(a, b, 0));
    assert_false(send_to(b, a, IPC_TIMEOUT));
    time_out(b);
    assert_false(send_rec_to(b, a, IPC_TIMEOUT));
    time_out(b);
    cancel(a);
    assert_false(receive_from(a, b, 0));
    assert_false(receive_from(b, a, IPC_TIMEOUT));
    time_out(b);
    expect_result(b, -ETIMEDOUT, (uint32_t)endpoint_of(a));
}

/* A pending event, or message, that would be taken at once means that the call does not block. */
static void test_what_is_pending_is_taken_before_the_walk(void **state)
{
    (void)state;
    notify_to(a, b);
    assert_false(receive_from(a, b, 0));
    assert_true(receive_from(b, a, 0));
    expect_event(b, endpoint_of(a), EVENT_NOTIFY);
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
}

static void test_an_event_of_another_does_not_help(void **state)
{
    (void)state;
    notify_to(c, b);
    post_to(b, 1);
    assert_false(receive_from(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
}

static void test_the_members_of_a_cycle_fit_where_they_are_put(void **state)
{
    uint16_t members[2] = {99, 99};

    (void)state;
    assert_false(send_to(a, b, 0));
    assert_false(send_to(b, c, 0));
    assert_int_equal(ipc_cycle(&table, c, a, members, 1), 3);
    assert_int_equal(members[0], c);
    assert_int_equal(members[1], 99);
    assert_int_equal(ipc_cycle(&table, c, d, members, 2), 0);
    assert_int_equal(ipc_cycle(&table, c, c, members, 2), 1); /* a send to oneself */
}

static void test_a_ring_of_everybody(void **state)
{
    uint16_t members[IPC_PROCESSES];

    (void)state;
    while (ipc_slot_of(&table, ENDPOINT(1, IPC_PROCESSES - 1)) < 0)
        spawn();
    for (unsigned i = 0; i + 1 < IPC_PROCESSES; i++)
        assert_false(ipc_send(&table, i, endpoint_of(i + 1), OUT(i), 0));
    EXPECT_REFUSED(IPC_PROCESSES - 1, ELOCKED, endpoint_of(0), send_to(IPC_PROCESSES - 1, 0, 0));
    assert_int_equal(ipc_cycle(&table, IPC_PROCESSES - 1, 0, members, IPC_PROCESSES),
                     IPC_PROCESSES);
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        assert_int_equal(members[i], (i + IPC_PROCESSES - 1) % IPC_PROCESSES);
}

/* A ring of timed waits is there; a walk that falls into it must come out. */
static void test_the_walk_has_an_end(void **state)
{
    (void)state;
    assert_false(send_to(a, b, IPC_TIMEOUT));
    assert_false(send_to(b, a, IPC_TIMEOUT));
    assert_false(send_to(c, a, 0));
    table.process[a].timed = 0; /* a broken table, which calls cannot make */
    table.process[b].timed = 0;
    assert_int_equal(ipc_cycle(&table, d, c, NULL, 0), 0);
}

int run_deadlock_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_FOUR(test_each_pair_of_waits),
        TEST_FOUR(test_each_pair_with_a_request),
        TEST_FOUR(test_rings_of_requests),
        TEST_FOUR(test_timed_requests_make_no_edge),
        TEST_FOUR(test_an_event_outside_the_mask_does_not_help),
        TEST_FOUR(test_a_partner_that_waits_for_the_caller_is_no_cycle),
        TEST_FOUR(test_rings_of_sends),
        TEST_FOUR(test_rings_of_receives),
        TEST_FOUR(test_rings_of_send_recs),
        TEST_FOUR(test_mixed_rings),
        TEST_FOUR(test_one_outside_a_chain_may_wait_for_it),
        TEST_FOUR(test_names_make_no_edge),
        TEST_FOUR(test_timed_waits_make_no_edge),
        TEST_FOUR(test_a_timed_second_half_makes_no_edge),
        TEST_FOUR(test_a_timed_caller_is_not_refused),
        TEST_FOUR(test_what_is_pending_is_taken_before_the_walk),
        TEST_FOUR(test_an_event_of_another_does_not_help),
        TEST_FOUR(test_the_members_of_a_cycle_fit_where_they_are_put),
        TEST_FOUR(test_a_ring_of_everybody),
        TEST_FOUR(test_the_walk_has_an_end),
    };

    return cmocka_run_group_tests_name("deadlock", tests, NULL, NULL);
}
