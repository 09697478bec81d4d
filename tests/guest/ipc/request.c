/*
 * ipc_request and ipc_reply: who may end the wait, with which ticket, how often, and what the two
 * learn. send_rec may be answered by either API.
 */
#include "ipc.h"

/* The partner asks the judge, who takes it. Returns the ticket. */
static uint32_t take_request(endpoint_t partner, uint32_t call, int32_t tag)
{
    message m;
    uint32_t second = 0;

    order_and_wait(partner, call, me, tag);
    IS(trap(IPC_RECEIVE_EX, (uint32_t)partner, &m, 0, &second), 0, "a request is taken");
    OK(m.m_source == partner && message_is(&m, tag), "whole, with its true source");
    return IPC_TICKET(second);
}

static int reply(endpoint_t client, message *m, uint32_t ticket, uint32_t *second)
{
    return trap(IPC_REPLY | ticket << IPC_TICKET_SHIFT, (uint32_t)client, m, 0, second);
}

static void test_row(void)
{
    message m;
    uint32_t second = 99;
    struct partner_report report;

    order_and_wait(p1, IPC_REQUEST, me, 0x101);
    IS(trap(IPC_RECEIVE, ANY, &m, 0, &second), 0, "receive takes a waiting request");
    IS(IPC_CAME(second), IPC_CAME_REQUEST, "and is told that it is one");
    OK(IPC_TICKET(second) != 0 && IPC_BESIDE_ERROR(second) == 0, "and its ticket");
    OK(m.m_source == p1 && message_is(&m, 0x101), "it is whole");
    OK(comes_to(p1, PROCESS_AWAITING, me), "the client waits for its reply");
    uint32_t ticket = IPC_TICKET(second);
    message_fill(&m, 0x102);
    IS(reply(p1, &m, ticket, &second), 0, "the reply is taken at once");
    IS(second, IPC_CAME_NOTHING, "to the server nothing came");
    OK(message_is(&m, 0x102) && m.m_source == 0x0badbad0, "its message is left alone");
    if (report_of(p1, &report)) {
        IS(report.result, 0, "the request succeeds");
        IS(report.second, IPC_CAME_REPLY, "what came is a reply");
        OK(report.source == me && report.type == 0x102 && report.sum == message_sum(&m),
           "whole, with its true source, in the same message");
    }
    IS(reply(p1, &m, ticket, &second), -ENOTREADY, "a second reply finds nobody");
    IS(second, p1, "and the second result is the client");
}

/* The judge is the client. */
static void test_client(void)
{
    const struct partner_order serve = {
        .ecx = IPC_RECEIVE_EX, .eax = ANY, .ebx = PARTNER_BUFFER, .tag = 0x110};
    message m;
    uint32_t second = 99;
    struct partner_report report;

    order_all(p1, PARTNER_SERVE, &serve);
    message_fill(&m, 0x112);
    IS(trap(IPC_REQUEST, (uint32_t)p1, &m, 0, &second), 0, "a request that is answered");
    IS(second, IPC_CAME_REPLY, "a reply came, without a ticket");
    OK(m.m_source == p1 && message_is(&m, 0x111), "into the message that was sent");
    if (report_of(p1, &report))
        OK(IPC_CAME(report.second) == IPC_CAME_REQUEST && report.source == me &&
               report.type == 0x112,
           "the server was told that a request came");
    order_all(p1, PARTNER_SERVE, &serve);
    comes_to(p1, PROCESS_RECEIVING, ANY);
    message_fill(&m, 0x113);
    IS(ipc_call(IPC_REQUEST | IPC_NONBLOCK, p1, &m, 0, NULL), 0,
       "NONBLOCK is about the first half alone");
    OK(message_is(&m, 0x111), "the reply is waited for");
    result_of(p1);
}

