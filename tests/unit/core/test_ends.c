/* Every wait has an end: death, a timeout, a cancel; and NONBLOCK, which does not begin one. */
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

/* ---- Death of the peer ---------------------------------------------------------------------- */

static void test_death_wakes_a_sender(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    assert_false(send_to(a, b, 0));
    end_process(b);
    expect_result(a, -EDEADSRCDST, (uint32_t)dead);
}

/* Not by number: in the order in which they came. */
static void test_death_wakes_the_queue_in_its_order(void **state)
{
    (void)state;
    assert_false(send_to(c, a, 0));
    assert_false(send_to(b, a, 0));
    end_process(a);
    assert_int_equal(woken_before(1), c);
    assert_int_equal(woken_before(0), b);
}

static void test_death_wakes_a_caller_in_the_first_half(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    assert_false(send_rec_to(a, b, 0));
    end_process(b);
    expect_result(a, -EDEADSRCDST, (uint32_t)dead);
}

static void test_death_wakes_a_caller_in_the_second_half(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    assert_false(send_rec_to(a, b, 0));
    assert_true(receive_name(b, ANY, 0));
    end_process(b);
    expect_result(a, -EREPLYDEAD, (uint32_t)dead);
}

static void test_death_wakes_a_receiver(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    assert_false(receive_from(a, b, 0));
    end_process(b);
    expect_result(a, -EDEADSRCDST, (uint32_t)dead);
}

static void test_death_of_one_leaves_who_waits_for_any(void **state)
{
    (void)state;
    assert_false(receive_name(a, ANY, 0));
    assert_false(receive_name(c, NONE, 0));
    end_process(b);
    expect_waits(a, IPC_RECEIVING, ANY);
    expect_waits(c, IPC_RECEIVING, NONE);
}

static void test_death_wakes_a_whole_queue(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(a);
    for (unsigned i = 0; i < 30; i++) {
        unsigned slot = spawn();

        assert_false(i % 3 == 0 ? send_to(slot, a, 0) : send_rec_to(slot, a, 0));
    }
    end_process(a);
    for (unsigned i = 0; i < 30; i++)
        expect_result(c + 1 + i, -EDEADSRCDST, (uint32_t)dead);
}

/* ---- Death of the one who waits, at each state ------------------------------------------------
 */

static void test_a_dead_sender_leaves_the_queue(void **state)
{
    unsigned d;

    (void)state;
    d = spawn();
    write_message(b, 1);
    write_message(d, 3);
    assert_false(send_to(b, a, 0));
    assert_false(send_to(c, a, 0));
    assert_false(send_rec_to(d, a, 0));
    end_process(c);
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, b, 1);
    end_process(d);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, ANY);
}

static void test_a_dead_receiver_takes_nothing(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(b);
    assert_false(receive_name(b, ANY, 0));
    end_process(b);
    assert_int_equal(ipc_slot_of(&table, dead), -EDEADSRCDST);
    assert_int_equal(message_at(IN(b))->m_source, 0x5a5a5a5a);
}

static void test_a_dead_caller_owes_nobody_an_ear(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(a);
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, 0));
    end_process(a);
    assert_int_equal(ipc_slot_of(&table, dead), -EDEADSRCDST);
    expect_result(b, 0, IPC_CAME_SEND_REC | 1u << 16); /* with its ticket */
}

static void test_a_dead_sleeper_is_gone(void **state)
{
    (void)state;
    assert_false(receive_name(a, NONE, IPC_TIMEOUT));
    end_process(a);
    assert_false(receive_name(b, HARDWARE, 0));
    end_process(b);
    end_process(c); /* and one that ran */
}

static void test_a_chain_breaks_only_at_the_dead(void **state)
{
    unsigned d;

    (void)state;
    d = spawn();
    assert_false(send_to(a, b, 0));
    assert_false(send_rec_to(b, c, 0));
    assert_false(receive_from(c, d, 0));
    end_process(b);
    expect_result(a, -EDEADSRCDST, (uint32_t)ENDPOINT(1, b));
    expect_waits(c, IPC_RECEIVING, endpoint_of(d));
    assert_int_equal(table.process[c].queue_first, IPC_NO_SLOT);
}

/* ---- Death and events ------------------------------------------------------------------------ */

static void test_events_from_the_dead_are_dropped(void **state)
{
    (void)state;
    notify_to(b, a);
    end_process(b);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, ANY);
}

static void test_events_to_the_dead_are_dropped(void **state)
{
    (void)state;
    for (unsigned i = c + 1; i < IPC_PROCESSES; i++)
        spawn();
    notify_to(a, b);
    post_to(b, EVENT_ALARM);
    end_process(b);
    assert_int_equal(spawn(), b);
    assert_true(receive_name(b, ANY, IPC_NONBLOCK));
    expect_result(b, -ENOTREADY, ANY);
}

