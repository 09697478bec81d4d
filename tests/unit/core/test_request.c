/* ipc_request and ipc_reply: who may answer, when, and under which ticket. */
#include "harness.h"

static unsigned client, server, other;

static int setup_three(void **state)
{
    setup(state);
    client = spawn();
    server = spawn();
    other = spawn();
    return 0;
}

#define TEST_THREE(name) cmocka_unit_test_setup(name, setup_three)

/* The client asks, the server takes it. */
static void ask(void)
{
    write_message(client, 10);
    assert_false(request_to(client, server, 0));
    assert_true(receive_from(server, client, 0));
    expect_taken(server, IPC_CAME_REQUEST, client);
    expect_message(server, client, 10);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
}

static void expect_not_ready(unsigned caller, unsigned dst, uint32_t ticket)
{
    EXPECT_REFUSED(caller, ENOTREADY, endpoint_of(dst), reply_to(caller, endpoint_of(dst), ticket));
}

/* ---- The round trip -------------------------------------------------------------------------- */

static void test_request_to_a_waiting_server(void **state)
{
    (void)state;
    assert_false(receive_name(server, ANY, 0));
    write_message(client, 21);
    assert_false(request_to(client, server, 0));
    expect_taken(server, IPC_CAME_REQUEST, client);
    expect_message(server, client, 21);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    write_message(server, 22);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(server, 0, IPC_CAME_NOTHING);
    expect_result(client, 0, IPC_CAME_REPLY);
    expect_message(client, server, 22);
}

static void test_request_to_a_busy_server(void **state)
{
    (void)state;
    write_message(client, 31);
    assert_false(request_to(client, server, 0));
    expect_waits(client, IPC_REQUESTING, endpoint_of(server));
    assert_true(receive_name(server, ANY, 0));
    expect_taken(server, IPC_CAME_REQUEST, client);
    expect_message(server, client, 31);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    write_message(server, 32);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(client, 0, IPC_CAME_REPLY);
    expect_message(client, server, 32);
}

static void test_requests_sends_and_send_recs_share_one_queue(void **state)
{
    unsigned third;

    (void)state;
    third = spawn();
    write_message(other, 1);
    write_message(client, 2);
    write_message(third, 3);
    assert_false(send_to(other, server, 0));
    assert_false(request_to(client, server, 0));
    assert_false(send_rec_to(third, server, 0));
    assert_true(receive_name(server, ANY, 0));
    expect_message(server, other, 1);
    expect_result(server, 0, IPC_CAME_SEND); /* no ticket */
    assert_true(receive_name(server, ANY, 0));
    expect_message(server, client, 2);
    expect_taken(server, IPC_CAME_REQUEST, client);
    assert_true(receive_name(server, ANY, 0));
    expect_message(server, third, 3);
    expect_taken(server, IPC_CAME_SEND_REC, third);
}

static void test_the_reply_lands_where_the_request_said(void **state)
{
    (void)state;
    assert_false(ipc_request(&table, client, endpoint_of(server), OUT(client), OUT(client), 0));
    assert_true(receive_name(server, ANY, 0));
    write_message(server, 5);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    assert_int_equal(message_at(OUT(client))->m_source, endpoint_of(server));
    assert_int_equal(message_at(OUT(client))->m_type, 5);
    assert_int_equal(message_at(IN(client))->m_source, 0x5a5a5a5a);
}

static void test_a_server_answers_in_any_order(void **state)
{
    (void)state;
    assert_false(request_to(client, server, 0));
    assert_false(request_to(other, server, 0));
    assert_true(receive_name(server, ANY, 0));
    assert_true(receive_name(server, ANY, 0));
    write_message(server, 8);
    assert_true(reply_to(server, endpoint_of(other), ticket_of(other)));
    expect_message(other, server, 8);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(client, 0, IPC_CAME_REPLY);
}

static void test_replies_are_counted(void **state)
{
    (void)state;
    ask();
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    assert_int_equal(table.process[client].sent, 1);
    assert_int_equal(table.process[client].received, 1);
    assert_int_equal(table.process[server].sent, 1);
    assert_int_equal(table.process[server].received, 1);
}

