/* ipc_reply then ipc_receive in one trap: a server's loop. */
#include "harness.h"

static unsigned client, server, other;

/* The server has taken the client's request. */
static int setup_asked(void **state)
{
    setup(state);
    client = spawn();
    server = spawn();
    other = spawn();
    write_message(client, 10);
    assert_false(request_to(client, server, 0));
    assert_true(receive_name(server, ANY, 0));
    write_message(server, 20);
    return 0;
}

#define TEST_ASKED(name) cmocka_unit_test_setup(name, setup_asked)

static bool answer_and_receive(uint32_t flags)
{
    return reply_and_receive(server, endpoint_of(client), ticket_of(client), flags);
}

static bool wrong_answer_and_receive(uint32_t flags)
{
    return reply_and_receive(server, endpoint_of(client), ticket_of(client) + 1, flags);
}

static void expect_answered(void)
{
    expect_result(client, 0, IPC_CAME_REPLY);
    expect_message(client, server, 20);
}

/* ---- Both halves ----------------------------------------------------------------------------- */

static void test_answers_and_takes_the_next_at_once(void **state)
{
    (void)state;
    write_message(other, 30);
    assert_false(request_to(other, server, 0));
    assert_true(answer_and_receive(0));
    expect_answered();
    expect_taken(server, IPC_CAME_REQUEST, other); /* bits 15..8 are zero */
    expect_message(server, other, 30);
}

static void test_answers_and_waits_for_the_next(void **state)
{
    (void)state;
    assert_false(answer_and_receive(0));
    expect_answered();
    expect_waits(server, IPC_RECEIVING, ANY);
    write_message(other, 31);
    assert_false(request_to(other, server, 0));
    expect_taken(server, IPC_CAME_REQUEST, other);
    expect_message(server, other, 31);
}

/* A client that asks again at once is heard after those who waited before it. */
static void test_the_answered_client_queues_behind_the_others(void **state)
{
    (void)state;
    write_message(other, 32);
    assert_false(request_to(other, server, 0));
    assert_true(answer_and_receive(0));
    expect_message(server, other, 32);
    assert_false(request_to(client, server, 0));
    assert_true(reply_and_receive(server, endpoint_of(other), ticket_of(other), 0));
    expect_taken(server, IPC_CAME_REQUEST, client);
    expect_message(server, client, 10);
}

static void test_the_same_message_for_both_halves(void **state)
{
    (void)state;
    write_message(other, 33);
    assert_false(request_to(other, server, 0));
    assert_true(ipc_reply_receive(&table, server, endpoint_of(client), OUT(server),
                                  ticket_of(client), ANY, IPC_ALL_EVENTS, OUT(server), 0));
    expect_answered();
    assert_int_equal(message_at(OUT(server))->m_source, endpoint_of(other));
    assert_int_equal(message_at(OUT(server))->m_type, 33);
}

static void test_answers_a_send_rec_too(void **state)
{
    (void)state;
    assert_false(send_rec_to(other, server, 0));
    assert_true(answer_and_receive(0));
    expect_taken(server, IPC_CAME_SEND_REC, other);
    assert_false(reply_and_receive(server, endpoint_of(other), ticket_of(other), 0));
    expect_result(other, 0, IPC_CAME_REPLY);
}

static void test_the_receive_has_its_own_source_and_events(void **state)
{
    (void)state;
    notify_set_to(other, server, 6);
    assert_false(send_to(other, server, 0));
    post_to(server, EVENT_ALARM);
    assert_false(ipc_reply_receive(&table, server, endpoint_of(client), OUT(server),
                                   ticket_of(client), HARDWARE, 1, IN(server), 0));
    expect_answered();
    expect_waits(server, IPC_RECEIVING, HARDWARE);
    assert_int_equal(table.process[server].event_mask, 1);
    post_to(server, 3);
    expect_event(server, HARDWARE, 1);
    assert_true(ipc_reply_receive(&table, server, NONE, OUT(server), 0, endpoint_of(other), 4,
                                  IN(server), 0));
    assert_int_equal(message_at(IN(server))->m_words[0], 4);
}

/* ---- The reply fails ------------------------------------------------------------------------- */

static void test_what_the_reply_failed_with_stands_beside(void **state)
{
    (void)state;
    write_message(other, 40);
    assert_false(request_to(other, server, 0));
    assert_true(wrong_answer_and_receive(0));
    expect_result(server, 0, IPC_CAME_REQUEST | ENOTREADY << 8 | ticket_of(other) << 16);
    expect_message(server, other, 40);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
}

static void test_it_stands_beside_after_a_wait_too(void **state)
{
    (void)state;
    assert_false(wrong_answer_and_receive(0));
    assert_true(send_to(other, server, 0));
    expect_result(server, 0, IPC_CAME_SEND | ENOTREADY << 8);
    assert_false(wrong_answer_and_receive(0));
    notify_to(other, server);
    expect_result(server, 0, IPC_CAME_EVENTS | ENOTREADY << 8);
    assert_false(wrong_answer_and_receive(0));
    post_to(server, 1);
    expect_result(server, 0, IPC_CAME_EVENTS | ENOTREADY << 8);
    assert_false(wrong_answer_and_receive(0));
    assert_false(request_to(other, server, 0));
    expect_result(server, 0, IPC_CAME_REQUEST | ENOTREADY << 8 | 1u << 16);
    /* And does not stick to the next call. */
    cancel(other);
    assert_false(receive_name(server, ANY, 0));
    notify_to(other, server);
    expect_event(server, endpoint_of(other), EVENT_NOTIFY);
}

