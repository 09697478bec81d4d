/* Sets of events: ipc_notify with 32 bits, and ipc_receive that accepts some of them. */
#include "harness.h"

static unsigned a, b, c;

static int setup_three(void **state)
{
    setup(state);
    a = spawn();
    b = spawn();
    c = spawn();
    return 0;
}

#define TEST_THREE(name) cmocka_unit_test_setup(name, setup_three)

/* ---- Sets ------------------------------------------------------------------------------------ */

static void test_sets_gather(void **state)
{
    (void)state;
    notify_set_to(b, a, 0x80000001u);
    notify_set_to(b, a, 0x00000101u);
    notify_to(b, a); /* is bit 0 */
    assert_true(receive_events_from(a, b, IPC_ALL_EVENTS, 0));
    expect_event(a, endpoint_of(b), 0x80000101u);
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b),
                   receive_events_from(a, b, IPC_ALL_EVENTS, IPC_NONBLOCK));
}

static void test_every_bit_arrives_alone(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        notify_set_to(b, a, IPC_ALL_EVENTS);
        assert_true(receive_events_name(a, ANY, 1u << bit, 0));
        expect_event(a, endpoint_of(b), 1u << bit);
        assert_true(receive_from(a, b, 0));
        expect_event(a, endpoint_of(b), ~(1u << bit));
    }
}

static void test_sets_of_two_sources_are_apart(void **state)
{
    (void)state;
    notify_set_to(b, a, 1);
    notify_set_to(c, a, 2);
    post_to(a, 4);
    assert_true(receive_events_name(a, ANY, 3, 0));
    expect_event(a, endpoint_of(b), 1);
    assert_true(receive_events_name(a, ANY, 3, 0));
    expect_event(a, endpoint_of(c), 2);
    EXPECT_REFUSED(a, ENOTREADY, ANY, receive_events_name(a, ANY, 3, IPC_NONBLOCK));
    assert_true(receive_events_name(a, ANY, 4, 0));
    expect_event(a, HARDWARE, 4);
}

/* ---- Masks ----------------------------------------------------------------------------------- */

static void test_what_is_not_selected_stays_pending(void **state)
{
    (void)state;
    notify_set_to(b, a, 0xf0);
    post_to(a, 0x0f);
    assert_true(receive_events_name(a, ANY, 0x3c, 0));
    expect_event(a, HARDWARE, 0x0c);
    assert_true(receive_events_name(a, ANY, 0x3c, 0));
    expect_event(a, endpoint_of(b), 0x30);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, HARDWARE, 0x03);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), 0xc0);
    EXPECT_REFUSED(a, ENOTREADY, ANY, receive_name(a, ANY, IPC_NONBLOCK));
}

static void test_an_event_outside_the_mask_does_not_wake(void **state)
{
    (void)state;
    assert_false(receive_events_name(a, ANY, 2, 0));
    assert_int_equal(table.process[a].event_mask, 2);
    notify_set_to(b, a, 5);
    post_to(a, 9);
    expect_waits(a, IPC_RECEIVING, ANY);
    notify_set_to(b, a, 10);
    expect_event(a, endpoint_of(b), 2);
    assert_true(receive_from(a, b, 0));
    expect_event(a, endpoint_of(b), 13);
    assert_true(receive_name(a, HARDWARE, 0));
    expect_event(a, HARDWARE, 9);
}

static void test_a_kernel_event_in_the_mask_wakes(void **state)
{
    (void)state;
    assert_false(receive_events_name(a, HARDWARE, EVENT_ALARM, 0));
    post_to(a, EVENT_DEATH);
    expect_waits(a, IPC_RECEIVING, HARDWARE);
    post_to(a, EVENT_ALARM | 1);
    expect_event(a, HARDWARE, EVENT_ALARM);
    assert_true(receive_name(a, HARDWARE, 0));
    expect_event(a, HARDWARE, EVENT_DEATH | 1);
}

