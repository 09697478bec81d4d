/* Events: none lost, none queued twice, and everybody has a turn. */
#include "harness.h"

static void test_notify_is_kept_until_it_is_taken(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    notify_to(a, b);
    notify_to(a, b); /* a bit is set once */
    assert_true(receive_name(b, ANY, 0));
    expect_event(b, endpoint_of(a), EVENT_NOTIFY);
    assert_true(receive_name(b, ANY, IPC_NONBLOCK));
    expect_result(b, -ENOTREADY, ANY);
}

static void test_notify_wakes_one_who_receives_from_any(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    assert_false(receive_name(b, ANY, 0));
    notify_to(a, b);
    expect_event(b, endpoint_of(a), EVENT_NOTIFY);
}

static void test_notify_wakes_one_who_receives_from_its_source(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    assert_false(receive_from(b, a, 0));
    notify_to(a, b);
    expect_event(b, endpoint_of(a), EVENT_NOTIFY);
}

static void test_receive_from_one_takes_only_its_events(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    notify_to(c, a);
    post_to(a, EVENT_DEATH);
    assert_false(receive_from(a, b, 0));
    notify_to(b, a);
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
    assert_true(receive_from(a, c, 0));
    expect_event(a, endpoint_of(c), EVENT_NOTIFY);
    assert_true(receive_name(a, HARDWARE, 0));
    expect_event(a, HARDWARE, EVENT_DEATH);
}

static void test_kernel_events_gather_and_come_at_once(void **state)
{
    unsigned a;

    (void)state;
    a = spawn();
    post_to(a, 1u << 4);
    post_to(a, EVENT_ALARM);
    post_to(a, 1u << 4);
    post_to(a, 0);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, HARDWARE, EVENT_ALARM | 1u << 4);
    assert_false(receive_name(a, ANY, 0));
    post_to(a, 0); /* nothing is no event */
    expect_waits(a, IPC_RECEIVING, ANY);
    post_to(a, EVENT_LINES);
    expect_event(a, HARDWARE, EVENT_LINES);
}

static void test_receive_from_hardware_takes_nothing_else(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    notify_to(b, a);
    assert_false(send_to(c, a, 0));
    assert_false(receive_name(a, HARDWARE, 0));
    notify_to(b, a);
    expect_waits(a, IPC_RECEIVING, HARDWARE);
    post_to(a, 2);
    expect_event(a, HARDWARE, 2);
}

static void test_receive_from_none_sleeps_through_everything(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    notify_to(b, a);
    post_to(a, 1);
    assert_false(send_to(c, a, 0));
    assert_false(receive_name(a, NONE, 0));
    expect_waits(a, IPC_RECEIVING, NONE);
    notify_to(b, a);
    post_to(a, 1);
    assert_false(send_to(b, a, 0));
    expect_waits(a, IPC_RECEIVING, NONE);
    cancel(a);
    expect_result(a, -EINTR, NONE);
}

static void test_kernel_events_come_before_all_others(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    write_message(c, 3);
    assert_false(send_to(c, a, 0));
    notify_to(b, a);
    post_to(a, 8);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, HARDWARE, 8);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
    post_to(a, 16); /* also when it would be the message's turn */
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, HARDWARE, 16);
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, c, 3);
}

/* One notifies again and again, others send again and again: each second delivery is the other's.
 */
static void test_events_and_messages_take_turns(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    for (unsigned i = 0; i < 8; i++)
        assert_false(send_to(spawn(), a, 0));
    for (unsigned i = 0; i < 8; i++) {
        notify_to(b, a);
        assert_true(receive_name(a, ANY, 0));
        expect_result(a, 0, i % 2 == 0 ? IPC_CAME_EVENTS : IPC_CAME_SEND);
    }
}

/* What a receive from one source takes in between is nobody's turn. */
static void test_a_receive_from_one_takes_no_turn_away(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    for (unsigned i = 0; i < 6; i++)
        assert_false(send_to(spawn(), a, 0));
    notify_to(c, a);
    for (unsigned i = 0; i < 2; i++) {
        notify_to(b, a);
        assert_true(receive_from(a, b, 0));
        assert_true(receive_name(a, ANY, 0));
    }
    /* c's event was taken in one of two receives from ANY. */
    assert_true(receive_from(a, c, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, (uint32_t)endpoint_of(c));
}

/* The same with a message that a receive from one takes, queued or awaited. */
static void test_a_message_from_one_is_no_turn(void **state)
{
    unsigned a, b, c, d;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    d = spawn();
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0)); /* so a message is next */
    assert_false(send_to(c, a, 0));
    assert_true(receive_from(a, c, 0));
    assert_false(receive_from(a, c, 0));
    assert_true(send_to(c, a, 0));
    notify_to(b, a);
    write_message(d, 7);
    assert_false(send_to(d, a, 0));
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, d, 7);
}

