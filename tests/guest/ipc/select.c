/*
 * ipc_select: which of several sources is ready; nothing is taken; everybody has his turn.
 */
#include "ipc.h"

static int select_flags(const struct ipc_select_pair *set, unsigned pairs, uint32_t flags,
                        uint32_t timeout, uint32_t *second)
{
    return trap(IPC_SELECT | flags, pairs, (void *)(uintptr_t)set, timeout, second);
}

/* Polls; 100 when nothing is ready. */
static int poll_set(const struct ipc_select_pair *set, unsigned pairs, uint32_t *second)
{
    int result = select_flags(set, pairs, IPC_TIMEOUT, 0, second);

    return result == -ETIMEDOUT ? 100 : result;
}

static void test_ready(void)
{
    const struct ipc_select_pair set[] = {
        {p1, 0}, {p2, 6}, {HARDWARE, EVENT_ALARM}, {ANY, 0x100}, {p4, 0}};
    uint32_t second = 0;
    message m;

    IS(select_flags(set, 3, IPC_TIMEOUT, 0, &second), -ETIMEDOUT, "nothing is ready: 0 polls");
    IS(second, ANY, "the second result is ANY");
    IS(select_flags(set, 3, IPC_NONBLOCK, 0, &second), -ENOTREADY, "nothing is ready: NONBLOCK");
    IS(second, ANY, "the second result is ANY");
    IS(select_flags(set, 5, IPC_TIMEOUT, 3000, NULL), -ETIMEDOUT, "nothing is ready: TIMEOUT");

    order_and_wait(p1, IPC_SEND, me, 0x401);
    IS(poll_set(set, 3, &second), 0, "a waiting send makes its pair ready");
    IS(second, IPC_CAME_SEND, "and is what would come");
    IS(poll_set(set, 3, NULL), 0, "it is not taken");
    IS(select_flags(set, 3, IPC_NONBLOCK, 0, NULL), 0, "as often as one asks");
    IS(poll_set(set + 1, 2, NULL), 100, "other pairs are not ready by it");
    IS(poll_set(set + 3, 1, &second), 0, "ANY is");
    receive(p1, &m);
    OK(message_is(&m, 0x401), "and the message is still whole");
    result_of(p1);

    order_and_wait(p1, IPC_SEND_REC, me, 0x402);
    poll_set(set, 3, &second);
    IS(second, IPC_CAME_SEND_REC, "a send_rec is told from a send");
    sys_cancel(p1, 0);
    result_of(p1);
    order_and_wait(p1, IPC_REQUEST, me, 0x403);
    poll_set(set, 3, &second);
    IS(second, IPC_CAME_REQUEST, "and a request, whose ticket comes when it is taken");
    sys_cancel(p1, 0);
    result_of(p1);
    IS(poll_set(set, 3, NULL), 100, "whoever leaves the queue is not ready any more");

    order_silent(p2, IPC_NOTIFY_SET, me, 0, 9);
    IS(poll_set(set, 3, NULL), 100, "events outside a pair's mask do not count");
    order_silent(p2, IPC_NOTIFY_SET, me, 0, 0x102);
    IS(poll_set(set, 3, &second), 1, "those within do");
    IS(second, IPC_CAME_EVENTS, "and are what would come");
    IS(poll_set(set + 3, 1, NULL), 0, "ANY has a mask as well");
    receive(p2, &m);
    IS(m.m_words[0], 0x10b, "none of them was taken");

    sys_alarm(1000);
    nap(20000);
    IS(poll_set(set, 3, &second), 2, "a kernel event makes HARDWARE ready");
    IS(second, IPC_CAME_EVENTS, "as events");
    receive(HARDWARE, &m);
    IS(poll_set(set, 5, NULL), 100, "nothing is left");
}

