/*
 * SYS_CANCEL ends every kind of wait; SYS_CYCLE tells the members of a refused cycle who they are.
 */
#include "ipc.h"

static void expect_cancelled(endpoint_t waiter, int error, endpoint_t waited_for, const char *what)
{
    struct partner_report report;

    IS(sys_cancel(waiter, 0), 0, "a cancel of %s", what);
    if (!report_of(waiter, &report))
        return;
    IS(report.result, -error, "ends it: %s", what);
    IS(report.second, waited_for, "and tells for whom it waited");
}

static void test_waits(void)
{
    static const struct {
        uint32_t call;
        const char *what;
    } waits[] = {{IPC_SEND, "a send"},
                 {IPC_SEND_REC, "a send_rec"},
                 {IPC_RECEIVE, "a receive"},
                 {IPC_REQUEST, "a request"},
                 {IPC_RECEIVE_EX, "ipc_receive"}};
    message m;

    for (unsigned i = 0; i < sizeof waits / sizeof *waits; i++) {
        order_and_wait(p1, waits[i].call, p2, 1);
        expect_cancelled(p1, EINTR, p2, waits[i].what);
    }
    order_and_wait(p1, IPC_RECEIVE, NONE, 1);
    expect_cancelled(p1, EINTR, NONE, "a sleep");
    order_and_wait(p1, IPC_RECEIVE, ANY, 1);
    expect_cancelled(p1, EINTR, ANY, "a receive from ANY");
    order_and_wait(p1, IPC_SEND_REC, me, 1);
    receive(p1, &m);
    expect_cancelled(p1, EREPLYINTR, me, "a wait for an answer");
    order_and_wait(p1, IPC_REQUEST, me, 1);
    receive(p1, &m);
    expect_cancelled(p1, EREPLYINTR, me, "a wait for a reply");
    order(p1, IPC_REQUEST | IPC_TIMEOUT, p2, PARTNER_BUFFER, PATIENCE_US, 1);
    comes_to(p1, PROCESS_REQUESTING, p2);
    expect_cancelled(p1, EINTR, p2, "a timed wait");
}

/* A cancelled sender leaves the queue, and its neighbours keep their order. */
static void test_queue(void)
{
    message m;
    unsigned right = 0;

    order_and_wait(p1, IPC_REQUEST, me, 0x501);
    order_and_wait(p2, IPC_REQUEST, me, 0x502);
    order_and_wait(p3, IPC_REQUEST, me, 0x503);
    IS(sys_cancel(p2, 1), 0, "to start again is for faults: others are cancelled");
    for (unsigned i = 0; i < 3; i++) {
        const endpoint_t expected[] = {p1, p3, p2};
        static const int32_t types[] = {0x501, 0x503, PARTNER_REPORT};
        receive(ANY, &m);
        right += m.m_source == expected[i] && m.m_type == types[i];
    }
    IS(right, 3, "one cancelled in the middle leaves the queue in order");
    IS(((struct partner_report *)m.m_words)->result, -EINTR, "and was told");
    IS(ipc_reply(p1, &m), 0, "the first is answered");
    IS(ipc_reply(p3, &m), 0, "the last as well");
    result_of(p1);
    result_of(p3);
}

static void test_cancel_errors(void)
{
    endpoint_t doomed = partner_start("p5");
    struct process_info info;

    end(doomed);
    IS(sys_cancel(doomed, 0), -EDEADSRCDST, "cancel of the dead");
    IS(sys_cancel(NEVER_BORN, 0), -EDEADSRCDST, "of one never born");
    IS(sys_cancel(ANY, 0), -EINVAL, "of ANY");
    IS(sys_cancel(HARDWARE, 1), -EINVAL, "of HARDWARE");
    IS(sys_cancel(-1, 0), -EINVAL, "of a negative endpoint");
    IS(sys_cancel(SELF, 0), 0, "of oneself: there is no wait to end");
    IS(sys_cancel(me, 1), 0, "by any name");
    order(p1, IPC_ECHO, 0, PARTNER_BUFFER, 0, 0);
    comes_to(p1, PROCESS_SENDING, me);
    IS(sys_cancel(p1, 0), 0, "even of its report");
    OK(comes_to(p1, PROCESS_RECEIVING, me), "which is dropped");
    describe(me, &info);
    IS(info.state, PROCESS_RUNNING, "nothing else happened");
}

