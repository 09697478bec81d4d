/* send, receive, send_rec: who waits, what arrives, who is told what. */
#include "harness.h"

static void test_send_waits_until_it_is_taken(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    write_message(a, 11);
    assert_false(send_to(a, b, 0));
    expect_waits(a, IPC_SENDING, endpoint_of(b));
    assert_true(receive_from(b, a, 0));
    expect_result(b, 0, IPC_CAME_SEND);
    expect_message(b, a, 11);
    expect_result(a, 0, IPC_CAME_NOTHING);
}

static void test_receive_waits_until_one_comes(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    assert_false(receive_from(b, a, 0));
    expect_waits(b, IPC_RECEIVING, endpoint_of(a));
    write_message(a, 12);
    assert_true(send_to(a, b, 0));
    expect_result(a, 0, IPC_CAME_NOTHING);
    expect_result(b, 0, IPC_CAME_SEND);
    expect_message(b, a, 12);
}

static void test_any_takes_from_whoever_comes(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    assert_false(receive_name(a, ANY, 0));
    expect_waits(a, IPC_RECEIVING, ANY);
    write_message(c, 1);
    assert_true(send_to(c, a, 0));
    expect_message(a, c, 1);
    write_message(b, 2);
    assert_false(send_to(b, a, 0));
    assert_true(receive_name(a, ANY, 0));
    expect_message(a, b, 2);
}

static void test_messages_come_first_come_first_served(void **state)
{
    unsigned a;

    (void)state;
    a = spawn();
    for (unsigned i = 1; i < 20; i++)
        spawn();
    for (unsigned i = 1; i < 20; i++) {
        unsigned sender = i * 7 % 19 + 1; /* every one once, not in the order of slots */

        write_message(sender, sender);
        assert_false(send_to(sender, a, 0));
    }
    for (unsigned i = 1; i < 20; i++) {
        assert_true(receive_name(a, ANY, 0));
        expect_message(a, i * 7 % 19 + 1, i * 7 % 19 + 1);
    }
    assert_true(receive_name(a, ANY, IPC_NONBLOCK));
    expect_result(a, -ENOTREADY, ANY);
}

static void test_receive_from_one_leaves_the_others_queued(void **state)
{
    unsigned a, b, c, d;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    d = spawn();
    write_message(b, 1);
    write_message(c, 2);
    write_message(d, 3);
    assert_false(send_to(b, a, 0));
    assert_false(send_to(c, a, 0));
    assert_false(send_to(d, a, 0));
    assert_true(receive_from(a, c, 0)); /* out of the middle */
    expect_message(a, c, 2);
    assert_true(receive_from(a, d, 0)); /* the last */
    expect_message(a, d, 3);
    assert_true(receive_from(a, b, 0)); /* the only one */
    expect_message(a, b, 1);
}

static void test_one_who_receives_from_another_is_not_interrupted(void **state)
{
    unsigned a, b, c, d;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    d = spawn();
    assert_false(receive_from(a, b, 0));
    write_message(c, 5);
    assert_false(send_to(c, a, 0));
    notify_to(d, a);
    expect_waits(a, IPC_RECEIVING, endpoint_of(b));
    write_message(b, 6);
    assert_true(send_to(b, a, 0));
    expect_message(a, b, 6);
}

/* What its peer does with others is none of its business. */
static void test_a_waiting_sender_stays_where_it_is(void **state)
{
    unsigned a, b, c;

    (void)state;
    a = spawn();
    b = spawn();
    c = spawn();
    assert_false(send_to(a, b, 0));
    assert_false(receive_from(c, b, 0));
    write_message(b, 9);
    assert_true(send_to(b, c, 0));
    expect_waits(a, IPC_SENDING, endpoint_of(b));
}