static void test_a_new_tenant_gets_no_events_meant_for_or_made_by_the_old(void **state)
{
    (void)state;
    for (unsigned i = c + 1; i < IPC_PROCESSES; i++)
        spawn();
    notify_to(b, a);
    end_process(b);
    assert_int_equal(spawn(), b);
    assert_true(receive_from(a, b, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, (uint32_t)endpoint_of(b));
}

/* ---- Timeouts and cancels, at each state ------------------------------------------------------
 */

/* Brings `a` into the state, waiting for `b` or for a name. */
static endpoint_t bring_to(enum ipc_state to, uint32_t flags)
{
    const struct ipc_select_pair pair = {endpoint_of(b), 1};

    switch (to) {
    case IPC_SENDING:
        assert_false(send_to(a, b, flags));
        break;
    case IPC_CALLING:
        assert_false(send_rec_to(a, b, flags));
        break;
    case IPC_RECEIVING:
        assert_false(receive_from(a, b, flags));
        break;
    case IPC_REQUESTING:
        assert_false(request_to(a, b, flags));
        break;
    case IPC_SELECTING:
        assert_false(select_among(a, &pair, 1, flags));
        break;
    case IPC_ANSWER:
        assert_false(send_rec_to(a, b, flags));
        assert_true(receive_name(b, ANY, 0));
        break;
    default:
        assert_false(request_to(a, b, flags));
        assert_true(receive_name(b, ANY, 0));
    }
    expect_waits(a, to, to == IPC_SELECTING ? ANY : endpoint_of(b));
    assert_int_equal(table.process[a].timed, (flags & IPC_TIMEOUT) != 0);
    return table.process[a].waits_for;
}

static bool in_second_half(int state)
{
    return state == IPC_ANSWER || state == IPC_AWAITING;
}

static void test_timeout_ends_each_wait(void **state)
{
    for (int to = IPC_SENDING; to <= IPC_SELECTING; to++) {
        endpoint_t peer;

        setup_three(state);
        peer = bring_to((enum ipc_state)to, IPC_TIMEOUT);
        time_out(a);
        expect_result(a, in_second_half(to) ? -EREPLYTIMEDOUT : -ETIMEDOUT, (uint32_t)peer);
        assert_int_equal(table.process[b].queue_first, IPC_NO_SLOT);
    }
}

static void test_cancel_ends_each_wait(void **state)
{
    for (int to = IPC_SENDING; to <= IPC_SELECTING; to++) {
        endpoint_t peer;

        setup_three(state);
        peer = bring_to((enum ipc_state)to, 0);
        cancel(a);
        expect_result(a, in_second_half(to) ? -EREPLYINTR : -EINTR, (uint32_t)peer);
        assert_int_equal(table.process[b].queue_first, IPC_NO_SLOT);
    }
}

static void test_timeout_of_a_wait_for_a_name(void **state)
{
    static const endpoint_t names[] = {ANY, HARDWARE, NONE};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        assert_false(receive_name(a, names[i], IPC_TIMEOUT));
        time_out(a);
        expect_result(a, -ETIMEDOUT, (uint32_t)names[i]);
    }
}

static void test_timeout_and_cancel_of_one_who_does_not_wait(void **state)
{
    static struct ipc_table before;

    (void)state;
    end_process(c);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    before = table;
    time_out(a);
    cancel(a);
    time_out(c);
    cancel(c);
    assert_memory_equal(&before, &table, sizeof table);
}

static void test_whoever_the_machine_woke_is_settled(void **state)
{
    for (int to = IPC_RECEIVING; to <= IPC_AWAITING; to += IPC_AWAITING - IPC_RECEIVING) {
        static struct ipc_table before;

        setup_three(state);
        (void)bring_to((enum ipc_state)to, 0);
        settle(a);
        expect_result(a, 0, IPC_CAME_NOTHING);
        before = table;
        settle(a);
        assert_memory_equal(&before, &table, sizeof table);
    }
}

static void test_a_timed_out_sender_is_not_heard_later(void **state)
{
    (void)state;
    assert_false(send_to(b, a, IPC_TIMEOUT));
    write_message(c, 2);
    assert_false(send_to(c, a, IPC_TIMEOUT));
    time_out(b);
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, c, 2);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, ANY);
}

static void test_nothing_is_delivered_to_one_who_gave_up(void **state)
{
    (void)state;
    assert_false(receive_name(a, ANY, IPC_TIMEOUT));
    time_out(a);
    assert_true(send_to(b, a, IPC_NONBLOCK));
    expect_result(b, -ENOTREADY, (uint32_t)endpoint_of(a));
    notify_to(b, a);
    expect_result(a, -ETIMEDOUT, ANY);
    assert_int_equal(message_at(IN(a))->m_source, 0x5a5a5a5a);
}

