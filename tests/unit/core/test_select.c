/* ipc_select: what is ready, in turn, and nothing taken. */
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

/* `a` selects among two or three pairs. */
static bool select_two(endpoint_t first, uint32_t events, endpoint_t second, uint32_t others,
                       uint32_t flags)
{
    const struct ipc_select_pair set[] = {{first, events}, {second, others}};

    return select_among(a, set, 2, flags);
}

static bool select_one(endpoint_t source, uint32_t events, uint32_t flags)
{
    const struct ipc_select_pair set[] = {{source, events}};

    return select_among(a, set, 1, flags);
}

#define EXPECT_ENOTREADY(call) EXPECT_REFUSED(a, ENOTREADY, ANY, call)

/* ---- What is ready at once ------------------------------------------------------------------- */

static void test_each_kind_of_readiness(void **state)
{
    (void)state;
    assert_false(send_to(b, a, 0));
    assert_true(select_one(endpoint_of(b), 0, 0));
    expect_ready(a, 0, IPC_CAME_SEND, 0);
    cancel(b);
    assert_false(send_rec_to(b, a, 0));
    assert_true(select_one(endpoint_of(b), 0, 0));
    expect_ready(a, 0, IPC_CAME_SEND_REC, 0);
    cancel(b);
    assert_false(request_to(b, a, 0));
    assert_true(select_one(ANY, 0, 0));
    expect_ready(a, 0, IPC_CAME_REQUEST, 0);
    cancel(b);
    notify_set_to(b, a, 2);
    assert_true(select_one(endpoint_of(b), 2, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    assert_true(select_one(ANY, 2, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    EXPECT_ENOTREADY(select_one(ANY, 1, IPC_NONBLOCK));
    post_to(a, 8);
    assert_true(select_one(HARDWARE, 8, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    assert_true(select_one(ANY, 8, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
}

/* Level-triggered: it says the same until somebody receives. */
static void test_nothing_is_taken(void **state)
{
    (void)state;
    notify_set_to(b, a, 6);
    write_message(c, 3);
    assert_false(request_to(c, a, 0));
    post_to(a, 1);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(select_one(endpoint_of(b), 4, 0));
        expect_ready(a, 0, IPC_CAME_EVENTS, 0);
        assert_true(select_one(endpoint_of(c), 0, 0));
        expect_ready(a, 0, IPC_CAME_REQUEST, 0);
        assert_true(select_one(HARDWARE, 1, 0));
        expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    }
    expect_waits(c, IPC_REQUESTING, endpoint_of(a));
    assert_true(receive_name(a, HARDWARE, 0));
    expect_event(a, HARDWARE, 1);
    assert_true(receive_from(a, b, 0));
    expect_event(a, endpoint_of(b), 6);
    assert_true(receive_from(a, c, 0));
    expect_message(a, c, 3);
    expect_taken(a, IPC_CAME_REQUEST, c);
}

/* What it names for ANY is what a receive with that pair takes. */
static void test_any_names_what_comes_next(void **state)
{
    (void)state;
    notify_to(b, a);
    assert_false(send_to(c, a, 0));
    assert_true(select_one(ANY, IPC_ALL_EVENTS, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    assert_true(receive_name(a, ANY, 0));
    notify_to(b, a);
    assert_true(select_one(ANY, IPC_ALL_EVENTS, 0));
    expect_ready(a, 0, IPC_CAME_SEND, 0);
    assert_true(select_one(ANY, IPC_ALL_EVENTS, 0)); /* and takes nobody's turn */
    expect_ready(a, 0, IPC_CAME_SEND, 0);
}

static void test_others_are_not_ready(void **state)
{
    (void)state;
    notify_to(d, a);
    assert_false(send_to(d, a, 0));
    post_to(a, 2);
    notify_set_to(b, a, 4);
    EXPECT_ENOTREADY(select_two(endpoint_of(b), 3, endpoint_of(c), 1, IPC_NONBLOCK));
    EXPECT_ENOTREADY(select_two(HARDWARE, 1, endpoint_of(c), IPC_ALL_EVENTS, IPC_NONBLOCK));
    EXPECT_ENOTREADY(select_one(HARDWARE, 0, IPC_NONBLOCK));
}

static void test_sixteen_pairs(void **state)
{
    struct ipc_select_pair set[IPC_SELECT_MAX];

    (void)state;
    for (unsigned i = 0; i < IPC_SELECT_MAX; i++)
        set[i] = (struct ipc_select_pair){endpoint_of(b), 1u << i};
    EXPECT_ENOTREADY(select_among(a, set, IPC_SELECT_MAX, IPC_NONBLOCK));
    notify_set_to(b, a, 1u << 15);
    assert_true(select_among(a, set, IPC_SELECT_MAX, 0));
    expect_ready(a, 15, IPC_CAME_EVENTS, 0);
    assert_false(select_among(a, set, 15, 0));
    notify_set_to(b, a, 1u << 14);
    expect_ready(a, 14, IPC_CAME_EVENTS, 0);
}

/* ---- Turns ----------------------------------------------------------------------------------- */

static void test_the_search_goes_on_from_the_pair_returned_last(void **state)
{
    const struct ipc_select_pair set[] = {
        {endpoint_of(b), 1}, {endpoint_of(c), 1}, {HARDWARE, 1}, {endpoint_of(d), 1}};

    (void)state;
    notify_to(b, a);
    notify_to(c, a);
    post_to(a, 1);
    for (unsigned i = 0; i < 7; i++) {
        assert_true(select_among(a, set, 4, 0));
        expect_ready(a, i % 3, IPC_CAME_EVENTS, 0); /* d has nothing */
    }
}

static void test_a_turn_outlives_errors_and_other_calls(void **state)
{
    (void)state;
    notify_to(b, a);
    notify_to(c, a);
    assert_true(select_two(endpoint_of(b), 1, endpoint_of(c), 1, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    EXPECT_ENOTREADY(select_two(endpoint_of(d), 1, HARDWARE, 1, IPC_NONBLOCK));
    EXPECT_REFUSED(a, EINVAL, endpoint_of(a), select_two(endpoint_of(d), 1, SELF, 1, 0));
    assert_true(receive_from(a, b, 0));
    notify_to(b, a);
    assert_true(select_two(endpoint_of(b), 1, endpoint_of(c), 1, 0));
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
    assert_true(select_two(endpoint_of(b), 1, endpoint_of(c), 1, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
}

static void test_a_turn_past_a_smaller_set_goes_round(void **state)
{
    struct ipc_select_pair set[5];

    (void)state;
    for (unsigned i = 0; i < 5; i++)
        set[i] = (struct ipc_select_pair){HARDWARE, 1u << i};
    post_to(a, 1u << 4);
    assert_true(select_among(a, set, 5, 0));
    expect_ready(a, 4, IPC_CAME_EVENTS, 0);
    post_to(a, 0xf);
    assert_true(select_among(a, set, 3, 0));
    expect_ready(a, 2, IPC_CAME_EVENTS, 0);
    assert_true(select_among(a, set, 2, 0));
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
    assert_true(select_among(a, set, 4, 0)); /* onward from the second */
    expect_ready(a, 2, IPC_CAME_EVENTS, 0);
}

static void test_what_wakes_counts_as_a_turn(void **state)
{
    (void)state;
    assert_false(select_two(endpoint_of(b), 1, endpoint_of(c), 1, 0));
    notify_to(b, a);
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    notify_to(c, a);
    assert_true(select_two(endpoint_of(b), 1, endpoint_of(c), 1, 0));
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
}

/* ---- Waiting --------------------------------------------------------------------------------- */

static void test_an_event_wakes(void **state)
{
    (void)state;
    assert_false(select_two(endpoint_of(b), 2, HARDWARE, 4, 0));
    expect_waits(a, IPC_SELECTING, ANY);
    notify_set_to(b, a, 5);
    notify_set_to(c, a, 2);
    post_to(a, 3);
    expect_waits(a, IPC_SELECTING, ANY);
    notify_set_to(b, a, 2);
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    assert_false(select_two(endpoint_of(c), 1, HARDWARE, 4, 0));
    post_to(a, 4);
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
    assert_true(receive_from(a, b, 0)); /* all are there still */
    expect_event(a, endpoint_of(b), 7);
    assert_true(receive_name(a, HARDWARE, 0));
    expect_event(a, HARDWARE, 7);
}

/* A sender is not met: it queues, and the one that selects learns of it. */
static void test_a_sender_wakes_and_queues(void **state)
{
    (void)state;
    assert_false(select_two(endpoint_of(b), 0, endpoint_of(c), 0, 0));
    assert_false(send_to(d, a, 0));
    expect_waits(a, IPC_SELECTING, ANY);
    write_message(c, 9);
    assert_false(send_to(c, a, 0));
    expect_waits(c, IPC_SENDING, endpoint_of(a));
    expect_ready(a, 1, IPC_CAME_SEND, 0);
    assert_false(select_two(endpoint_of(b), 0, HARDWARE, 0, 0));
    assert_false(send_rec_to(b, a, 0));
    expect_ready(a, 0, IPC_CAME_SEND_REC, 0);
    assert_true(receive_from(a, c, 0));
    expect_message(a, c, 9);
}

static void test_any_is_woken_by_whatever_comes(void **state)
{
    (void)state;
    assert_false(select_two(HARDWARE, 1, ANY, 2, 0));
    assert_false(request_to(d, a, 0));
    expect_ready(a, 1, IPC_CAME_REQUEST, 0);
    assert_true(receive_name(a, ANY, 0));
    assert_false(select_two(HARDWARE, 1, ANY, 2, 0));
    notify_set_to(b, a, 3);
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
    assert_true(receive_from(a, b, 0));
    assert_false(select_two(HARDWARE, 1, ANY, 2, 0));
    post_to(a, 2);
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
}

static void test_nonblock_finds_nobody_who_only_selects(void **state)
{
    (void)state;
    assert_false(select_one(ANY, IPC_ALL_EVENTS, 0));
    EXPECT_REFUSED(b, ENOTREADY, endpoint_of(a), send_to(b, a, IPC_NONBLOCK));
    expect_waits(a, IPC_SELECTING, ANY);
}

static void test_the_set_is_copied_and_forgotten(void **state)
{
    struct ipc_select_pair set[] = {{HARDWARE, 1}, {HARDWARE, 2}};
    static const struct ipc_select_set none;

    (void)state;
    assert_false(select_among(a, set, 2, 0));
    set[0].events = set[1].events = 4;
    post_to(a, 4);
    expect_waits(a, IPC_SELECTING, ANY);
    post_to(a, 2);
    expect_ready(a, 1, IPC_CAME_EVENTS, 0);
    assert_memory_equal(&table.select[a], &none, sizeof none);
    assert_int_equal(table.process[a].select_count, 0);
}

static void test_ends_of_the_wait(void **state)
{
    (void)state;
    assert_false(select_one(ANY, 0, IPC_TIMEOUT));
    assert_int_equal(table.process[a].timed, 1);
    time_out(a); /* with a timeout of 0 this is a poll */
    expect_result(a, -ETIMEDOUT, ANY);
    assert_false(select_one(ANY, 0, 0));
    cancel(a);
    expect_result(a, -EINTR, ANY);
    assert_false(select_one(ANY, 0, 0));
    end_process(a);
    notify_to(c, b);
}

/* ---- Death ----------------------------------------------------------------------------------- */

static void test_a_dead_source_is_ready_with_its_error(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    end_process(b);
    assert_true(select_two(endpoint_of(c), 1, dead, 1, 0));
    expect_ready(a, 1, IPC_CAME_NOTHING, EDEADSRCDST);
    notify_to(c, a);
    assert_true(select_two(endpoint_of(c), 1, dead, 1, 0));
    expect_ready(a, 0, IPC_CAME_EVENTS, 0);
    assert_true(select_two(ENDPOINT(1, 999), 1, HARDWARE, 1, 0)); /* never born */
    expect_ready(a, 0, IPC_CAME_NOTHING, EDEADSRCDST);
}

static void test_a_death_wakes(void **state)
{
    (void)state;
    assert_false(select_two(endpoint_of(c), 1, endpoint_of(b), 0, 0));
    end_process(d);
    expect_waits(a, IPC_SELECTING, ANY);
    end_process(b);
    expect_ready(a, 1, IPC_CAME_NOTHING, EDEADSRCDST);
    assert_false(select_two(ANY, 1, HARDWARE, 1, 0));
    end_process(c);
    expect_waits(a, IPC_SELECTING, ANY);
}

static void test_the_new_tenant_is_not_the_source(void **state)
{
    endpoint_t dead;

    (void)state;
    while (ipc_slot_of(&table, ENDPOINT(1, IPC_PROCESSES - 1)) < 0)
        spawn();
    dead = endpoint_of(b);
    end_process(b);
    assert_int_equal(spawn(), b);
    notify_to(b, a);
    assert_true(select_two(HARDWARE, 1, dead, 1, 0));
    expect_ready(a, 1, IPC_CAME_NOTHING, EDEADSRCDST);
}

/* ---- Refused --------------------------------------------------------------------------------- */

static void test_sources_that_are_none(void **state)
{
    static const endpoint_t wrong[] = {NONE, SELF, SYSTEM, 0, -1, INT32_MIN, 1005, 1023};

    (void)state;
    notify_to(b, a);
    for (unsigned i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        /* Even behind a pair that is ready: the whole set is looked at first. */
        EXPECT_REFUSED(a, EINVAL, endpoint_of(a), select_two(endpoint_of(b), 1, wrong[i], 1, 0));
        EXPECT_REFUSED(a, EINVAL, endpoint_of(a), select_one(wrong[i], 1, IPC_NONBLOCK));
    }
    EXPECT_REFUSED(a, ELOCKED, endpoint_of(a), select_two(endpoint_of(b), 1, endpoint_of(a), 1, 0));
}

/* ---- Deadlock -------------------------------------------------------------------------------- */

static void test_select_makes_no_edge(void **state)
{
    (void)state;
    assert_false(select_one(endpoint_of(b), 1, 0));
    assert_int_equal(ipc_peer(&table, a), IPC_NO_SLOT);
    assert_false(receive_from(b, a, 0));
    assert_false(send_to(c, b, 0));
    expect_waits(a, IPC_SELECTING, ANY);
    cancel(a);
    assert_false(select_one(endpoint_of(b), 1, 0)); /* b waits for a, and yet no ring is closed */
}

int run_select_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_FOUR(test_each_kind_of_readiness),
        TEST_FOUR(test_nothing_is_taken),
        TEST_FOUR(test_any_names_what_comes_next),
        TEST_FOUR(test_others_are_not_ready),
        TEST_FOUR(test_sixteen_pairs),
        TEST_FOUR(test_the_search_goes_on_from_the_pair_returned_last),
        TEST_FOUR(test_a_turn_outlives_errors_and_other_calls),
        TEST_FOUR(test_a_turn_past_a_smaller_set_goes_round),
        TEST_FOUR(test_what_wakes_counts_as_a_turn),
        TEST_FOUR(test_an_event_wakes),
        TEST_FOUR(test_a_sender_wakes_and_queues),
        TEST_FOUR(test_any_is_woken_by_whatever_comes),
        TEST_FOUR(test_nonblock_finds_nobody_who_only_selects),
        TEST_FOUR(test_the_set_is_copied_and_forgotten),
        TEST_FOUR(test_ends_of_the_wait),
        TEST_FOUR(test_a_dead_source_is_ready_with_its_error),
        TEST_FOUR(test_a_death_wakes),
        TEST_FOUR(test_the_new_tenant_is_not_the_source),
        TEST_FOUR(test_sources_that_are_none),
        TEST_FOUR(test_select_makes_no_edge),
    };

    return cmocka_run_group_tests_name("select", tests, NULL, NULL);
}
