/*
 * Deadlock: every ring of waits that only their peers can end is refused with ELOCKED, nobody
 * blocks, the log names the members; and nothing that is no ring is refused.
 */
#include "ipc.h"

/* The partner's call must be refused because of the ring that `next` stands in. */
static void expect_locked(endpoint_t partner, uint32_t call, endpoint_t next, const char *what)
{
    struct partner_report report;

    order(partner, call, next, PARTNER_BUFFER, 0, 0);
    if (!report_of(partner, &report))
        return;
    IS(report.result, -ELOCKED, "%s: ELOCKED", what);
    IS(report.second, next, "%s: second result is the next member", what);
}

/* Whoever waits in `call` for the partner is let go by it. */
static void release(endpoint_t waiter, uint32_t call, endpoint_t partner)
{
    order_silent(partner, call == IPC_RECEIVE ? IPC_SEND : IPC_RECEIVE, waiter, PARTNER_BUFFER, 0);
    if (call == IPC_SEND_REC) {
        comes_to(waiter, PROCESS_ANSWER, partner);
        order_silent(partner, IPC_SEND, waiter, PARTNER_BUFFER, 0);
    }
    IS(result_of(waiter), 0, "the one that waited goes on");
}

static void test_self(void)
{
    message m = {0};
    uint32_t second = 0;

    IS(trap(IPC_SEND, (uint32_t)me, &m, 0, &second), -ELOCKED, "send to oneself");
    IS(second, me, "the second result is oneself");
    IS(send_rec(me, &m), -ELOCKED, "send_rec to oneself");
    IS(receive(me, &m), -ELOCKED, "receive from oneself");
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, me, &m, 0, NULL), -ELOCKED, "NONBLOCK send to oneself");
    IS(ipc_call(IPC_SEND | IPC_TIMEOUT, me, &m, 1000, NULL), -ELOCKED, "timed send to oneself");
}

/* The kernel reports only a few cycles a second, so that nobody can flood the log with them. */
static uint64_t quiet_log(void)
{
    nap(1100000);
    return log_end();
}

static void test_rings_of_two(void)
{
    uint64_t from = quiet_log();

    order_and_wait(p1, IPC_SEND, p2, 1);
    expect_locked(p2, IPC_SEND, p1, "two sends");
    OK(log_has(from, "deadlock", "p2 -> p1 -> p2", NULL), "two sends: the log names the ring");
    OK(comes_to(p1, PROCESS_SENDING, p2), "the first one still waits");
    expect_locked(p2, IPC_SEND_REC, p1, "a send and a send_rec");
    release(p1, IPC_SEND, p2);

    order_and_wait(p1, IPC_SEND_REC, p2, 1);
    expect_locked(p2, IPC_SEND, p1, "a send_rec and a send");
    expect_locked(p2, IPC_SEND_REC, p1, "two send_recs");
    release(p1, IPC_SEND_REC, p2);

    order_and_wait(p1, IPC_RECEIVE, p2, 1);
    expect_locked(p2, IPC_RECEIVE, p1, "two that receive from each other");
    release(p1, IPC_RECEIVE, p2);

    order_and_wait(p1, IPC_SEND_REC, p2, 1);
    order_silent(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0);
    OK(comes_to(p1, PROCESS_ANSWER, p2), "one waits for the other's answer");
    expect_locked(p2, IPC_RECEIVE, p1, "the other receives from it");
    order_silent(p2, IPC_SEND, p1, PARTNER_BUFFER, 0);
    IS(result_of(p1), 0, "the answer ends the wait");
}