static void test_any_destination_is_reported_not_refused(void **state)
{
    static const endpoint_t names[] = {ANY, NONE, HARDWARE, SYSTEM, SELF, 0, -1, INT32_MIN, 1023};
    endpoint_t dead;

    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        notify_to(other, server);
        assert_true(reply_and_receive(server, names[i], 1, 0));
        expect_result(server, 0, IPC_CAME_EVENTS | EINVAL << 8);
    }
    dead = endpoint_of(client);
    end_process(client);
    notify_to(other, server);
    assert_true(reply_and_receive(server, dead, 1, 0));
    expect_result(server, 0, IPC_CAME_EVENTS | ENOTREADY << 8);
    notify_to(other, server);
    assert_true(reply_and_receive(server, endpoint_of(server), 1, 0));
    expect_result(server, 0, IPC_CAME_EVENTS | ENOTREADY << 8);
    notify_to(other, server);
    assert_true(reply_and_receive(server, ENDPOINT(1, 999), 1, 0));
    expect_result(server, 0, IPC_CAME_EVENTS | ENOTREADY << 8);
}

/* ---- The receive fails: the error tells whether the reply was delivered ---------------------- */

static void test_nonblock_is_about_the_receive(void **state)
{
    (void)state;
    assert_true(answer_and_receive(IPC_NONBLOCK));
    expect_result(server, -ENOTREADY, ANY);
    expect_answered();
}

static void test_a_timeout_tells_whether_the_reply_was_delivered(void **state)
{
    (void)state;
    assert_false(wrong_answer_and_receive(IPC_TIMEOUT));
    assert_int_equal(table.process[server].timed, 1);
    time_out(server);
    expect_result(server, -ETIMEDOUT, ANY);
    assert_false(answer_and_receive(IPC_TIMEOUT));
    time_out(server);
    expect_result(server, -EREPLYTIMEDOUT, ANY);
    expect_answered();
}

static void test_a_cancel_tells_whether_the_reply_was_delivered(void **state)
{
    (void)state;
    assert_false(wrong_answer_and_receive(0));
    cancel(server);
    expect_result(server, -EINTR, ANY);
    assert_false(answer_and_receive(0));
    cancel(server);
    expect_result(server, -EREPLYINTR, ANY);
}

static void test_a_death_tells_whether_the_reply_was_delivered(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(other);
    assert_false(ipc_reply_receive(&table, server, NONE, OUT(server), 0, dead, 0, IN(server), 0));
    end_process(other);
    expect_result(server, -EDEADSRCDST, (uint32_t)dead);
    other = spawn();
    dead = endpoint_of(other);
    assert_false(ipc_reply_receive(&table, server, endpoint_of(client), OUT(server),
                                   ticket_of(client), dead, 0, IN(server), 0));
    end_process(other);
    expect_result(server, -EREPLYDEAD, (uint32_t)dead);
}

static void test_a_reply_opens_the_ring_that_it_would_have_closed(void **state)
{
    (void)state;
    EXPECT_REFUSED(server, ELOCKED, endpoint_of(client), receive_from(server, client, 0));
    assert_false(ipc_reply_receive(&table, server, endpoint_of(client), OUT(server),
                                   ticket_of(client), endpoint_of(client), 0, IN(server), 0));
    expect_answered();
    expect_waits(server, IPC_RECEIVING, endpoint_of(client));
}

static void test_a_ring_refuses_the_receive_and_keeps_the_reply(void **state)
{
    (void)state;
    assert_false(receive_from(other, server, 0));
    assert_true(ipc_reply_receive(&table, server, endpoint_of(client), OUT(server),
                                  ticket_of(client), endpoint_of(other), 0, IN(server), 0));
    expect_result(server, -ELOCKED, (uint32_t)endpoint_of(other));
    expect_answered();
}

int run_reply_receive_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_ASKED(test_answers_and_takes_the_next_at_once),
        TEST_ASKED(test_answers_and_waits_for_the_next),
        TEST_ASKED(test_the_answered_client_queues_behind_the_others),
        TEST_ASKED(test_the_same_message_for_both_halves),
        TEST_ASKED(test_answers_a_send_rec_too),
        TEST_ASKED(test_the_receive_has_its_own_source_and_events),
        TEST_ASKED(test_what_the_reply_failed_with_stands_beside),
        TEST_ASKED(test_it_stands_beside_after_a_wait_too),
        TEST_ASKED(test_any_destination_is_reported_not_refused),
        TEST_ASKED(test_nonblock_is_about_the_receive),
        TEST_ASKED(test_a_timeout_tells_whether_the_reply_was_delivered),
        TEST_ASKED(test_a_cancel_tells_whether_the_reply_was_delivered),
        TEST_ASKED(test_a_death_tells_whether_the_reply_was_delivered),
        TEST_ASKED(test_a_reply_opens_the_ring_that_it_would_have_closed),
        TEST_ASKED(test_a_ring_refuses_the_receive_and_keeps_the_reply),
    };

    return cmocka_run_group_tests_name("reply and receive", tests, NULL, NULL);
}