/* Nothing but the reply, by the very server, with the very ticket. */
static void test_only_the_reply(void)
{
    message m;
    uint32_t ticket = take_request(p1, IPC_REQUEST, 0x121);
    struct partner_report report;

    message_fill(&m, 0x122);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY,
       "the server's own send does not end a request");
    IS(ipc_call(IPC_SEND_REC | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY, "nor its send_rec");
    IS(ipc_call(IPC_REQUEST | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY, "nor its request");
    IS(notify(p1), 0, "it may be notified meanwhile");
    order_silent(p2, IPC_NOTIFY, p1, 0, 0);
    order_silent(p2, IPC_NOTIFY_SET, p1, 0, 0x80000000);
    order(p2, IPC_SEND | IPC_NONBLOCK, p1, PARTNER_BUFFER, 0, 1);
    IS(result_of(p2), -ENOTREADY, "a third process's send does not end it");
    order(p2, IPC_REPLY | ticket << IPC_TICKET_SHIFT, p1, PARTNER_BUFFER, 0, 1);
    IS(result_of(p2), -ENOTREADY, "nor its reply with the right ticket");
    IS(reply(p1, &m, ticket + 1, NULL), -ENOTREADY, "nor the server's with the next ticket");
    IS(reply(p1, &m, (ticket - 1) & 0xffff, NULL), -ENOTREADY, "nor with the former");
    IS(reply(p1, &m, 0, NULL), -ENOTREADY, "nor without one");
    OK(comes_to(p1, PROCESS_AWAITING, me), "it still waits");
    IS(reply(p1, &m, ticket, NULL), 0, "only the reply ends it");
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == 0x122, "and it is the reply that arrives");
    order(p1, IPC_RECEIVE | IPC_NONBLOCK, p2, PARTNER_BUFFER, 0, 0);
    if (report_of(p1, &report))
        OK(report.type == IPC_EVENT_MESSAGE && report.word0 == 0x80000001,
           "the events were kept for later");
}

/* A late answer to a request that ended otherwise finds nothing, even while the client has asked
   the same server again. */
static void test_late(void)
{
    message m;
    uint32_t second = 0;
    struct partner_report report;

    order(p1, IPC_REQUEST | IPC_TIMEOUT, me, PARTNER_BUFFER, 30000, 0x131);
    comes_to(p1, PROCESS_REQUESTING, me);
    trap(IPC_RECEIVE, (uint32_t)p1, &m, 0, &second);
    uint32_t first = IPC_TICKET(second);
    IS(result_of(p1), -EREPLYTIMEDOUT, "a request's deadline passes in its second half");
    uint32_t next = take_request(p1, IPC_REQUEST, 0x132);
    IS(next, first % 0xffff + 1, "the next request has the next ticket");
    message_fill(&m, 0x133);
    IS(reply(p1, &m, first, NULL), -ENOTREADY, "the late reply is not taken for the new one's");
    OK(comes_to(p1, PROCESS_AWAITING, me), "which still waits");
    message_fill(&m, 0x134);
    IS(reply(p1, &m, next, NULL), 0, "for its own");
    if (report_of(p1, &report))
        IS(report.type, 0x134, "which it gets");
    next = take_request(p1, IPC_REQUEST, 0x135);
    IS(sys_cancel(p1, 0), 0, "a request is cancelled");
    IS(result_of(p1), -EREPLYINTR, "in its second half");
    IS(reply(p1, &m, next, NULL), -ENOTREADY, "and its reply finds nobody");
}

/* The two APIs meet: a send_rec is answered by a send or by a reply with its ticket. */
static void test_send_rec_replied(void)
{
    message m;
    struct partner_report report;
    uint32_t ticket = take_request(p1, IPC_SEND_REC, 0x141);

    OK(ticket != 0, "a send_rec has a ticket, too");
    message_fill(&m, 0x142);
    IS(reply(p1, &m, ticket % 0xffff + 1, NULL), -ENOTREADY, "the wrong one does not answer it");
    IS(reply(p1, &m, ticket, NULL), 0, "the right one does");
    if (report_of(p1, &report))
        OK(report.result == 0 && report.second == IPC_CAME_REPLY && report.type == 0x142,
           "and to the client a reply came");
    ticket = take_request(p1, IPC_SEND_REC, 0x143);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &m, 0, NULL), 0, "a send answers it as ever");
    if (report_of(p1, &report))
        IS(report.second, IPC_CAME_SEND, "and to the client a send came");
    IS(reply(p1, &m, ticket, NULL), -ENOTREADY, "then there is nothing to reply to");
}

