/*
 * Faults found in other kernels of this kind, each once here by its name, so that it never comes
 * back. What a fault needs of the kernel proper (user pointers, boxes, the trap) is tested there.
 */
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

/* Queues indexed by a negative number write out of bounds. */
static void test_peer_negative_endpoint(void **state)
{
    static const uint32_t calls[] = {IPC_SEND,       IPC_RECEIVE,    IPC_SEND_REC,
                                     IPC_NOTIFY,     IPC_REQUEST,    IPC_REPLY,
                                     IPC_NOTIFY_SET, IPC_RECEIVE_EX, IPC_REPLY_RECEIVE};
    const struct ipc_select_pair pair = {-2, 1};

    (void)state;
    EXPECT_REFUSED(a, EINVAL, endpoint_of(a), select_among(a, &pair, 1, 0));
    for (unsigned i = 0; i < 9; i++) {
        endpoint_t culprit = 0;

        assert_int_equal(ipc_check(&table, a, calls[i], -2, &culprit), -EINVAL);
        assert_int_equal(culprit, endpoint_of(a));
        assert_int_equal(ipc_check(&table, a, calls[i], INT32_MIN, &culprit), -EINVAL);
    }
}

/* Deadlock looked for along sends only: two that receive from each other hang with a success. */
static void test_peer_receive_receive_ring(void **state)
{
    (void)state;
    assert_false(receive_from(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(a), receive_from(b, a, 0));
}

/* The same, with a ring of one receive and two sends, closed at each of its members. */
static void test_peer_receive_send_send_ring(void **state)
{
    (void)state;
    assert_false(receive_from(a, b, 0));
    assert_false(send_to(b, c, 0));
    EXPECT_REFUSED(c, ELOCKED, endpoint_of(a), send_to(c, a, 0));
    cancel(a);
    assert_false(send_to(c, a, 0));
    EXPECT_REFUSED(a, ELOCKED, endpoint_of(b), receive_from(a, b, 0));
    cancel(b);
    assert_false(receive_from(a, b, 0));
    EXPECT_REFUSED(b, ELOCKED, endpoint_of(c), send_to(b, c, 0));
}

/* An interrupt's flag that is set and never cleared or never consumed. */
static void test_peer_interrupts_are_not_lost(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        uint32_t bit = 1u << i % 24;

        if (i % 3 == 0) { /* it comes while its driver waits, works, or waits for an answer */
            assert_false(receive_name(a, HARDWARE, 0));
            post_to(a, bit);
        } else if (i % 3 == 1) {
            post_to(a, bit);
            assert_true(receive_name(a, HARDWARE, 0));
        } else {
            assert_false(send_rec_to(a, b, 0));
            post_to(a, bit);
            assert_true(receive_name(b, ANY, 0));
            assert_true(send_to(b, a, 0));
            assert_true(receive_name(a, HARDWARE, 0));
        }
        expect_event(a, HARDWARE, bit);
        assert_true(receive_name(a, HARDWARE, IPC_NONBLOCK));
        expect_result(a, -ENOTREADY, HARDWARE);
    }
}

/* The interrupt's message lands in the default box even when the receive named another. */
static void test_peer_event_goes_where_the_receive_said(void **state)
{
    (void)state;
    assert_false(ipc_receive(&table, a, HARDWARE, IN(200), 0));
    post_to(a, 4);
    assert_int_equal(message_at(IN(200))->m_source, HARDWARE);
    assert_int_equal(message_at(IN(200))->m_words[0], 4);
    assert_int_equal(message_at(IN(a))->m_source, 0x5a5a5a5a);
    post_to(a, 8);
    assert_true(ipc_receive(&table, a, ANY, IN(201), 0));
    assert_int_equal(message_at(IN(201))->m_words[0], 8);
    assert_int_equal(message_at(IN(200))->m_words[0], 4);
}

/* A send to oneself asserts: a user panics the kernel. */
static void test_peer_self_send(void **state)
{
    endpoint_t culprit = 0;

    (void)state;
    assert_int_equal(ipc_check(&table, a, IPC_SEND, endpoint_of(a), &culprit), -ELOCKED);
    assert_int_equal(ipc_check(&table, a, IPC_SEND_REC, endpoint_of(a), &culprit), -ELOCKED);
    assert_int_equal(culprit, endpoint_of(a));
}