static void test_send_rec_to_a_waiting_server(void **state)
{
    unsigned client, server;

    (void)state;
    client = spawn();
    server = spawn();
    assert_false(receive_name(server, ANY, 0));
    write_message(client, 21);
    assert_false(send_rec_to(client, server, 0));
    expect_taken(server, IPC_CAME_SEND_REC, client);
    expect_message(server, client, 21);
    expect_waits(client, IPC_ANSWER, endpoint_of(server));
    write_message(server, 22);
    assert_true(send_to(server, client, 0));
    expect_result(server, 0, IPC_CAME_NOTHING);
    expect_result(client, 0, IPC_CAME_SEND);
    expect_message(client, server, 22);
}

static void test_send_rec_to_a_busy_server(void **state)
{
    unsigned client, server;

    (void)state;
    client = spawn();
    server = spawn();
    write_message(client, 21);
    assert_false(send_rec_to(client, server, 0));
    expect_waits(client, IPC_CALLING, endpoint_of(server));
    assert_true(receive_name(server, ANY, 0));
    expect_taken(server, IPC_CAME_SEND_REC, client);
    expect_message(server, client, 21);
    expect_waits(client, IPC_ANSWER, endpoint_of(server));
    write_message(server, 22);
    assert_true(send_to(server, client, IPC_NONBLOCK));
    expect_message(client, server, 22);
}

static void test_send_rec_answers_into_the_message_it_sent(void **state)
{
    unsigned client, server;

    (void)state;
    client = spawn();
    server = spawn();
    assert_false(receive_name(server, ANY, 0));
    write_message(client, 31);
    assert_false(ipc_send_rec(&table, client, endpoint_of(server), OUT(client), OUT(client), 0));
    expect_message(server, client, 31);
    write_message(server, 32);
    assert_true(send_to(server, client, 0));
    assert_int_equal(message_at(OUT(client))->m_type, 32);
    assert_int_equal(message_at(OUT(client))->m_source, endpoint_of(server));
}

/* Nobody slips between the halves, by message or by event. */
static void test_send_rec_is_one_transaction(void **state)
{
    unsigned client, server, other;

    (void)state;
    client = spawn();
    server = spawn();
    other = spawn();
    notify_to(other, client);
    notify_to(server, client);
    post_to(client, EVENT_ALARM);
    assert_false(receive_name(server, ANY, 0));
    write_message(client, 1);
    assert_false(send_rec_to(client, server, 0));
    expect_waits(client, IPC_ANSWER, endpoint_of(server));
    notify_to(server, client);
    notify_to(other, client);
    post_to(client, 1);
    assert_false(send_to(other, client, 0));
    expect_waits(client, IPC_ANSWER, endpoint_of(server));
    write_message(server, 2);
    assert_true(send_to(server, client, 0));
    expect_result(client, 0, IPC_CAME_SEND);
    expect_message(client, server, 2);
    /* All that was held back is still there. */
    assert_true(receive_name(client, ANY, 0));
    expect_event(client, HARDWARE, EVENT_ALARM | 1);
    assert_true(receive_from(client, server, 0));
    expect_event(client, endpoint_of(server), EVENT_NOTIFY);
    assert_true(receive_name(client, ANY, 0));
    assert_true(receive_name(client, ANY, 0));
    assert_true(receive_name(client, ANY, IPC_NONBLOCK));
    expect_result(client, -ENOTREADY, ANY);
}

/* The first half waits in a queue: an event does not end that either. */
static void test_no_event_ends_a_wait_in_a_queue(void **state)
{
    unsigned client, server, sender;

    (void)state;
    client = spawn();
    server = spawn();
    sender = spawn();
    assert_false(send_rec_to(client, server, 0));
    assert_false(send_to(sender, server, 0));
    notify_to(server, client);
    notify_to(server, sender);
    post_to(client, 1);
    post_to(sender, 1);
    expect_waits(client, IPC_CALLING, endpoint_of(server));
    expect_waits(sender, IPC_SENDING, endpoint_of(server));
}

