/*
 * The rows of the table of calls: send, receive, send_rec, echo, their second results, NONBLOCK,
 * TIMEOUT, and the numbers that are no calls.
 */
#include "ipc.h"

static void test_echo(void)
{
    message m;
    uint32_t second = 99;

    message_fill(&m, 0x1234);
    IS(trap(IPC_ECHO, 0, &m, 0, &second), 0, "echo succeeds");
    IS(m.m_source, me, "echo stamps the caller over a lie in m_source");
    OK(message_is(&m, 0x1234), "echo brings type and payload back whole");
    IS(second, IPC_CAME_NOTHING, "echo: nothing came");
    IS(trap(IPC_ECHO, 0x7fffffff, &m, 0xffffffff, NULL), 0, "echo ignores target and timeout");
}

static void test_send(void)
{
    message m;
    uint32_t second = 99;
    struct partner_report report;

    order_and_wait(p1, IPC_RECEIVE, me, 1);
    message_fill(&m, 0x21);
    IS(trap(IPC_SEND, (uint32_t)p1, &m, 0, &second), 0, "send to a waiting receiver succeeds");
    IS(second, IPC_CAME_NOTHING, "send: nothing came");
    OK(message_is(&m, 0x21) && m.m_source == 0x0badbad0, "send leaves the sender's message alone");
    if (report_of(p1, &report)) {
        IS(report.result, 0, "the waiting receiver succeeds");
        IS(report.second, IPC_CAME_SEND, "the receiver is told that a send came");
        IS(report.source, me, "the receiver sees the true source");
        OK(report.type == 0x21 && report.sum == message_sum(&m), "the receiver got every word");
    }

    order_and_wait(p1, IPC_SEND, me, 0x22);
    IS(trap(IPC_RECEIVE, (uint32_t)p1, &m, 0, &second), 0, "receive from a waiting sender");
    IS(second, IPC_CAME_SEND, "receive is told that a send came");
    IS(m.m_source, p1, "receive sees the true source, not the sender's lie");
    OK(message_is(&m, 0x22), "receive got every word");
    if (report_of(p1, &report)) {
        IS(report.result, 0, "the waiting sender succeeds");
        IS(report.second, IPC_CAME_NOTHING, "to the sender nothing came");
        IS(report.source, 0x0badbad0, "the waiting sender's message is left alone");
    }
}

static void test_receive_source(void)
{
    message m;

    order_and_wait(p1, IPC_SEND, me, 0x31);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, p2, &m, 0, NULL), -ENOTREADY,
       "receive from another does not take a waiting sender");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "receive from HARDWARE does not take a waiting sender");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, NONE, &m, 0, NULL), -ENOTREADY,
       "receive from NONE does not take a waiting sender");
    IS(receive(ANY, &m), 0, "receive from ANY takes it");
    OK(m.m_source == p1 && message_is(&m, 0x31), "and it is the one that waited");
    IS(result_of(p1), 0, "and its sender goes on");

    order_and_wait(p1, IPC_RECEIVE, p2, 0x32);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY,
       "who receives from another does not take our message");
    order(p2, IPC_SEND, p1, PARTNER_BUFFER, 0, 0x33);
    struct partner_report report;
    if (report_of(p1, &report))
        OK(report.result == 0 && report.source == p2 && report.type == 0x33,
           "who receives from one process gets that one's message");
    IS(result_of(p2), 0, "and its sender goes on");
}

static void test_send_rec(void)
{
    message m;
    message answer;
    uint32_t second = 99;
    struct partner_report report;

    order_and_wait(p1, IPC_RECEIVE, me, 1);
    message_fill(&m, 0x41);
    IS(trap(IPC_SEND_REC, (uint32_t)p1, &m, 0, &second), 0, "send_rec to a waiting receiver");
    memcpy(&report, m.m_words, sizeof report);
    OK(m.m_source == p1 && m.m_type == PARTNER_REPORT, "its answer arrives in the same message");
    IS(second, IPC_CAME_SEND, "send_rec: what came was sent by send");
    IS(report.second, IPC_CAME_SEND_REC, "the receiver is told that a send_rec came");
    OK(report.source == me && report.type == 0x41, "the request came over with its true source");

    order_and_wait(p1, IPC_SEND_REC, me, 0x42);
    IS(trap(IPC_RECEIVE, ANY, &m, 0, &second), 0, "receive from a waiting send_rec");
    IS(second, IPC_CAME_SEND_REC, "receive is told that a send_rec came");
    OK(m.m_source == p1 && message_is(&m, 0x42), "the request came over whole");
    OK(comes_to(p1, PROCESS_ANSWER, me), "the caller waits for its answer");
    message_fill(&answer, 0x43);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &answer, 0, NULL), 0, "its answer is taken at once");
    if (report_of(p1, &report)) {
        IS(report.result, 0, "send_rec succeeds for the partner");
        OK(report.source == me && report.type == 0x43 && report.sum == message_sum(&answer),
           "the answer came over whole into the same buffer");
    }
}