/* ---- Only the reply, only from that server --------------------------------------------------- */

/* One transaction: no message and no event of anybody slips between the halves. */
static void test_only_a_reply_ends_a_request(void **state)
{
    (void)state;
    ask();
    notify_set_to(server, client, IPC_ALL_EVENTS);
    notify_to(other, client);
    post_to(client, EVENT_ALARM);
    assert_false(send_to(other, client, 0));
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    /* What the server itself says in another way would have to wait for the client. */
    EXPECT_REFUSED(server, ENOTREADY, endpoint_of(client), send_to(server, client, IPC_NONBLOCK));
    EXPECT_REFUSED(server, ELOCKED, endpoint_of(client), send_to(server, client, 0));
    EXPECT_REFUSED(server, ELOCKED, endpoint_of(client), send_rec_to(server, client, 0));
    EXPECT_REFUSED(server, ELOCKED, endpoint_of(client), request_to(server, client, 0));
    assert_false(send_to(server, client, IPC_TIMEOUT));
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    time_out(server);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(client, 0, IPC_CAME_REPLY);
    /* All that was held back is still there. */
    assert_true(receive_name(client, HARDWARE, 0));
    expect_event(client, HARDWARE, EVENT_ALARM);
    assert_true(receive_from(client, server, 0));
    expect_event(client, endpoint_of(server), IPC_ALL_EVENTS);
}

static void test_no_event_ends_a_queued_request(void **state)
{
    (void)state;
    assert_false(request_to(client, server, 0));
    notify_to(server, client);
    post_to(client, 1);
    expect_waits(client, IPC_REQUESTING, endpoint_of(server));
}

static void test_nobody_else_may_reply(void **state)
{
    (void)state;
    ask();
    expect_not_ready(other, client, ticket_of(client));
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
}

static void test_a_reply_is_given_once(void **state)
{
    uint32_t ticket;

    (void)state;
    ask();
    ticket = ticket_of(client);
    assert_true(reply_to(server, endpoint_of(client), ticket));
    expect_not_ready(server, client, ticket);
}

static void test_no_reply_before_the_request_is_taken(void **state)
{
    (void)state;
    expect_not_ready(server, client, 0);
    expect_not_ready(server, client, 1);
    assert_false(request_to(client, server, 0));
    for (uint32_t ticket = 0; ticket < 3; ticket++)
        expect_not_ready(server, client, ticket);
}

/* Nothing that waits otherwise is ended by a reply. */
static void test_no_reply_to_other_waits(void **state)
{
    (void)state;
    ask();
    assert_true(reply_to(server, endpoint_of(client), 1));
    assert_false(receive_from(client, server, 0));
    expect_not_ready(server, client, 1);
    cancel(client);
    assert_false(receive_name(client, ANY, 0));
    expect_not_ready(server, client, 1);
    cancel(client);
    assert_false(send_to(client, server, 0));
    expect_not_ready(server, client, 1);
    cancel(client);
    assert_false(send_rec_to(client, server, 0));
    expect_not_ready(server, client, 1);
    expect_not_ready(server, client, 2);
}

/* ---- Tickets --------------------------------------------------------------------------------- */

static void test_only_the_right_ticket_is_good(void **state)
{
    (void)state;
    ask();
    for (unsigned bit = 0; bit < 16; bit++)
        expect_not_ready(server, client, ticket_of(client) ^ 1u << bit);
    expect_not_ready(server, client, 0);
    expect_not_ready(server, client, ticket_of(client) | 0x10000);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(server, 0, IPC_CAME_NOTHING);
}

static void test_a_late_answer_never_ends_the_next_request(void **state)
{
    uint32_t late;

    (void)state;
    ask();
    late = ticket_of(client);
    cancel(client);
    expect_result(client, -EREPLYINTR, (uint32_t)endpoint_of(server));
    expect_not_ready(server, client, late);
    ask(); /* of the same server again */
    assert_int_not_equal(ticket_of(client), late);
    expect_not_ready(server, client, late);
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
    write_message(server, 77);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_message(client, server, 77);
}