/* An answer may itself be a send_rec: the roles turn round. */
static void test_an_answer_that_asks_back(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    assert_false(receive_name(b, ANY, 0));
    write_message(a, 1);
    assert_false(send_rec_to(a, b, 0));
    write_message(b, 2);
    assert_false(send_rec_to(b, a, 0));
    expect_taken(a, IPC_CAME_SEND_REC, b);
    expect_message(a, b, 2);
    expect_waits(b, IPC_ANSWER, endpoint_of(a));
    write_message(a, 3);
    assert_true(send_to(a, b, 0));
    expect_message(b, a, 3);
}

static void test_the_senders_own_message_is_not_written(void **state)
{
    unsigned a, b;
    message before;

    (void)state;
    a = spawn();
    b = spawn();
    write_message(a, 77);
    before = *message_at(OUT(a));
    assert_false(send_to(a, b, 0));
    assert_true(receive_name(b, ANY, 0));
    assert_memory_equal(message_at(OUT(a)), &before, sizeof before);
}

static void test_a_message_is_copied_when_it_is_taken(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    write_message(a, 1);
    assert_false(send_to(a, b, 0));
    write_message(a, 2); /* its memory, its affair: there is no buffer in between */
    assert_true(receive_name(b, ANY, 0));
    expect_message(b, a, 2);
}

static void test_nothing_is_written_beside_the_message(void **state)
{
    unsigned a, b;
    unsigned char *memory;

    (void)state;
    a = spawn();
    b = spawn();
    write_message(a, 1);
    assert_false(send_to(a, b, 0));
    assert_true(receive_name(b, ANY, 0));
    memory = arch_window(IN(b), 64);
    for (unsigned i = MESSAGE_BYTES; i < 64; i++)
        assert_int_equal(memory[i], 0x5a);
    memory = arch_window(IN(b) - 4, 4);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(memory[i], 0x5a);
}

static void test_messages_are_counted(void **state)
{
    unsigned a, b;

    (void)state;
    a = spawn();
    b = spawn();
    for (unsigned i = 0; i < 3; i++) {
        assert_false(receive_name(b, ANY, 0));
        assert_false(send_rec_to(a, b, 0));
        assert_true(send_to(b, a, 0));
    }
    notify_to(a, b); /* an event is no message of anybody's */
    assert_true(receive_name(b, ANY, 0));
    assert_int_equal(table.process[a].sent, 3);
    assert_int_equal(table.process[a].received, 3);
    assert_int_equal(table.process[b].sent, 3);
    assert_int_equal(table.process[b].received, 3);
}

/* The slot's new tenant has the number, but not the endpoint that is received from. */
static void test_receive_is_from_an_endpoint_not_a_slot(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    assert_false(receive_from(0, 1, 0));
    end_process(1);
    expect_result(0, -EDEADSRCDST, (uint32_t)ENDPOINT(1, 1));
    assert_int_equal(spawn(), 1);
    write_message(1, 4);
    assert_false(send_to(1, 0, 0));
    assert_true(receive_from(0, 1, 0));
    expect_message(0, 1, 4);
}

int run_rendezvous_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_send_waits_until_it_is_taken),
        TEST(test_receive_waits_until_one_comes),
        TEST(test_any_takes_from_whoever_comes),
        TEST(test_messages_come_first_come_first_served),
        TEST(test_receive_from_one_leaves_the_others_queued),
        TEST(test_one_who_receives_from_another_is_not_interrupted),
        TEST(test_a_waiting_sender_stays_where_it_is),
        TEST(test_send_rec_to_a_waiting_server),
        TEST(test_send_rec_to_a_busy_server),
        TEST(test_send_rec_answers_into_the_message_it_sent),
        TEST(test_send_rec_is_one_transaction),
        TEST(test_no_event_ends_a_wait_in_a_queue),
        TEST(test_an_answer_that_asks_back),
        TEST(test_the_senders_own_message_is_not_written),
        TEST(test_a_message_is_copied_when_it_is_taken),
        TEST(test_nothing_is_written_beside_the_message),
        TEST(test_messages_are_counted),
        TEST(test_receive_is_from_an_endpoint_not_a_slot),
    };

    return cmocka_run_group_tests_name("rendezvous", tests, NULL, NULL);
}
