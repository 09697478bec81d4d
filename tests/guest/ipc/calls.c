/*
 * The rows of the table of calls: send, receive, send_rec, echo, their second results, and the
 * numbers and bits that are no calls. The other rows have files of their own.
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
    IS(IPC_CAME(report.second), IPC_CAME_SEND_REC, "the receiver is told that a send_rec came");
    OK(report.source == me && report.type == 0x41, "the request came over with its true source");

    order_and_wait(p1, IPC_SEND_REC, me, 0x42);
    IS(trap(IPC_RECEIVE, ANY, &m, 0, &second), 0, "receive from a waiting send_rec");
    IS(IPC_CAME(second), IPC_CAME_SEND_REC, "receive is told that a send_rec came");
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
               IPC_CAME(report.second) == IPC_CAME_SEND_REC,
           "a send_rec may be the answer to a send_rec");
    OK(comes_to(p2, PROCESS_ANSWER, p1), "and then waits for its own");
    order(p1, IPC_SEND, p2, PARTNER_BUFFER, 0, 0x48);
    result_of(p1);
    if (report_of(p2, &report))
        OK(report.result == 0 && report.source == p1 && report.type == 0x48, "which it gets");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY, "nothing is left over");
}

/* Which bits of ecx each call takes beside its number. */
static const struct {
    uint32_t number, flags;
} table[] = {
    {IPC_SEND, 0x3000},
    {IPC_RECEIVE, 0x3000},
    {IPC_SEND_REC, 0x3000},
    {IPC_IN_OUTBOX, 0},
    {IPC_NOTIFY, 0},
    {IPC_ECHO, 0},
    {IPC_REQUEST, 0x3000},
    {IPC_REPLY, 0xffff0000},
    {IPC_NOTIFY_SET, 0},
    {IPC_RECEIVE_EX, 0x3000},
    {IPC_REPLY_RECEIVE, 0xffff3000},
    {IPC_SELECT, 0x3000},
};

#define CALLS (sizeof table / sizeof *table)

static bool is_number(uint32_t number)
{
    for (unsigned i = 0; i < CALLS; i++)
        if (table[i].number == number)
            return true;
    return false;
}

/* Every number of 12 bits that is no call, and every bit that a call does not take. */
static void test_bad_bits(void)
{
    message m = {0};
    uint32_t second = 0;
    unsigned wrong = 0;
    unsigned blamed = 0;
    unsigned asked = 0;

    for (uint32_t number = 0; number <= IPC_CALL_MASK; number++)
        if (!is_number(number))
            wrong += trap(number, (uint32_t)NEVER_BORN, &m, 0, NULL) != -EBADCALL;
    IS(wrong, 0, "each of the other 4084 numbers answers EBADCALL");
    for (unsigned i = wrong = 0; i < CALLS; i++)
        for (unsigned bit = 12; bit < 32; bit++) {
            if (table[i].flags >> bit & 1)
                continue;
            asked++;
            wrong += trap(table[i].number | 1u << bit, (uint32_t)NEVER_BORN, &m, 0, &second) !=
                     -EBADCALL;
            blamed += second == (uint32_t)me;
        }
    IS(wrong, 0, "each bit that a call does not take answers EBADCALL, the ticket's among them");
    IS(blamed, asked, "and the caller is to blame");
}

void test_calls(void)
{
    test_echo();
    test_send();
    test_receive_source();
    test_send_rec();
    test_send_rec_second_half();
    test_send_rec_crossing();
    test_bad_bits();
}