/* Nobody but the peer ends the second half. */
static void test_send_rec_second_half(void)
{
    message m;
    struct partner_report report;

    order_and_wait(p1, IPC_SEND_REC, me, 0x44);
    receive(p1, &m);
    comes_to(p1, PROCESS_ANSWER, me);
    order(p2, IPC_SEND | IPC_NONBLOCK, p1, PARTNER_BUFFER, 0, 1);
    IS(result_of(p2), -ENOTREADY, "a third process's send does not end the wait for an answer");
    order(p2, IPC_NOTIFY, p1, 0, 0, 1);
    IS(result_of(p2), 0, "a third process may notify meanwhile");
    IS(notify(p1), 0, "the peer itself may notify meanwhile");
    OK(comes_to(p1, PROCESS_ANSWER, me), "no event ends the wait for an answer");
    message_fill(&m, 0x45);
    IS(send(p1, &m), 0, "only the answer does");
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == 0x45, "and it is the answer that arrives");
    order(p1, IPC_RECEIVE | IPC_NONBLOCK, p2, PARTNER_BUFFER, 0, 0);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == IPC_EVENT_MESSAGE && report.source == p2,
           "the event was kept for later");
}

/* Both sides call each other: the second one's request is the first one's answer. */
static void test_send_rec_crossing(void)
{
    message m;
    struct partner_report report;

    order_and_wait(p1, IPC_SEND_REC, p2, 0x46);
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    result_of(p2);
    comes_to(p1, PROCESS_ANSWER, p2);
    order(p2, IPC_SEND_REC, p1, PARTNER_BUFFER, 0, 0x47);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.source == p2 && report.type == 0x47 &&
               report.second == IPC_CAME_SEND_REC,
           "a send_rec may be the answer to a send_rec");
    OK(comes_to(p2, PROCESS_ANSWER, p1), "and then waits for its own");
    order(p1, IPC_SEND, p2, PARTNER_BUFFER, 0, 0x48);
    result_of(p1);
    if (report_of(p2, &report))
        OK(report.result == 0 && report.source == p1 && report.type == 0x48, "which it gets");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY, "nothing is left over");
}

static void test_reserved(void)
{
    static const uint32_t reserved[] = {IPC_REQUEST,    IPC_REPLY,         IPC_NOTIFY_SET,
                                        IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_SELECT};
    message m = {0};

    for (unsigned i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        uint32_t second = 0;
        IS(trap(reserved[i], (uint32_t)p1, &m, 0, &second), -EBADCALL,
           "reserved call 0x%x answers EBADCALL", (unsigned)reserved[i]);
        IS(trap(reserved[i] | IPC_NONBLOCK | IPC_TIMEOUT, (uint32_t)p1, &m, 0, NULL), -EBADCALL,
           "reserved call 0x%x with flags answers EBADCALL", (unsigned)reserved[i]);
    }
}

static void test_bad_bits(void)
{
    static const uint32_t calls[] = {IPC_SEND,      IPC_RECEIVE, IPC_SEND_REC,
                                     IPC_IN_OUTBOX, IPC_NOTIFY,  IPC_ECHO};
    message m = {0};
    unsigned wrong = 0;

    for (unsigned i = 0; i < sizeof calls / sizeof *calls; i++)
        for (unsigned bit = 14; bit < 32; bit++)
            wrong += trap(calls[i] | 1u << bit, (uint32_t)NEVER_BORN, &m, 0, NULL) != -EBADCALL;
    IS(wrong, 0, "each undefined bit of each call answers EBADCALL");
    for (unsigned i = 3; i < 6; i++) {
        IS(trap(calls[i] | IPC_NONBLOCK, (uint32_t)p1, &m, 0, NULL), -EBADCALL,
           "call 0x%x takes no NONBLOCK", (unsigned)calls[i]);
        IS(trap(calls[i] | IPC_TIMEOUT, (uint32_t)p1, &m, 0, NULL), -EBADCALL,
           "call 0x%x takes no TIMEOUT", (unsigned)calls[i]);
    }
    IS(trap(0, (uint32_t)p1, &m, 0, NULL), -EBADCALL, "0 is no call");
    IS(trap(6, (uint32_t)p1, &m, 0, NULL), -EBADCALL, "6 is no call");
    IS(trap(7, (uint32_t)p1, &m, 0, NULL), -EBADCALL, "7 is no call");
    IS(trap(9, (uint32_t)p1, &m, 0, NULL), -EBADCALL, "send with echo is no call");
}

void test_calls(void)
{
    test_echo();
    test_send();
    test_receive_source();
    test_send_rec();
    test_send_rec_second_half();
    test_send_rec_crossing();
    test_reserved();
    test_bad_bits();
}