static void test_turns(void)
{
    const struct ipc_select_pair set[] = {{p1, 1}, {p2, 1}, {p3, 1}, {p4, 1}};
    unsigned right = 0;
    message m;

    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    order_silent(p3, IPC_NOTIFY, me, 0, 0);
    order_silent(p4, IPC_NOTIFY, me, 0, 0);
    int first = poll_set(set, 4, NULL);
    static const int next[] = {2, -1, 3, 0};
    for (unsigned i = 0; i < 9 && first >= 0 && first < 4; i++) {
        int index = poll_set(set, 4, NULL);
        right += index == next[first];
        first = index;
    }
    IS(right, 9, "the search goes onward from the pair that was returned last");
    receive(p1, &m);
    receive(p3, &m);
    receive(p4, &m);
}

static void test_dead(void)
{
    endpoint_t doomed = partner_start("p5");
    const struct ipc_select_pair set[] = {{p1, 1}, {doomed, 1}};
    struct partner_select order_dead = {
        .ecx = IPC_SELECT, .count = 2, .source = {p2, doomed}, .events = {1, 0}};
    struct partner_report report;
    uint32_t second = 0;

    IS(poll_set(set, 2, NULL), 100, "a living source is not ready by itself");
    order_select(p1, &order_dead);
    OK(comes_to(p1, PROCESS_SELECTING, ANY), "a partner waits in ipc_select");
    end(doomed);
    if (report_of(p1, &report))
        OK(report.result == 1 && report.second == EDEADSRCDST << IPC_ERROR_SHIFT,
           "a source's death wakes it");
    IS(poll_set(set, 2, &second), 1, "a dead source is ready");
    IS(IPC_BESIDE_ERROR(second), EDEADSRCDST, "with its error");
    IS(IPC_CAME(second), IPC_CAME_NOTHING, "and nothing to come");
    const struct ipc_select_pair never[] = {{NEVER_BORN, 0}};
    IS(poll_set(never, 1, NULL), 0, "so is one never born");
}

/* What wakes a process that waits in ipc_select. */
static void test_wakes(void)
{
    struct partner_select wait = {
        .ecx = IPC_SELECT, .count = 2, .source = {p2, p4}, .events = {0, 4}};
    struct partner_report report;
    message m;

    order_select(p1, &wait);
    comes_to(p1, PROCESS_SELECTING, ANY);
    order_silent(p4, IPC_NOTIFY_SET, p1, 0, 3);
    OK(comes_to(p1, PROCESS_SELECTING, ANY), "events outside the masks do not wake");
    order(p3, IPC_SEND | IPC_TIMEOUT, p1, PARTNER_BUFFER, 3000, 0);
    IS(result_of(p3), -ETIMEDOUT, "nor does another's message");
    order_silent(p4, IPC_NOTIFY_SET, p1, 0, 4);
    if (report_of(p1, &report))
        OK(report.result == 1 && report.second == IPC_CAME_EVENTS, "an event of a pair does");
    order(p1, IPC_RECEIVE, p4, PARTNER_BUFFER, 0, 0);
    if (report_of(p1, &report))
        IS(report.word0, 7, "and all are there to be received");

    static const uint32_t calls[] = {IPC_SEND, IPC_SEND_REC, IPC_REQUEST};
    for (unsigned i = 0; i < 3; i++) {
        order_select(p1, &wait);
        comes_to(p1, PROCESS_SELECTING, ANY);
        order(p2, calls[i], p1, PARTNER_BUFFER, 0, 0x411);
        if (report_of(p1, &report))
            OK(report.result == 0 && report.second == IPC_CAME_SEND + i,
               "call 0x%x to one that selects wakes it", (unsigned)calls[i]);
        order(p1, IPC_RECEIVE, p2, PARTNER_BUFFER, 0, 0);
        if (report_of(p1, &report))
            OK(report.result == 0 && report.type == 0x411 && IPC_CAME(report.second) == 1 + i,
               "and is there to be received");
        if (i) {
            order(p1, IPC_REPLY | IPC_TICKET(report.second) << IPC_TICKET_SHIFT, p2, PARTNER_BUFFER,
                  0, 0);
            IS(result_of(p1), 0, "and to be answered");
        }
        IS(result_of(p2), 0, "its caller goes on");
    }

    const struct ipc_select_pair alarm[] = {{p1, 0}, {HARDWARE, EVENT_ALARM}};
    sys_alarm(3000);
    IS(ipc_select(alarm, 2), 1, "an alarm wakes a select that waits for it");
    receive(HARDWARE, &m);
    const struct ipc_select_pair any[] = {{ANY, 0}};
    order_plain(p1, PARTNER_FLOOD, 1, (uint32_t)me);
    IS(ipc_select(any, 1), 0, "ANY waits for whoever comes");
    receive(ANY, &m);
    result_of(p1);
}