static void test_rings_of_three(void)
{
    order_and_wait(p1, IPC_SEND, p2, 1);
    order_and_wait(p2, IPC_SEND, p3, 1);
    expect_locked(p3, IPC_SEND, p1, "three sends");
    expect_locked(p3, IPC_RECEIVE, p1, "a ring of one receive and two sends");
    expect_locked(p3, IPC_SEND_REC, p1, "a send_rec and two sends");
    release(p2, IPC_SEND, p3);
    release(p1, IPC_SEND, p2);

    order_and_wait(p1, IPC_RECEIVE, p2, 1);
    order_and_wait(p2, IPC_RECEIVE, p3, 1);
    expect_locked(p3, IPC_RECEIVE, p1, "three receives");
    expect_locked(p3, IPC_SEND, p1, "two receives and a send");
    release(p2, IPC_RECEIVE, p3);
    release(p1, IPC_RECEIVE, p2);

    order_and_wait(p1, IPC_SEND_REC, p2, 1);
    order_silent(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0);
    comes_to(p1, PROCESS_ANSWER, p2);
    order_and_wait(p2, IPC_RECEIVE, p3, 1);
    expect_locked(p3, IPC_SEND, p1, "through a wait for an answer");
    release(p2, IPC_RECEIVE, p3);
    order_silent(p2, IPC_SEND, p1, PARTNER_BUFFER, 0);
    IS(result_of(p1), 0, "the answer comes");
}

/* The second API's waits are edges like the first's. */
static void test_rings_of_requests(void)
{
    order_and_wait(p1, IPC_REQUEST, p2, 1);
    expect_locked(p2, IPC_REQUEST, p1, "two requests");
    expect_locked(p2, IPC_SEND, p1, "a request and a send");
    expect_locked(p2, IPC_SEND_REC, p1, "a request and a send_rec");
    order_silent(p2, IPC_RECEIVE_EX, p1, PARTNER_BUFFER, 0);
    OK(comes_to(p1, PROCESS_AWAITING, p2), "one waits for the other's reply");
    expect_locked(p2, IPC_REQUEST, p1, "a request to whom one owes a reply");
    expect_locked(p2, IPC_RECEIVE, p1, "a receive from whom one owes a reply");
    expect_locked(p2, IPC_RECEIVE_EX, p1, "an ipc_receive from him");
    sys_cancel(p1, 0);
    IS(result_of(p1), -EREPLYINTR, "the one that waited is let go");

    order_and_wait(p1, IPC_RECEIVE_EX, p2, 1);
    expect_locked(p2, IPC_RECEIVE_EX, p1, "two ipc_receives");
    expect_locked(p2, IPC_RECEIVE, p1, "an ipc_receive and a receive");
    order(p2, IPC_RECEIVE_EX, NONE, PARTNER_BUFFER, 0, 0);
    OK(comes_to(p2, PROCESS_RECEIVING, NONE), "ipc_receive from NONE closes no ring");
    sys_cancel(p2, 0);
    result_of(p2);
    sys_cancel(p1, 0);
    result_of(p1);
}

/* One of each kind. */
static void test_mixed_ring(void)
{
    const struct partner_order loop = {
        .ecx = IPC_REPLY_RECEIVE, .eax = NONE, .ebx = PARTNER_BUFFER, .edi = (uint32_t)p4};
    message m = {0};
    uint32_t second = 0;

    order_and_wait(p1, IPC_REQUEST, p2, 1);
    order_and_wait(p2, IPC_RECEIVE_EX, p3, 1);
    order_all(p3, PARTNER_CALL, &loop);
    comes_to(p3, PROCESS_RECEIVING, p4);
    order_and_wait(p4, IPC_REQUEST, me, 1);
    IS(trap(IPC_REQUEST, (uint32_t)p1, &m, 0, &second), -ELOCKED,
       "request, ipc_receive, 0xA0, request and a request back");
    IS(second, p1, "the second result is the next member");
    IS(ipc_receive(p1, IPC_ALL_EVENTS, &m), -ELOCKED, "or an ipc_receive");
    const endpoint_t all[] = {p1, p2, p3, p4};
    for (unsigned i = 0; i < 4; i++) {
        sys_cancel(all[i], 0);
        IS(result_of(all[i]), -EINTR, "member %u is let go", i);
    }
}