static void test_a_receive_from_one_takes_no_source_s_turn(void **state)
{
    unsigned a;

    (void)state;
    a = spawn();
    for (unsigned i = 1; i <= 4; i++)
        notify_to(spawn(), a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(1), EVENT_NOTIFY);
    assert_true(receive_from(a, 3, 0)); /* must not move the turn past 2 */
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(2), EVENT_NOTIFY);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(4), EVENT_NOTIFY);
}

static void test_sources_take_turns(void **state)
{
    static const unsigned sources[] = {1, 2, 31, 32, 33, 63, 64, 200, 254, 255};
    unsigned a;

    (void)state;
    a = spawn();
    for (unsigned i = 1; i < IPC_PROCESSES; i++)
        spawn();
    for (unsigned i = 0; i < 10; i++)
        notify_to(sources[i], a);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < 10; i++) {
            assert_true(receive_name(a, ANY, 0));
            expect_event(a, endpoint_of(sources[i]), EVENT_NOTIFY);
            notify_to(sources[i], a); /* at once again, and yet it has to wait for its turn */
        }
    }
}

/* The busiest source with the lowest number cannot keep another waiting. */
static void test_no_source_starves(void **state)
{
    unsigned a, low, high;

    (void)state;
    a = spawn();
    low = spawn();
    high = spawn();
    notify_to(high, a);
    for (unsigned i = 0; i < 2; i++) {
        notify_to(low, a);
        assert_true(receive_name(a, ANY, 0));
    }
    expect_event(a, endpoint_of(high), EVENT_NOTIFY);
}

static void test_an_event_also_counts_as_a_turn_when_it_was_awaited(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    assert_false(receive_name(a, ANY, 0));
    notify_to(b, a);
    notify_to(b, a);
    write_message(c, 4);
    assert_false(send_to(c, a, 0));
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, c, 4);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
    /* And a message that was awaited leaves the next turn to an event. */
    assert_false(receive_name(a, ANY, 0));
    assert_true(send_to(c, a, 0));
    assert_false(send_to(c, a, 0));
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
}

static void test_events_of_one_source_come_before_its_message(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    notify_to(b, a);
    write_message(b, 6);
    assert_false(send_to(b, a, 0));
    assert_true(receive_from(a, b, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
    assert_true(receive_from(a, b, 0));
    expect_message(a, b, 6);
}

static void test_an_event_message_carries_no_other_bytes(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    memset(message_at(IN(a)), 0xff, MESSAGE_BYTES);
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY); /* words 1..6 zero */
    memset(message_at(IN(a)), 0xff, MESSAGE_BYTES);
    assert_false(receive_name(a, ANY, 0));
    post_to(a, 1);
    expect_event(a, HARDWARE, 1);
}

int run_events_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_notify_is_kept_until_it_is_taken),
        TEST(test_notify_wakes_one_who_receives_from_any),
        TEST(test_notify_wakes_one_who_receives_from_its_source),
        TEST(test_receive_from_one_takes_only_its_events),
        TEST(test_kernel_events_gather_and_come_at_once),
        TEST(test_receive_from_hardware_takes_nothing_else),
        TEST(test_receive_from_none_sleeps_through_everything),
        TEST(test_kernel_events_come_before_all_others),
        TEST(test_events_and_messages_take_turns),
        TEST(test_a_receive_from_one_takes_no_turn_away),
        TEST(test_a_message_from_one_is_no_turn),
        TEST(test_a_receive_from_one_takes_no_source_s_turn),
        TEST(test_sources_take_turns),
        TEST(test_no_source_starves),
        TEST(test_an_event_also_counts_as_a_turn_when_it_was_awaited),
        TEST(test_events_of_one_source_come_before_its_message),
        TEST(test_an_event_message_carries_no_other_bytes),
    };

    return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