static void test_errors(void)
{
    static const endpoint_t bad[] = {NONE, SYSTEM, SELF, 0, -1, 0x3ff, (endpoint_t)0x80000400};
    static const unsigned counts[] = {0, 17, 256, 0x10000001, 0x20000000, 0xffffffff};
    struct ipc_select_pair set[16];
    uint32_t second = 0;

    for (unsigned i = 0; i < 16; i++)
        set[i] = (struct ipc_select_pair){i % 2 ? p1 : HARDWARE, 0};
    IS(poll_set(set, 16, NULL), 100, "16 pairs are legal");
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        IS(poll_set(set, counts[i], &second), -EINVAL, "%u pairs are not", counts[i]);
        IS(second, me, "and the caller is to blame");
    }
    IS(poll_set((struct ipc_select_pair *)4, 17, NULL), -EINVAL, "the count comes before the set");
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        set[3].source = bad[i];
        IS(poll_set(set, 4, &second), -EINVAL, "source 0x%x", (unsigned)bad[i]);
        IS(second, me, "is the caller's fault");
        IS(poll_set(set, 3, NULL), 100, "when it is in the set");
    }
    set[3].source = me;
    IS(poll_set(set, 4, &second), -ELOCKED, "oneself");
    IS(second, me, "and it says so");
}

static void test_memory(void)
{
    static uint8_t pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
    static const struct ipc_select_pair in_text[] = {{HARDWARE, 0}};
    static const uint32_t bad[] = {0,          4,          0x70000000,
                                   0xbffffff8, 0xc0000000, 0xc0100000,
                                   0xfffffff8, 0xfffffffc, USER_STACK_TOP - 4};
    uint32_t second = 0;
    unsigned right = 0;

    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        IS(poll_set((struct ipc_select_pair *)bad[i], 2, &second), -EFAULT, "a set at 0x%x",
           (unsigned)bad[i]);
        IS(second, me, "is the caller's fault");
    }
    for (unsigned i = 1; i < 4; i++)
        IS(poll_set((struct ipc_select_pair *)(pages + i), 1, NULL), -EINVAL,
           "a set that is not aligned");
    IS(poll_set(in_text, 1, NULL), 100, "a read-only set");
    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    for (unsigned offset = PAGE_BYTES - 64; offset <= PAGE_BYTES; offset += 4) {
        struct ipc_select_pair *set = (struct ipc_select_pair *)(pages + offset);
        for (unsigned i = 0; i < 8; i++)
            set[i] = (struct ipc_select_pair){i == 7 ? p1 : p2, 1};
        right += poll_set(set, 8, NULL) == 7;
    }
    IS(right, 17, "a set across two pages, at any word");
    message m;
    receive(p1, &m);
}

/* It may wait for whom it likes: others can still reach it. */
static void test_no_ring(void)
{
    struct partner_select wait = {.ecx = IPC_SELECT, .count = 1, .source = {p2}, .events = {1}};

    order_select(p1, &wait);
    comes_to(p1, PROCESS_SELECTING, ANY);
    order(p2, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    OK(comes_to(p2, PROCESS_RECEIVING, p1), "to wait for one that selects is no ring");
    sys_cancel(p1, 0);
    IS(result_of(p1), -EINTR, "a select is cancelled");
    sys_cancel(p2, 0);
    result_of(p2);
    wait.ecx |= IPC_TIMEOUT;
    wait.esi = 3000;
    order_select(p1, &wait);
    IS(result_of(p1), -ETIMEDOUT, "a select times out");
}

void test_select(void)
{
    test_ready();
    test_turns();
    test_dead();
    test_wakes();
    test_errors();
    test_memory();
    test_no_ring();
}