/* The judge itself closes a ring of five. */
static void test_long_ring(void)
{
    message m = {0};
    uint32_t second = 0;
    uint64_t from = quiet_log();

    order_and_wait(p1, IPC_SEND, p2, 1);
    order_and_wait(p2, IPC_RECEIVE, p3, 1);
    order_and_wait(p3, IPC_SEND_REC, p4, 1);
    order_and_wait(p4, IPC_SEND, me, 0xd1);
    IS(trap(IPC_SEND, (uint32_t)p1, &m, 0, &second), -ELOCKED, "the judge closes a ring of five");
    IS(second, p1, "the second result is the next member");
    OK(log_has(from, "judge -> p1 -> p2 -> p3 -> p4 -> judge", NULL, NULL), "the log names them");
    IS(receive(p4, &m), 0, "a partner that waits for the caller is no ring");
    OK(message_is(&m, 0xd1), "its message comes");
    IS(result_of(p4), 0, "the last of the chain goes on");
    release(p3, IPC_SEND_REC, p4);
    release(p2, IPC_RECEIVE, p3);
    release(p1, IPC_SEND, p2);
}

static void test_no_ring(void)
{
    struct partner_report report;

    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    order(p2, IPC_SEND, p1, PARTNER_BUFFER, 0, 0xd2);
    IS(result_of(p2), 0, "send to one that receives from the sender is no ring");
    if (report_of(p1, &report))
        IS(report.type, 0xd2, "it is a rendezvous");

    order_and_wait(p1, IPC_SEND, p2, 0xd3);
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    if (report_of(p2, &report))
        OK(report.result == 0 && report.type == 0xd3, "nor is receive from a waiting sender");
    result_of(p1);

    order_and_wait(p1, IPC_SEND, p2, 1);
    order(p2, IPC_SEND | IPC_NONBLOCK, p1, PARTNER_BUFFER, 0, 1);
    IS(result_of(p2), -ENOTREADY, "NONBLOCK does not wait, so it is no ring but ENOTREADY");
    order(p2, IPC_SEND | IPC_TIMEOUT, p1, PARTNER_BUFFER, 2000, 1);
    IS(result_of(p2), -ETIMEDOUT, "a timed wait makes no ring");
    release(p1, IPC_SEND, p2);

    order_and_wait(p1, IPC_RECEIVE, ANY, 1);
    order(p2, IPC_RECEIVE | IPC_TIMEOUT, p1, PARTNER_BUFFER, 2000, 1);
    IS(result_of(p2), -ETIMEDOUT, "who receives from ANY closes no ring");
    release(p1, IPC_RECEIVE, p2);
}

/* The first wait of two is timed: it ends by itself, so the second may wait for ever. */
static void test_timed_peer(void)
{
    order(p1, IPC_RECEIVE | IPC_TIMEOUT, p2, PARTNER_BUFFER, 100000, 0);
    OK(comes_to(p1, PROCESS_RECEIVING, p2), "one receives from the other with a timeout");
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    OK(comes_to(p2, PROCESS_RECEIVING, p1), "the other from the one without");
    IS(result_of(p1), -ETIMEDOUT, "the timed one is the one that ends");
    release(p2, IPC_RECEIVE, p1);
}

/* A.notify(B), A.receive(B), B.receive(A), B.notify(A): legal, though it looks like a ring. */
static void test_pending_event(void)
{
    struct partner_report report;

    order_silent(p1, IPC_NOTIFY, p2, 0, 0);
    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    if (report_of(p2, &report))
        OK(report.result == 0 && report.source == p1 && report.type == IPC_EVENT_MESSAGE,
           "peers: a receive that a pending event ends at once is no deadlock");
    order_silent(p2, IPC_NOTIFY, p1, 0, 0);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.source == p2 && report.type == IPC_EVENT_MESSAGE,
           "and the other's notification ends the first one's wait");
}

void test_deadlock(void)
{
    test_self();
    test_rings_of_two();
    test_rings_of_three();
    test_rings_of_requests();
    test_mixed_ring();
    test_long_ring();
    test_no_ring();
    test_timed_peer();
    test_pending_event();
}