static void test_only_its_source_s_events(void **state)
{
    (void)state;
    assert_false(receive_events_from(a, b, 3, 0));
    notify_set_to(c, a, 3);
    post_to(a, 3);
    expect_waits(a, IPC_RECEIVING, endpoint_of(b));
    notify_set_to(b, a, 1);
    expect_event(a, endpoint_of(b), 1);
}

/* Another source with nothing in the mask must not be taken for one that has. */
static void test_the_search_passes_sources_outside_the_mask(void **state)
{
    static const unsigned sources[] = {2, 31, 32, 33, 64, 255};

    (void)state;
    for (unsigned i = 3; i < IPC_PROCESSES; i++)
        spawn();
    for (unsigned i = 0; i < 6; i++)
        notify_set_to(sources[i], a, i == 3 ? 3 : 1);
    assert_true(receive_events_name(a, ANY, 2, 0));
    expect_event(a, endpoint_of(33), 2);
    for (unsigned i = 0; i < 6; i++) { /* and goes on from there */
        assert_true(receive_name(a, ANY, 0));
        expect_event(a, endpoint_of(sources[(i + 4) % 6]), 1);
    }
}

/* ---- Messages only, events only -------------------------------------------------------------- */

static void test_no_events_means_messages_only(void **state)
{
    (void)state;
    notify_set_to(b, a, IPC_ALL_EVENTS);
    post_to(a, IPC_ALL_EVENTS);
    assert_false(receive_events_name(a, ANY, 0, 0));
    notify_set_to(c, a, IPC_ALL_EVENTS);
    post_to(a, IPC_ALL_EVENTS);
    expect_waits(a, IPC_RECEIVING, ANY);
    write_message(c, 3);
    assert_true(send_to(c, a, 0));
    expect_message(a, c, 3);
    write_message(b, 4);
    assert_false(send_to(b, a, 0));
    assert_true(receive_events_from(a, b, 0, 0));
    expect_message(a, b, 4);
}

static void test_none_means_events_only(void **state)
{
    (void)state;
    assert_false(send_to(c, a, 0));
    assert_false(receive_events_name(a, NONE, 6, 0));
    expect_waits(a, IPC_RECEIVING, NONE);
    assert_false(send_to(b, a, 0));
    expect_waits(a, IPC_RECEIVING, NONE);
    cancel(b);
    notify_set_to(b, a, 1);
    expect_waits(a, IPC_RECEIVING, NONE);
    notify_set_to(b, a, 3);
    expect_event(a, endpoint_of(b), 2);
    assert_false(receive_events_name(a, NONE, 6, 0));
    post_to(a, 12);
    expect_event(a, HARDWARE, 4);
    notify_set_to(b, a, 4);
    post_to(a, 2);
    assert_true(receive_events_name(a, NONE, 6, 0)); /* the kernel's first */
    expect_event(a, HARDWARE, 2);
    assert_true(receive_events_name(a, NONE, 6, 0));
    expect_event(a, endpoint_of(b), 4);
}

static void test_none_with_no_events_sleeps(void **state)
{
    (void)state;
    notify_set_to(b, a, IPC_ALL_EVENTS);
    post_to(a, IPC_ALL_EVENTS);
    assert_false(receive_events_name(a, NONE, 0, IPC_TIMEOUT));
    time_out(a);
    expect_result(a, -ETIMEDOUT, NONE);
}

static void test_hardware_with_no_events_sleeps(void **state)
{
    (void)state;
    post_to(a, IPC_ALL_EVENTS);
    assert_false(receive_events_name(a, HARDWARE, 0, 0));
    post_to(a, IPC_ALL_EVENTS);
    expect_waits(a, IPC_RECEIVING, HARDWARE);
    cancel(a);
    expect_result(a, -EINTR, HARDWARE);
}

/* The plain receive is the masked one with every bit, and receive(NONE) the one with none. */
static void test_the_plain_receive(void **state)
{
    (void)state;
    assert_false(receive_name(a, ANY, 0));
    assert_int_equal(table.process[a].event_mask, IPC_ALL_EVENTS);
    cancel(a);
    assert_int_equal(table.process[a].event_mask, 0);
    assert_false(receive_name(a, NONE, 0));
    assert_int_equal(table.process[a].event_mask, 0);
}