static void test_reply_errors(void)
{
    static const endpoint_t names[] = {
        ANY, NONE, HARDWARE, SYSTEM, SELF, 0, -1, 0x3ff, (endpoint_t)0x80000400};
    message m = {0};
    uint32_t second = 0;

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        IS(reply(names[i], &m, 1, &second), -EINVAL, "reply to 0x%x", (unsigned)names[i]);
        IS(second, me, "is the caller's fault");
    }
    IS(reply(NEVER_BORN, &m, 1, &second), -ENOTREADY, "reply to one never born");
    IS(second, NEVER_BORN, "names it");
    IS(reply(me, &m, 1, NULL), -ENOTREADY, "reply to oneself");
    comes_to(p1, PROCESS_RECEIVING, me);
    IS(reply(p1, &m, 1, NULL), -ENOTREADY, "reply to one that only receives");
    order_and_wait(p1, IPC_REQUEST, me, 0x151);
    for (uint32_t ticket = 0; ticket < 100; ticket++)
        second |= reply(p1, &m, ticket, NULL) != -ENOTREADY;
    IS(second, NEVER_BORN, "reply to a request that was not taken");
    OK(comes_to(p1, PROCESS_REQUESTING, me), "leaves it in the queue");
    sys_cancel(p1, 0);
    IS(result_of(p1), -EINTR, "from where it can be cancelled");
    order(p1, IPC_REQUEST, p2, PARTNER_BUFFER, 0, 0);
    comes_to(p1, PROCESS_REQUESTING, p2);
    IS(reply(p1, &m, 1, NULL), -ENOTREADY, "reply to one that asks somebody else");
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    struct partner_report report;
    if (report_of(p2, &report)) {
        IS(reply(p1, &m, IPC_TICKET(report.second), NULL), -ENOTREADY,
           "or whom somebody else owes an answer");
        order(p2, IPC_REPLY | IPC_TICKET(report.second) << IPC_TICKET_SHIFT, p1, PARTNER_BUFFER, 0,
              1);
        IS(result_of(p2), 0, "which is his to give");
    }
    result_of(p1);
}

/* A bad message is the replier's own error, before anything. */
static void test_reply_buffers(void)
{
    static const message in_text = {.m_type = 0x162};
    message m;
    struct partner_report report;
    uint32_t ticket = take_request(p1, IPC_REQUEST, 0x161);
    uint32_t second = 0;

    IS(reply(p1, (message *)0x70000000, ticket, &second), -EFAULT, "reply from nowhere");
    IS(second, me, "is the replier's fault");
    IS(reply(p1, (message *)0xc0100000, ticket, NULL), -EFAULT, "reply from the kernel");
    IS(reply(p1, (message *)0xfffffff0, ticket, NULL), -EFAULT, "reply from a wrapping address");
    IS(reply(p1, (message *)((char *)&m + 2), ticket, NULL), -EINVAL, "an unaligned reply");
    OK(comes_to(p1, PROCESS_AWAITING, me), "the client never notices");
    IS(reply(p1, (message *)(uintptr_t)&in_text, ticket, NULL), 0,
       "a reply from read-only memory is fine");
    if (report_of(p1, &report))
        IS(report.type, 0x162, "and arrives");
    order(p1, IPC_REQUEST, me, 0xbffffff0, 0, 0);
    IS(result_of(p1), -EFAULT, "a client's bad message is the client's error");
}

/* The waits of a request end by death, deadline and NONBLOCK as all waits do. */
static void test_ends(void)
{
    message m = {0};
    uint32_t second = 0;
    struct partner_report report;

    comes_to(p1, PROCESS_RECEIVING, me);
    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    IS(trap(IPC_REQUEST | IPC_NONBLOCK, (uint32_t)p1, &m, 0, &second), -ENOTREADY,
       "NONBLOCK request, nobody receives");
    IS(second, p1, "the second result is the server");
    IS(trap(IPC_REQUEST | IPC_TIMEOUT, (uint32_t)p1, &m, 3000, &second), -ETIMEDOUT,
       "a request that nobody takes times out");
    IS(second, p1, "the second result is the server");
    IS(trap(IPC_REQUEST | IPC_TIMEOUT, (uint32_t)p1, &m, 0, NULL), -ETIMEDOUT, "timeout 0 polls");
    sys_cancel(p1, 0);
    result_of(p1);

    endpoint_t doomed = partner_start("p5");
    order_and_wait(p1, IPC_REQUEST, doomed, 1);
    order(doomed, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    result_of(doomed);
    order_and_wait(p2, IPC_REQUEST, doomed, 2);
    end(doomed);
    if (report_of(p1, &report))
        OK(report.result == -EREPLYDEAD && report.second == (uint32_t)doomed,
           "the server's death ends a request that it took with EREPLYDEAD");
    if (report_of(p2, &report))
        OK(report.result == -EDEADSRCDST && report.second == (uint32_t)doomed,
           "and one in its queue with EDEADSRCDST");

    doomed = partner_start("p5");
    uint32_t ticket = take_request(doomed, IPC_REQUEST, 3);
    end(doomed);
    IS(reply(doomed, &m, ticket, &second), -ENOTREADY, "a reply to a client that died");
    IS(second, doomed, "names the client");
    doomed = partner_start("p5");
    IS(reply(doomed, &m, ticket, NULL), -ENOTREADY, "and does not reach its successor");
    end(doomed);
}

void test_requests(void)
{
    test_row();
    test_client();
    test_only_the_reply();
    test_late();
    test_send_rec_replied();
    test_reply_errors();
    test_reply_buffers();
    test_ends();
}