static void test_a_late_answer_after_a_timeout(void **state)
{
    uint32_t late;

    (void)state;
    assert_false(request_to(client, server, IPC_TIMEOUT));
    assert_true(receive_name(server, ANY, 0));
    late = ticket_of(client);
    time_out(client);
    expect_result(client, -EREPLYTIMEDOUT, (uint32_t)endpoint_of(server));
    assert_false(send_rec_to(client, server, 0));
    assert_true(receive_name(server, ANY, 0));
    expect_not_ready(server, client, late);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(client, 0, IPC_CAME_REPLY);
}

/* A request that nobody took uses up no ticket, so the server's tickets of others stay good. */
static void test_an_untaken_request_has_no_ticket(void **state)
{
    (void)state;
    assert_false(request_to(client, server, 0));
    cancel(client);
    expect_result(client, -EINTR, (uint32_t)endpoint_of(server));
    assert_int_equal(ticket_of(client), 0);
    ask();
    assert_int_equal(ticket_of(client), 1);
}

static void test_tickets_go_round_without_zero(void **state)
{
    (void)state;
    table.process[client].ticket = 0xfffe;
    ask();
    assert_int_equal(ticket_of(client), 0xffff);
    assert_true(reply_to(server, endpoint_of(client), 0xffff));
    ask();
    assert_int_equal(ticket_of(client), 1);
    expect_not_ready(server, client, 0);
    assert_true(reply_to(server, endpoint_of(client), 1));
    expect_result(client, 0, IPC_CAME_REPLY);
}

/* Tickets are the client's: two clients of one server have each their own. */
static void test_tickets_belong_to_the_client(void **state)
{
    (void)state;
    ask();
    cancel(client);
    ask();
    assert_false(request_to(other, server, 0));
    assert_true(receive_from(server, other, 0));
    assert_int_equal(ticket_of(client), 2);
    assert_int_equal(ticket_of(other), 1);
    expect_not_ready(server, other, ticket_of(client));
    expect_not_ready(server, client, ticket_of(other));
}

static void test_a_new_tenant_does_not_get_the_old_answer(void **state)
{
    endpoint_t dead;

    (void)state;
    while (ipc_slot_of(&table, ENDPOINT(1, IPC_PROCESSES - 1)) < 0)
        spawn();
    ask();
    dead = endpoint_of(client);
    end_process(client);
    assert_int_equal(spawn(), client);
    assert_int_equal(ticket_of(client), 0);
    ask();
    assert_int_equal(ticket_of(client), 1); /* the same as the dead one's */
    EXPECT_REFUSED(server, ENOTREADY, dead, reply_to(server, dead, 1));
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
}

/* ---- send_rec and replies -------------------------------------------------------------------- */

static void test_a_send_rec_may_be_answered_by_reply(void **state)
{
    (void)state;
    assert_false(receive_name(server, ANY, 0));
    assert_false(send_rec_to(client, server, 0));
    expect_taken(server, IPC_CAME_SEND_REC, client);
    expect_not_ready(server, client, ticket_of(client) + 1);
    write_message(server, 4);
    assert_true(reply_to(server, endpoint_of(client), ticket_of(client)));
    expect_result(client, 0, IPC_CAME_REPLY);
    expect_message(client, server, 4);
}