/* ---- Cycles ----------------------------------------------------------------------------------
 */

/* What a member reads: the index-th endpoint and the count, or the error. */
static int read_cycle(endpoint_t who, uint32_t index, endpoint_t *member, unsigned *count)
{
    const uint32_t words[6] = {index};
    uint32_t out[6] = {0};
    int result;

    if (who == me) {
        message m = {.m_type = SYS_CYCLE, .m_words = {index}};
        result = ipc_request(SYSTEM, &m);
        result = result ? result : m.m_type;
        memcpy(out, m.m_words, sizeof out);
    } else {
        result = partner_asks(who, SYS_CYCLE, words, out);
    }
    *member = (endpoint_t)out[0];
    *count = out[1];
    return result;
}

static bool reads(endpoint_t who, const endpoint_t *members, unsigned expected)
{
    endpoint_t member;
    unsigned count;

    for (unsigned i = 0; i < expected; i++)
        if (read_cycle(who, i, &member, &count) || member != members[i] || count != expected)
            return false;
    return read_cycle(who, expected, &member, &count) == -EINVAL;
}

/* The partner's call is refused. */
static void refused(endpoint_t partner, uint32_t call, endpoint_t next)
{
    order(partner, call, next, PARTNER_BUFFER, 0, 0);
    IS(result_of(partner), -ELOCKED, "a call that would close a ring");
}

static void test_cycles(void)
{
    endpoint_t member;
    unsigned count;
    message m = {0};

    endpoint_t fresh = partner_start("p5");
    IS(read_cycle(fresh, 0, &member, &count), -EAGAIN, "who was in no cycle reads EAGAIN");
    OK(member == 0 && count == 0, "and an empty answer");

    order_and_wait(p1, IPC_REQUEST, p2, 1);
    order_and_wait(p2, IPC_RECEIVE_EX, p3, 1);
    refused(p3, IPC_SEND, p1);
    const endpoint_t three[] = {p3, p1, p2};
    OK(reads(p3, three, 3), "the refused one reads the ring, itself first");
    IS(read_cycle(p3, 0xffffffff, &member, &count), -EINVAL, "past the last");
    sys_cancel(p1, 0);
    sys_cancel(p2, 0);
    result_of(p1);
    result_of(p2);
    OK(reads(p1, three, 3) && reads(p2, three, 3), "so do the others, when they can");

    order_and_wait(p1, IPC_SEND, fresh, 1);
    refused(fresh, IPC_REQUEST, p1);
    sys_cancel(p1, 0);
    result_of(p1);
    const endpoint_t two[] = {fresh, p1};
    OK(reads(p1, two, 2) && reads(fresh, two, 2), "a later cycle takes the former's place");
    OK(reads(p2, three, 3), "for its members only");
    end(fresh);
    OK(reads(p1, two, 2), "a member that has died is still named");
    fresh = partner_start("p5");
    IS(read_cycle(fresh, 0, &member, &count), -EAGAIN, "its successor was in none");
    end(fresh);

    order_and_wait(p1, IPC_REQUEST, me, 1);
    IS(send(p1, &m), -ELOCKED, "the judge closes one itself");
    const endpoint_t ours[] = {me, p1};
    OK(reads(me, ours, 2), "and reads it");
    IS(sys_cycle(1, &member), 2, "sys_cycle tells how many there are");
    IS(member, p1, "and who");
    IS(send(me, &m), -ELOCKED, "oneself is no cycle");
    const struct ipc_select_pair self_set[] = {{me, 0}};
    IS(ipc_select(self_set, 1), -ELOCKED, "nor is a select of oneself");
    OK(reads(me, ours, 2), "neither is kept");
    sys_cancel(p1, 0);
    result_of(p1);
}

/* More cycles than there are processes: no record is lost or kept for ever. */
static void test_many_cycles(void)
{
    message m = {0};
    unsigned right = 0;
    endpoint_t member;

    order_and_wait(p1, IPC_SEND, me, 1);
    for (unsigned i = 0; i < 1000; i++)
        right += send(p1, &m) == -ELOCKED && sys_cycle(0, &member) == 2 && member == me;
    IS(right, 1000, "a thousand cycles are refused and kept, one after the other");
    sys_cancel(p1, 0);
    result_of(p1);
}

void test_cancel(void)
{
    test_waits();
    test_queue();
    test_cancel_errors();
    test_cycles();
    test_many_cycles();
}
