/*
 * Events: notify, and the kernel's own from HARDWARE (alarm, death). Never lost, never twice,
 * delivered by receive alone and only from a source that it accepts.
 */
#include "ipc.h"

static bool is_event(const message *m, endpoint_t source, uint32_t bits)
{
    for (unsigned i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        if (m->m_words[i])
            return false;
    return m->m_source == source && m->m_type == IPC_EVENT_MESSAGE && m->m_words[0] == bits;
}

/* True when the partner is through with it: a notify never waits. */
static bool notifies_me(endpoint_t partner)
{
    return order_silent(partner, IPC_NOTIFY, me, 0, 0);
}

static void test_notify_waiting(void)
{
    struct partner_report report;
    uint32_t second = 99;

    order_and_wait(p1, IPC_RECEIVE, me, 1);
    IS(trap(IPC_NOTIFY, (uint32_t)p1, NULL, 0, &second), 0, "notify to a waiting receiver");
    IS(second, IPC_CAME_NOTHING, "to the notifier nothing came");
    if (report_of(p1, &report)) {
        IS(report.second, IPC_CAME_EVENTS, "the receiver is told that events came");
        OK(report.source == me && report.type == IPC_EVENT_MESSAGE && report.word0 == EVENT_NOTIFY,
           "the event message names its source and bit");
        message expected = {.m_type = IPC_EVENT_MESSAGE, .m_words = {EVENT_NOTIFY}};
        IS(report.sum, message_sum(&expected), "the rest of the event message is zero");
    }
    order_and_wait(p1, IPC_RECEIVE, ANY, 1);
    notify(p1);
    if (report_of(p1, &report))
        OK(report.source == me && report.type == IPC_EVENT_MESSAGE,
           "a receiver from ANY takes a notification");
}

static void test_notify_pending(void)
{
    message m;
    uint32_t second = 99;

    OK(notifies_me(p1), "notify to a busy process does not wait");
    OK(notifies_me(p1), "nor does a second one");
    OK(notifies_me(p2), "nor one of another process");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, p3, &m, 0, NULL), -ENOTREADY,
       "a pending event of another source is not taken");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, NONE, &m, 0, NULL), -ENOTREADY,
       "receive from NONE takes no event");
    memset(&m, 0xff, sizeof m);
    IS(trap(IPC_RECEIVE, (uint32_t)p2, &m, 0, &second), 0, "receive from a source takes its event");
    OK(is_event(&m, p2, EVENT_NOTIFY), "with source, type, bits, and zeros behind");
    IS(second, IPC_CAME_EVENTS, "and the second result says so");
    memset(&m, 0xff, sizeof m);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), 0, "ANY takes the other one's");
    OK(is_event(&m, p1, EVENT_NOTIFY), "two notifications came as one event");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY, "and only once");
}

static void test_notify_errors(void)
{
    uint32_t second = 0;

    IS(trap(IPC_NOTIFY, NEVER_BORN, NULL, 0, &second), -EDEADSRCDST,
       "notify to an endpoint that never was");
    IS(second, NEVER_BORN, "the second result is that endpoint");
    IS(notify(ANY), -EINVAL, "notify to ANY");
    IS(notify(NONE), -EINVAL, "notify to NONE");
    IS(notify(HARDWARE), -EINVAL, "notify to HARDWARE");
    IS(notify(SYSTEM), -EINVAL, "notify to SYSTEM");
    IS(notify(me), -ELOCKED, "notify to oneself");
}

static void test_send_rec_takes_no_event(void)
{
    message m = {.m_type = PARTNER_ANSWER_LATE};

    send(p1, &m);
    message_fill(&m, 0x71);
    IS(send_rec(p1, &m), 0, "send_rec to a partner that notifies before it answers");
    IS(m.m_type, PARTNER_REPORT, "it is the answer that ends it");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, p1, &m, 0, NULL), 0, "the event waited");
    OK(is_event(&m, p1, EVENT_NOTIFY), "and is whole");
}

static void test_alarm(void)
{
    message m;
    uint32_t second = 99;
    uint64_t before = 0;
    uint64_t after = 0;

    sys_time(&before);
    IS(sys_alarm(5000), 0, "an alarm is set");
    memset(&m, 0xff, sizeof m);
    IS(trap(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, &second), 0,
       "receive from HARDWARE takes the alarm");
    sys_time(&after);
    OK(is_event(&m, HARDWARE, EVENT_ALARM), "bit 24 from HARDWARE, zeros behind");
    IS(second, IPC_CAME_EVENTS, "the second result says that events came");
    OK(after - before >= 5000, "not before its time");

    sys_alarm(1000);
    nap(20000);
    notifies_me(p1);
    order_and_wait(p2, IPC_SEND, me, 0x72);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, p3, &m, 0, NULL), -ENOTREADY,
       "receive from a process does not take a kernel event");
    receive(ANY, &m);
    OK(is_event(&m, HARDWARE, EVENT_ALARM), "ANY takes kernel events before all others");
    receive(p2, &m);
    result_of(p2);
    receive(p1, &m);
}

static void test_death_event(void)
{
    message m;
    struct system_death death;
    endpoint_t doomed = partner_start("p5");

    IS(sys_watch(doomed, 1), 0, "a partner is watched");
    order_plain(doomed, PARTNER_EXIT, 42, 0);
    memset(&m, 0xff, sizeof m);
    IS(ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, &m, PATIENCE_US, NULL), 0, "its death is told");
    OK(is_event(&m, HARDWARE, EVENT_DEATH), "as bit 25 from HARDWARE");
    IS(sys_death(&death), 0, "SYSTEM says who");
    OK(death.endpoint == doomed && death.cause == DEATH_EXIT && death.status == 42, "and how");
}

static void test_both_kernel_events(void)
{
    message m;
    struct system_death death;
    endpoint_t doomed = partner_start("p5");

    sys_watch(doomed, 1);
    sys_alarm(1000);
    end(doomed);
    nap(20000);
    memset(&m, 0xff, sizeof m);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), 0, "alarm and death together");
    OK(is_event(&m, HARDWARE, EVENT_ALARM | EVENT_DEATH), "come as one message with both bits");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY, "once");
    IS(sys_death(&death), 0, "and the record is there");
}

void test_events(void)
{
    test_notify_waiting();
    test_notify_pending();
    test_notify_errors();
    test_send_rec_takes_no_event();
    test_alarm();
    test_death_event();
    test_both_kernel_events();
}