/* send(ANY) indexes past the table. */
static void test_peer_send_any(void **state)
{
    endpoint_t culprit = 0;

    (void)state;
    assert_int_equal(ipc_check(&table, a, IPC_SEND, ANY, &culprit), -EINVAL);
    assert_int_equal(ipc_check(&table, a, IPC_SEND_REC, ANY, &culprit), -EINVAL);
    assert_int_equal(ipc_check(&table, a, IPC_NOTIFY, ANY, &culprit), -EINVAL);
    assert_int_equal(ipc_check(&table, a, IPC_SEND, NONE, &culprit), -EINVAL);
}

/* Exit does not wake those queued on the dead. */
static void test_peer_exit_wakes_the_queue(void **state)
{
    (void)state;
    assert_false(send_to(a, c, 0));
    assert_false(send_rec_to(b, c, 0));
    end_process(c);
    expect_result(a, -EDEADSRCDST, (uint32_t)ENDPOINT(1, c));
    expect_result(b, -EDEADSRCDST, (uint32_t)ENDPOINT(1, c));
}

/* An aborted sender is marked but never woken. */
static void test_peer_aborted_sender_wakes(void **state)
{
    (void)state;
    assert_false(send_to(a, b, 0));
    cancel(a);
    expect_result(a, -EINTR, (uint32_t)endpoint_of(b));
    assert_false(send_rec_to(a, b, 0));
    cancel(a);
    expect_result(a, -EINTR, (uint32_t)endpoint_of(b));
}

/* A notification wakes only those that receive from anybody. */
static void test_peer_notify_wakes_a_closed_receive(void **state)
{
    (void)state;
    assert_false(receive_from(a, b, 0));
    notify_to(b, a);
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
}

/* The kernel stack's bytes are copied out with a notification. */
static void test_peer_notification_is_zero_beyond_its_bits(void **state)
{
    (void)state;
    memset(message_at(IN(a)), 0xcc, MESSAGE_BYTES);
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
}

/* A receive that must not wait gives up before it looks at the queue. */
static void test_peer_nonblocking_receive_looks_at_the_queue(void **state)
{
    (void)state;
    write_message(b, 1);
    assert_false(send_to(b, a, 0));
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_message(a, b, 1);
    write_message(c, 2);
    assert_false(send_rec_to(c, a, 0));
    assert_true(receive_from(a, c, IPC_NONBLOCK));
    expect_message(a, c, 2);
}

/* Notifications are delivered lowest number first: the others starve. */
static void test_peer_notify_starvation(void **state)
{
    (void)state;
    notify_to(c, a);
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
    notify_to(b, a);
    assert_true(receive_name(a, ANY, 0));
    expect_event(a, endpoint_of(c), EVENT_NOTIFY);
}

/* A call that is interrupted between its halves says that its first half was taken. */
static void test_peer_interrupted_between_the_halves(void **state)
{
    (void)state;
    assert_false(receive_name(b, ANY, 0));
    assert_false(send_rec_to(a, b, 0));
    cancel(a);
    expect_result(a, -EREPLYINTR, (uint32_t)endpoint_of(b));
    /* The late answer reaches nobody by accident. */
    assert_true(send_to(b, a, IPC_NONBLOCK));
    expect_result(b, -ENOTREADY, (uint32_t)endpoint_of(a));
}

/* A false deadlock: A.notify(B), A.receive(B), B.receive(A), B.notify(A) is legal. */
static void test_peer_legal_notify_exchange(void **state)
{
    (void)state;
    notify_to(a, b);
    assert_false(receive_from(a, b, 0));
    assert_true(receive_from(b, a, 0));
    expect_event(b, endpoint_of(a), EVENT_NOTIFY);
    notify_to(b, a);
    expect_event(a, endpoint_of(b), EVENT_NOTIFY);
}

int run_peers_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_THREE(test_peer_negative_endpoint),
        TEST_THREE(test_peer_receive_receive_ring),
        TEST_THREE(test_peer_receive_send_send_ring),
        TEST_THREE(test_peer_interrupts_are_not_lost),
        TEST_THREE(test_peer_event_goes_where_the_receive_said),
        TEST_THREE(test_peer_self_send),
        TEST_THREE(test_peer_send_any),
        TEST_THREE(test_peer_exit_wakes_the_queue),
        TEST_THREE(test_peer_aborted_sender_wakes),
        TEST_THREE(test_peer_notify_wakes_a_closed_receive),
        TEST_THREE(test_peer_notification_is_zero_beyond_its_bits),
        TEST_THREE(test_peer_nonblocking_receive_looks_at_the_queue),
        TEST_THREE(test_peer_notify_starvation),
        TEST_THREE(test_peer_interrupted_between_the_halves),
        TEST_THREE(test_peer_legal_notify_exchange),
    };

    return cmocka_run_group_tests_name("peers", tests, NULL, NULL);
}