static void test_a_send_rec_is_answered_by_a_message_too(void **state)
{
    (void)state;
    assert_false(receive_name(server, ANY, 0));
    assert_false(send_rec_to(client, server, 0));
    write_message(server, 6);
    assert_false(request_to(server, client, 0)); /* which turns the roles round */
    expect_taken(client, IPC_CAME_REQUEST, server);
    expect_message(client, server, 6);
    expect_waits(server, IPC_AWAITING, endpoint_of(client));
    assert_true(reply_to(client, endpoint_of(server), ticket_of(server)));
    expect_result(server, 0, IPC_CAME_REPLY);
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void test_death_of_the_server(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(server);
    ask();
    assert_false(request_to(other, server, 0));
    end_process(server);
    expect_result(client, -EREPLYDEAD, (uint32_t)dead);
    expect_result(other, -EDEADSRCDST, (uint32_t)dead);
}

static void test_death_of_the_client(void **state)
{
    endpoint_t dead;
    uint32_t ticket;

    (void)state;
    ask();
    dead = endpoint_of(client);
    ticket = ticket_of(client);
    end_process(client);
    EXPECT_REFUSED(server, ENOTREADY, dead, reply_to(server, dead, ticket));
    assert_false(request_to(other, server, 0));
    end_process(other);
    assert_true(receive_name(server, ANY, IPC_NONBLOCK));
    expect_result(server, -ENOTREADY, ANY);
}

static void test_ends_of_a_queued_request(void **state)
{
    (void)state;
    assert_false(request_to(client, server, IPC_TIMEOUT));
    time_out(client);
    expect_result(client, -ETIMEDOUT, (uint32_t)endpoint_of(server));
    assert_false(request_to(client, server, 0));
    cancel(client);
    expect_result(client, -EINTR, (uint32_t)endpoint_of(server));
    assert_int_equal(table.process[server].queue_first, IPC_NO_SLOT);
}

static void test_nonblock_is_about_the_first_half(void **state)
{
    (void)state;
    EXPECT_REFUSED(client, ENOTREADY, endpoint_of(server),
                   request_to(client, server, IPC_NONBLOCK));
    assert_false(receive_name(server, ANY, 0));
    assert_false(request_to(client, server, IPC_NONBLOCK));
    expect_waits(client, IPC_AWAITING, endpoint_of(server));
}

/* The deadline is one for both halves. */
static void test_the_deadline_reaches_the_second_half(void **state)
{
    (void)state;
    assert_false(request_to(client, server, IPC_TIMEOUT));
    assert_true(receive_name(server, ANY, 0));
    assert_int_equal(table.process[client].timed, 1);
    time_out(client);
    expect_result(client, -EREPLYTIMEDOUT, (uint32_t)endpoint_of(server));
}

/* A server that answers with reply never waits for its client, whatever that one does. */
static void test_reply_never_waits(void **state)
{
    (void)state;
    ask();
    cancel(client);
    assert_false(send_to(client, server, 0));
    expect_not_ready(server, client, 1);
    assert_false(receive_from(other, server, 0));
    expect_not_ready(server, other, 1);
}

int run_request_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_THREE(test_request_to_a_waiting_server),
        TEST_THREE(test_request_to_a_busy_server),
        TEST_THREE(test_requests_sends_and_send_recs_share_one_queue),
        TEST_THREE(test_the_reply_lands_where_the_request_said),
        TEST_THREE(test_a_server_answers_in_any_order),
        TEST_THREE(test_replies_are_counted),
        TEST_THREE(test_only_a_reply_ends_a_request),
        TEST_THREE(test_no_event_ends_a_queued_request),
        TEST_THREE(test_nobody_else_may_reply),
        TEST_THREE(test_a_reply_is_given_once),
        TEST_THREE(test_no_reply_before_the_request_is_taken),
        TEST_THREE(test_no_reply_to_other_waits),
        TEST_THREE(test_only_the_right_ticket_is_good),
        TEST_THREE(test_a_late_answer_never_ends_the_next_request),
        TEST_THREE(test_a_late_answer_after_a_timeout),
        TEST_THREE(test_an_untaken_request_has_no_ticket),
        TEST_THREE(test_tickets_go_round_without_zero),
        TEST_THREE(test_tickets_belong_to_the_client),
        TEST_THREE(test_a_new_tenant_does_not_get_the_old_answer),
        TEST_THREE(test_a_send_rec_may_be_answered_by_reply),
        TEST_THREE(test_a_send_rec_is_answered_by_a_message_too),
        TEST_THREE(test_death_of_the_server),
        TEST_THREE(test_death_of_the_client),
        TEST_THREE(test_ends_of_a_queued_request),
        TEST_THREE(test_nonblock_is_about_the_first_half),
        TEST_THREE(test_the_deadline_reaches_the_second_half),
        TEST_THREE(test_reply_never_waits),
    };

    return cmocka_run_group_tests_name("request and reply", tests, NULL, NULL);
}
