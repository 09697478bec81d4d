/*
 * ipc_notify with sets, and ipc_receive with masks: what is taken, what stays, what wakes.
 */
#include "ipc.h"

static int receive_mask(endpoint_t src, uint32_t events, message *m, uint32_t flags)
{
    struct ipc_registers r = {
        .eax = (uint32_t)src, .ebx = (uint32_t)m, .ecx = IPC_RECEIVE_EX | flags, .edx = events};

    memset(m, 0xff, sizeof *m);
    ipc_trap(&r);
    if ((int)r.eax == 0 && m->m_type == IPC_EVENT_MESSAGE && r.esi != IPC_CAME_EVENTS)
        return 1;
    return (int)r.eax;
}

static bool is_event(const message *m, endpoint_t source, uint32_t bits)
{
    for (unsigned i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        if (m->m_words[i])
            return false;
    return m->m_source == source && m->m_type == IPC_EVENT_MESSAGE && m->m_words[0] == bits;
}

/* Whether nothing at all is there for the judge. */
static bool nothing_left(void)
{
    message m;

    return receive_mask(ANY, IPC_ALL_EVENTS, &m, IPC_NONBLOCK) == -ENOTREADY;
}

static void notify_me(endpoint_t partner, uint32_t events)
{
    OK(order_silent(partner, IPC_NOTIFY_SET, me, 0, events), "ipc_notify does not wait");
}

static void test_sets(void)
{
    message m;

    notify_me(p1, 0x00000010);
    notify_me(p1, 0x80000010);
    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    IS(receive_mask(p1, IPC_ALL_EVENTS, &m, 0), 0, "three notifications of one source");
    OK(is_event(&m, p1, 0x80000011), "come as one set: all of their bits, zeros behind");
    OK(nothing_left(), "once");
    for (unsigned bit = 0; bit < 32; bit++)
        order_silent(p1, IPC_NOTIFY_SET, me, 0, 1u << bit);
    unsigned right = 0;
    for (unsigned bit = 32; bit-- > 0;)
        right += receive_mask(p1, 1u << bit, &m, IPC_NONBLOCK) == 0 && is_event(&m, p1, 1u << bit);
    IS(right, 32, "each of 32 bits is set alone and taken alone");
    OK(nothing_left(), "and none is left");
}

static void test_masks(void)
{
    message m;

    notify_me(p1, 0xff);
    IS(receive_mask(p1, 0xf00, &m, IPC_NONBLOCK), -ENOTREADY, "bits outside the mask do not count");
    IS(receive_mask(p1, 0, &m, IPC_NONBLOCK), -ENOTREADY, "an empty mask takes messages only");
    IS(receive_mask(ANY, 0, &m, IPC_NONBLOCK), -ENOTREADY, "from ANY as well");
    IS(receive_mask(p2, 0xff, &m, IPC_NONBLOCK), -ENOTREADY, "another source's mask takes nothing");
    IS(receive_mask(HARDWARE, 0xff, &m, IPC_NONBLOCK), -ENOTREADY, "nor does HARDWARE's");
    IS(receive_mask(p1, 0xf0f, &m, 0), 0, "some bits within the mask");
    OK(is_event(&m, p1, 0x0f), "are those that come");
    IS(receive_mask(NONE, 0x30, &m, 0), 0, "src NONE takes events of any source");
    OK(is_event(&m, p1, 0x30), "within its mask");
    IS(receive(p1, &m), 0, "receive takes");
    OK(is_event(&m, p1, 0xc0), "all that is left");
    OK(nothing_left(), "and then there is nothing");
}

static void test_messages(void)
{
    message m;

    notify_me(p1, 1);
    order_and_wait(p2, IPC_SEND, me, 0x201);
    IS(receive_mask(NONE, 2, &m, IPC_NONBLOCK), -ENOTREADY, "src NONE takes no message");
    IS(receive_mask(ANY, 2, &m, 0), 0, "a mask that no event is in");
    OK(m.m_source == p2 && message_is(&m, 0x201), "takes the message");
    result_of(p2);
    order_and_wait(p2, IPC_SEND, me, 0x202);
    IS(receive_mask(p2, 0, &m, 0), 0, "a message from one source, no events");
    OK(message_is(&m, 0x202), "comes");
    result_of(p2);
    receive(p1, &m);
    OK(nothing_left(), "all was taken");
}

static void test_kernel_events(void)
{
    message m;

    sys_alarm(1000);
    nap(20000);
    IS(receive_mask(HARDWARE, EVENT_DEATH, &m, IPC_NONBLOCK), -ENOTREADY,
       "a kernel event outside the mask stays");
    IS(receive_mask(ANY, EVENT_LINES, &m, IPC_NONBLOCK), -ENOTREADY, "for ANY, too");
    notify_me(p1, 1);
    IS(receive_mask(NONE, EVENT_ALARM | 1, &m, 0), 0, "src NONE takes the kernel's");
    OK(is_event(&m, HARDWARE, EVENT_ALARM), "before a process's");
    IS(receive_mask(NONE, EVENT_ALARM | 1, &m, 0), 0, "and then");
    OK(is_event(&m, p1, 1), "the process's");
    sys_alarm(1000);
    IS(receive_mask(HARDWARE, EVENT_ALARM, &m, 0), 0, "a kernel event that was waited for");
    OK(is_event(&m, HARDWARE, EVENT_ALARM), "comes");
    sys_alarm(1000);
    IS(receive_mask(NONE, EVENT_ALARM, &m, 0), 0, "from NONE as well");
    OK(is_event(&m, HARDWARE, EVENT_ALARM) && nothing_left(), "and once");
}

/* What wakes a receiver that waits with a mask, and what does not. */
static void test_waiting(void)
{
    const struct partner_order order_5 = {
        .ecx = IPC_RECEIVE_EX, .eax = (uint32_t)p2, .ebx = PARTNER_BUFFER, .edx = 5};
    const struct partner_order order_none = {
        .ecx = IPC_RECEIVE_EX, .eax = NONE, .ebx = PARTNER_BUFFER, .edx = 8};
    struct partner_report report;
    message m = {0};

    order_all(p1, PARTNER_CALL, &order_5);
    comes_to(p1, PROCESS_RECEIVING, p2);
    order_silent(p2, IPC_NOTIFY_SET, p1, 0, 0xa);
    OK(comes_to(p1, PROCESS_RECEIVING, p2), "bits outside the mask do not wake");
    IS(ipc_notify(p1, 5), 0, "nor do another source's");
    OK(comes_to(p1, PROCESS_RECEIVING, p2), "of any kind");
    order_silent(p2, IPC_NOTIFY_SET, p1, 0, 0xf0 | 4);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.second == IPC_CAME_EVENTS && report.word0 == 4,
           "one that is in it does, and comes alone");
    order(p1, IPC_RECEIVE | IPC_NONBLOCK, p2, PARTNER_BUFFER, 0, 0);
    if (report_of(p1, &report))
        IS(report.word0, 0xfa, "the others were kept");
    order_all(p1, PARTNER_CALL, &order_none);
    comes_to(p1, PROCESS_RECEIVING, NONE);
    IS(ipc_call(IPC_SEND | IPC_NONBLOCK, p1, &m, 0, NULL), -ENOTREADY,
       "who receives from NONE takes no message");
    order(p2, IPC_SEND | IPC_TIMEOUT, p1, PARTNER_BUFFER, 3000, 0);
    IS(result_of(p2), -ETIMEDOUT, "whoever sends it");
    order_silent(p2, IPC_NOTIFY_SET, p1, 0, 9);
    if (report_of(p1, &report))
        OK(report.source == p2 && report.word0 == 8, "but events of anybody");
    order(p1, IPC_RECEIVE | IPC_NONBLOCK, p2, PARTNER_BUFFER, 0, 0);
    if (report_of(p1, &report))
        IS(report.word0, 1, "as far as the mask goes");
}

