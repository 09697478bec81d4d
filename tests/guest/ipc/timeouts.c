/*
 * NONBLOCK and TIMEOUT on every call that takes them: what fails, what still succeeds, that nothing
 * is delivered by a call that said so, and that no deadline comes early.
 */
#include "ipc.h"

static void test_nonblock(void)
{
    message m = {0};
    uint32_t second = 0;

    comes_to(p1, PROCESS_RECEIVING, me);
    comes_to(p2, PROCESS_RECEIVING, me);
    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    IS(trap(IPC_SEND | IPC_NONBLOCK, (uint32_t)p1, &m, 0, &second), -ENOTREADY,
       "NONBLOCK send, nobody receives: ENOTREADY");
    IS(trap(IPC_SEND_REC | IPC_NONBLOCK, (uint32_t)p1, &m, 0, NULL), -ENOTREADY,
       "NONBLOCK send_rec, nobody receives: ENOTREADY");
    IS(trap(IPC_RECEIVE | IPC_NONBLOCK, (uint32_t)p1, &m, 0, NULL), -ENOTREADY,
       "NONBLOCK receive, nobody sends: ENOTREADY");
    IS(trap(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY,
       "NONBLOCK receive from ANY: ENOTREADY");
    order(p2, IPC_SEND, p1, PARTNER_BUFFER, 0, 1);
    result_of(p1);
    result_of(p2);

    order_and_wait(p1, IPC_SEND, me, 0x51);
    IS(trap(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, &second), 0,
       "NONBLOCK receive looks at the queue before it gives up");
    OK(message_is(&m, 0x51) && second == IPC_CAME_SEND, "and delivers from it");
    result_of(p1);

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    message_fill(&m, 0x52);
    IS(trap(IPC_SEND_REC | IPC_NONBLOCK, (uint32_t)p1, &m, 0, NULL), 0,
       "NONBLOCK is about the first half of send_rec alone");
    IS(m.m_type, PARTNER_REPORT, "its second half waits for the answer");
}

/* The call must end with `error`, not before its time. */
static void expect_timeout(uint32_t call, endpoint_t target, uint32_t timeout, int error,
                           const char *name)
{
    message m = {0};
    uint64_t before = 0;
    uint64_t after = 0;

    sys_time(&before);
    int result = trap(call | IPC_TIMEOUT, (uint32_t)target, &m, timeout, NULL);
    sys_time(&after);
    IS(result, -error, "%s", name);
    OK(after - before >= timeout, "%s: not before its time", name);
}

static void test_timeout_ends(void)
{
    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    expect_timeout(IPC_SEND, p1, 3000, ETIMEDOUT, "send times out after 3 ms");
    expect_timeout(IPC_SEND, p1, 0, ETIMEDOUT, "send with timeout 0 polls");
    expect_timeout(IPC_SEND, p1, 1, ETIMEDOUT, "send times out after 1 us");
    expect_timeout(IPC_SEND_REC, p1, 3000, ETIMEDOUT, "send_rec's first half times out");
    expect_timeout(IPC_RECEIVE, p1, 3000, ETIMEDOUT, "receive from one times out");
    expect_timeout(IPC_RECEIVE, ANY, 3000, ETIMEDOUT, "receive from ANY times out");
    expect_timeout(IPC_RECEIVE, HARDWARE, 3000, ETIMEDOUT, "receive from HARDWARE times out");
    expect_timeout(IPC_RECEIVE, NONE, 7000, ETIMEDOUT, "receive from NONE sleeps");
    expect_timeout(IPC_RECEIVE, NONE, 0, ETIMEDOUT, "receive from NONE with timeout 0 polls");
    expect_timeout(IPC_RECEIVE, ANY, 999, ETIMEDOUT, "a timeout below a tick is not early");
    order(p2, IPC_SEND, p1, PARTNER_BUFFER, 0, 0x53);
    struct partner_report report;
    if (report_of(p1, &report))
        OK(report.source == p2 && report.type == 0x53,
           "of the sends that timed out nothing was delivered");
    result_of(p2);
}

static void test_timeout_success(void)
{
    message m;

    order_and_wait(p1, IPC_SEND, me, 0x54);
    IS(ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, &m, 0, NULL), 0,
       "receive with timeout 0 takes what is there");
    OK(message_is(&m, 0x54), "and it is whole");
    result_of(p1);
    order_and_wait(p1, IPC_RECEIVE, me, 0);
    message_fill(&m, 0x55);
    IS(ipc_call(IPC_SEND | IPC_TIMEOUT, p1, &m, 0, NULL), 0,
       "send with timeout 0 to a waiting receiver succeeds");
    result_of(p1);
    order(p1, IPC_SEND, me, PARTNER_BUFFER, 0, 0x56);
    IS(ipc_call(IPC_RECEIVE | IPC_TIMEOUT, p1, &m, 0xffffffff, NULL), 0,
       "the longest timeout does not end a receive that succeeds");
    result_of(p1);
}

static void test_reply_timeout(void)
{
    message m;
    struct partner_report report;

    order(p1, IPC_SEND_REC | IPC_TIMEOUT, me, PARTNER_BUFFER, 50000, 0x57);
    comes_to(p1, PROCESS_CALLING, me);
    IS(receive(p1, &m), 0, "a timed send_rec is taken");
    if (report_of(p1, &report))
        IS(report.result, -EREPLYTIMEDOUT, "its second half ends with EREPLYTIMEDOUT");
    message_fill(&m, 0x58);
    order_and_wait(p1, IPC_RECEIVE, p2, 0);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY,
       "its late answer is not taken for something else");
    order(p2, IPC_SEND, p1, PARTNER_BUFFER, 0, 1);
    result_of(p1);
    result_of(p2);
    order_and_wait(p1, IPC_RECEIVE, me, 0);
    order(p2, IPC_SEND_REC | IPC_NONBLOCK | IPC_TIMEOUT, p1, PARTNER_BUFFER, 2000, 0);
    IS(result_of(p2), -ENOTREADY, "NONBLOCK with TIMEOUT: the first half does not wait");
    send(p1, &m);
    result_of(p1);
}

/* A timed-out sender leaves the queue: its neighbours keep their order. */
static void test_timeout_leaves_queue(void)
{
    message m;

    order_and_wait(p1, IPC_SEND, me, 0x61);
    order(p2, IPC_SEND | IPC_TIMEOUT, me, PARTNER_BUFFER, 50000, 0x62);
    bool queued = comes_to(p2, PROCESS_SENDING, me);
    order_and_wait(p3, IPC_SEND, me, 0x63);
    OK(queued && comes_to(p2, PROCESS_SENDING, me), "a timed sender waits between two others");
    nap(60000); /* past the deadline: now the one in the middle is out, and queues its report */
    receive(ANY, &m);
    OK(m.m_source == p1 && message_is(&m, 0x61), "the one before it is first");
    receive(ANY, &m);
    OK(m.m_source == p3 && message_is(&m, 0x63), "the one behind it is next");
    IS(result_of(p2), -ETIMEDOUT, "itself it is told that it timed out");
    IS(result_of(p1), 0, "the one before it succeeded");
    IS(result_of(p3), 0, "the one behind it succeeded");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY, "nothing is left over");
}

void test_timeouts(void)
{
    test_nonblock();
    test_timeout_ends();
    test_timeout_success();
    test_reply_timeout();
    test_timeout_leaves_queue();
}