/* ---- Order ----------------------------------------------------------------------------------- */

static void test_masked_receives_take_turns_with_messages(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 6; i++)
        assert_false(send_to(spawn(), a, 0));
    for (unsigned i = 0; i < 6; i++) {
        notify_set_to(b, a, 4);
        assert_true(receive_events_name(a, ANY, 4, 0));
        expect_result(a, 0, i % 2 == 0 ? IPC_CAME_EVENTS : IPC_CAME_SEND);
    }
}

/* It could not have taken an event, so the turn of the events is still to come. */
static void test_a_receive_of_messages_only_is_no_turn(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_false(send_to(spawn(), a, 0));
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0)); /* an event, so a message is next */
    expect_result(a, 0, IPC_CAME_EVENTS);
    assert_true(receive_events_name(a, ANY, 0, 0));
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_result(a, 0, IPC_CAME_SEND);
    /* The same when the message was awaited. */
    assert_true(receive_name(a, ANY, 0));
    expect_result(a, 0, IPC_CAME_EVENTS);
    while (table.process[a].queue_first != IPC_NO_SLOT)
        assert_true(receive_events_name(a, ANY, 0, 0));
    assert_false(receive_events_name(a, ANY, 0, 0));
    assert_true(send_to(c, a, 0));
    assert_false(send_to(c, a, 0));
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_result(a, 0, IPC_CAME_SEND);
}

/* It could not have taken a message, so the turn of the messages is not over. */
static void test_a_receive_of_events_only_is_no_turn_of_a_message(void **state)
{
    (void)state;
    assert_false(send_to(c, a, 0));
    notify_to(b, a);
    assert_true(receive_events_name(a, NONE, 1, 0));
    assert_int_equal(table.process[a].prefer_message, 0);
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_result(a, 0, IPC_CAME_EVENTS);
    assert_int_equal(table.process[a].prefer_message, 1);
    notify_to(b, a);
    assert_true(receive_events_name(a, NONE, 1, 0));
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_result(a, 0, IPC_CAME_SEND);
}

static void test_sources_take_turns_in_receives_of_events_only(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 6; round++) {
        notify_to(b, a);
        notify_to(c, a);
        assert_true(receive_events_name(a, NONE, 1, 0));
        expect_event(a, endpoint_of(round % 2 == 0 ? b : c), 1);
    }
}

static void test_awaited_events_count_as_turns(void **state)
{
    (void)state;
    assert_false(receive_events_name(a, NONE, 1, 0));
    notify_to(b, a);
    notify_to(b, a);
    notify_to(c, a);
    assert_true(receive_events_name(a, NONE, 1, 0));
    expect_event(a, endpoint_of(c), 1);
}

int run_masks_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_THREE(test_sets_gather),
        TEST_THREE(test_every_bit_arrives_alone),
        TEST_THREE(test_sets_of_two_sources_are_apart),
        TEST_THREE(test_what_is_not_selected_stays_pending),
        TEST_THREE(test_an_event_outside_the_mask_does_not_wake),
        TEST_THREE(test_a_kernel_event_in_the_mask_wakes),
        TEST_THREE(test_only_its_source_s_events),
        TEST_THREE(test_the_search_passes_sources_outside_the_mask),
        TEST_THREE(test_no_events_means_messages_only),
        TEST_THREE(test_none_means_events_only),
        TEST_THREE(test_none_with_no_events_sleeps),
        TEST_THREE(test_hardware_with_no_events_sleeps),
        TEST_THREE(test_the_plain_receive),
        TEST_THREE(test_masked_receives_take_turns_with_messages),
        TEST_THREE(test_a_receive_of_messages_only_is_no_turn),
        TEST_THREE(test_a_receive_of_events_only_is_no_turn_of_a_message),
        TEST_THREE(test_sources_take_turns_in_receives_of_events_only),
        TEST_THREE(test_awaited_events_count_as_turns),
    };

    return cmocka_run_group_tests_name("sets and masks", tests, NULL, NULL);
}