/* Sources take turns under a mask as without one. */
static void test_turns(void)
{
    const endpoint_t partners[] = {p1, p2, p3};
    unsigned served[3] = {0};
    message m;

    for (unsigned i = 0; i < 3; i++)
        order_silent(partners[i], IPC_NOTIFY_SET, me, 0, 3);
    for (unsigned round = 0; round < 9; round++) {
        if (receive_mask(round % 2 ? ANY : NONE, 1, &m, IPC_NONBLOCK))
            break;
        for (unsigned i = 0; i < 3; i++)
            if (m.m_source == partners[i]) {
                served[i]++;
                order_silent(partners[i], IPC_NOTIFY_SET, me, 0, 1);
            }
    }
    for (unsigned i = 0; i < 3; i++) {
        IS(served[i], 3, "masked events come in turn by source: source %u of 3", i);
        receive(partners[i], &m);
        OK(is_event(&m, partners[i], 3), "and the bit outside the mask was kept");
    }
}

static void test_errors(void)
{
    static const endpoint_t names[] = {ANY, NONE, HARDWARE, SYSTEM, SELF, 0, -1};
    message m = {0};
    uint32_t second = 0;

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        IS(ipc_notify(names[i], 1), -EINVAL, "ipc_notify to 0x%x", (unsigned)names[i]);
        if (i >= 3)
            IS(ipc_receive(names[i], 1, &m), -EINVAL, "ipc_receive from 0x%x", (unsigned)names[i]);
    }
    IS(ipc_notify(p1, 0), -EINVAL, "ipc_notify of nothing");
    IS(trap(IPC_NOTIFY_SET, (uint32_t)NEVER_BORN, NULL, 0, &second), -EDEADSRCDST,
       "EDEADSRCDST comes before the empty set");
    IS(second, NEVER_BORN, "and names the dead");
    IS(ipc_notify(me, 1), -ELOCKED, "ipc_notify to oneself");
    IS(ipc_receive(NEVER_BORN, 1, &m), -EDEADSRCDST, "ipc_receive from one never born");
    IS(ipc_receive(me, 1, &m), -ELOCKED, "ipc_receive from oneself");
    IS(ipc_receive(p1, 1, (message *)0x70000000), -EFAULT, "ipc_receive into nowhere");
    IS(ipc_receive(p1, 1, (message *)2), -EINVAL, "an unaligned ipc_receive");
    IS(ipc_call(IPC_RECEIVE_EX | IPC_TIMEOUT, p1, &m, 3000, NULL), -ETIMEDOUT,
       "ipc_receive times out");
    IS(ipc_call(IPC_RECEIVE_EX | IPC_TIMEOUT, NONE, &m, 0, NULL), -ETIMEDOUT,
       "ipc_receive from NONE without events sleeps");
}

void test_masked(void)
{
    test_sets();
    test_masks();
    test_messages();
    test_kernel_events();
    test_waiting();
    test_turns();
    test_errors();
}