static void test_the_deadline_is_for_both_halves(void **state)
{
    (void)state;
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, IPC_TIMEOUT));
    assert_int_equal(table.process[a].timed, 1);
    write_message(b, 2);
    assert_true(send_to(b, a, 0));
    expect_message(a, b, 2);
    assert_int_equal(table.process[a].timed, 0);
}

/* ---- NONBLOCK -------------------------------------------------------------------------------- */

static void test_nonblock_send_needs_a_waiting_partner(void **state)
{
    (void)state;
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_to(a, b, IPC_NONBLOCK));
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_rec_to(a, b, IPC_NONBLOCK));
    assert_false(receive_from(b, c, 0));
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_to(a, b, IPC_NONBLOCK));
    cancel(b);
    assert_false(receive_name(b, HARDWARE, 0));
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_to(a, b, IPC_NONBLOCK));
    cancel(b);
    assert_false(receive_name(b, NONE, 0));
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_rec_to(a, b, IPC_NONBLOCK));
    cancel(b);
    assert_false(receive_from(b, a, 0));
    write_message(a, 8);
    assert_true(send_to(a, b, IPC_NONBLOCK));
    expect_message(b, a, 8);
}

static void test_nonblock_is_about_the_first_half_only(void **state)
{
    (void)state;
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, IPC_NONBLOCK));
    expect_waits(a, IPC_ANSWER, endpoint_of(b));
}

static void test_nonblock_receive_looks_at_everything_first(void **state)
{
    (void)state;
    EXPECT_REFUSED(a, ENOTREADY, ANY, receive_name(a, ANY, IPC_NONBLOCK));
    EXPECT_REFUSED(a, ENOTREADY, HARDWARE, receive_name(a, HARDWARE, IPC_NONBLOCK));
    EXPECT_REFUSED(a, ENOTREADY, NONE, receive_name(a, NONE, IPC_NONBLOCK));
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), receive_from(a, b, IPC_NONBLOCK));
    post_to(a, 1);
    notify_to(c, a);
    write_message(b, 5);
    assert_false(send_to(b, a, 0));
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_event(a, HARDWARE, 1);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_event(a, endpoint_of(c), EVENT_NOTIFY);
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_message(a, b, 5);
    EXPECT_REFUSED(a, ENOTREADY, ANY, receive_name(a, ANY, IPC_NONBLOCK));
}

static void test_nonblock_with_timeout(void **state)
{
    (void)state;
    EXPECT_REFUSED(a, ENOTREADY, endpoint_of(b), send_rec_to(a, b, IPC_NONBLOCK | IPC_TIMEOUT));
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, IPC_NONBLOCK | IPC_TIMEOUT));
    time_out(a);
    expect_result(a, -EREPLYTIMEDOUT, (uint32_t)endpoint_of(b));
}

int run_ends_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_THREE(test_death_wakes_a_sender),
        TEST_THREE(test_death_wakes_the_queue_in_its_order),
        TEST_THREE(test_death_wakes_a_caller_in_the_first_half),
        TEST_THREE(test_death_wakes_a_caller_in_the_second_half),
        TEST_THREE(test_death_wakes_a_receiver),
        TEST_THREE(test_death_of_one_leaves_who_waits_for_any),
        TEST_THREE(test_death_wakes_a_whole_queue),
        TEST_THREE(test_a_dead_sender_leaves_the_queue),
        TEST_THREE(test_a_dead_receiver_takes_nothing),
        TEST_THREE(test_a_dead_caller_owes_nobody_an_ear),
        TEST_THREE(test_a_dead_sleeper_is_gone),
        TEST_THREE(test_a_chain_breaks_only_at_the_dead),
        TEST_THREE(test_events_from_the_dead_are_dropped),
        TEST_THREE(test_events_to_the_dead_are_dropped),
        TEST_THREE(test_a_new_tenant_gets_no_events_meant_for_or_made_by_the_old),
        TEST_THREE(test_timeout_ends_each_wait),
        TEST_THREE(test_cancel_ends_each_wait),
        TEST_THREE(test_timeout_of_a_wait_for_a_name),
        TEST_THREE(test_timeout_and_cancel_of_one_who_does_not_wait),
        TEST_THREE(test_whoever_the_machine_woke_is_settled),
        TEST_THREE(test_a_timed_out_sender_is_not_heard_later),
        TEST_THREE(test_nothing_is_delivered_to_one_who_gave_up),
        TEST_THREE(test_the_deadline_is_for_both_halves),
        TEST_THREE(test_nonblock_send_needs_a_waiting_partner),
        TEST_THREE(test_nonblock_is_about_the_first_half_only),
        TEST_THREE(test_nonblock_receive_looks_at_everything_first),
        TEST_THREE(test_nonblock_with_timeout),
    };

    return cmocka_run_group_tests_name("ends", tests, NULL, NULL);
}
