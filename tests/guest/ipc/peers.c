/*
 * The faults that were found in the ancestor and in other microkernels, each by name. Some are
 * tested in passing elsewhere; here each is met on purpose.
 */
#include "ipc.h"

static void test_negative_targets(void)
{
    message m = {0};
    unsigned right = 0;
    unsigned asked = 0;

    for (int32_t target = -1024; target < 0; target++, asked += 3) {
        right += send(target, &m) == -EINVAL;
        right += ipc_call(IPC_RECEIVE | IPC_NONBLOCK, target, &m, 0, NULL) == -EINVAL;
        right += notify(target) == -EINVAL;
    }
    IS(right, asked, "peers: negative task numbers reach no queue");
    right = 0;
    for (uint32_t slot = 256; slot < 1000; slot++) {
        right += send(ENDPOINT(0, slot), &m) == -EDEADSRCDST;
        right += send(ENDPOINT(0x1fffff, slot), &m) == -EDEADSRCDST;
    }
    IS(right, 2 * 744, "peers: slots past the table reach no queue");
    for (uint32_t slot = 1000; slot < 1024; slot++) {
        int result = send(ENDPOINT(7, slot), &m);
        OK(result == -EINVAL || result == -EDEADSRCDST,
           "peers: slot %u of a later generation is nobody", (unsigned)slot);
    }
}

/* More interrupts than receives: each is either delivered or still pending, and the flag clears. */
static void test_interrupts_not_lost(void)
{
    message m;
    unsigned came = 0;

    for (unsigned i = 0; i < 20; i++) {
        sys_alarm(i % 2 ? 1 : 1000);
        came += ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, NULL) == 0;
    }
    IS(came, 20, "peers: each of many kernel events arrives");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "peers: and none of them stays set");
}

static void test_hardware_message_place(void)
{
    static message box;
    message own;

    in_outbox(&box, &box);
    memset(&box, 0, sizeof box);
    sys_alarm(1000);
    receive(HARDWARE, &own);
    OK(own.m_source == HARDWARE && box.m_source == 0,
       "peers: a kernel event lands in the buffer that the receive named");
    sys_alarm(1000);
    nap(10000);
    memset(&own, 0, sizeof own);
    receive(ANY, &own);
    OK(own.m_source == HARDWARE && box.m_source == 0, "peers: a pending one as well");
}

static void test_no_panic(void)
{
    message m = {0};

    IS(send(me, &m), -ELOCKED, "peers: self-send is an error and no panic");
    IS(send(p1, (message *)0xfffffffc), -EFAULT, "peers: a bad pointer is an error and no panic");
    IS(in_outbox((message *)0x100000, NULL), -EFAULT,
       "peers: in_outbox takes no physical address for a box");
    IS(in_outbox((message *)0xc0100000, (message *)0xc0100000), -EFAULT,
       "peers: in_outbox takes no kernel address for a box");
    IS(send(ANY, &m), -EINVAL, "peers: send(ANY) indexes nothing");
    OK(answers(p1), "peers: and the system answers");
}

/* Alone at the end of its quantum: everybody else sleeps, and it still runs. */
static void test_alone(void)
{
    uint64_t start_us = 0;
    uint64_t now = 0;
    struct process_info info;

    sys_time(&start_us);
    do
        sys_time(&now);
    while (now - start_us < 60000);
    describe(me, &info);
    OK(info.state == PROCESS_RUNNING, "peers: a process alone keeps running over its quantum");
}

static void test_aborted_sender(void)
{
    endpoint_t doomed = partner_start("p5");

    order_and_wait(p1, IPC_SEND, doomed, 1);
    end(doomed);
    IS(result_of(p1), -EDEADSRCDST, "peers: an aborted sender is woken, not just marked");
}

/* Whatever kind of receive the target is in. */
static void test_notify_closed_receiver(void)
{
    struct partner_report report;

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    notify(p1);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.source == me,
           "peers: a notification wakes a receiver that waits for its source alone");
}

/* The rest of an event message is zero, whatever the buffer and the kernel's stack had. */
static void test_no_stack_bytes(void)
{
    message m;
    unsigned zero = 0;

    for (unsigned i = 0; i < 3; i++) {
        memset(&m, 0xa5, sizeof m);
        if (i == 0)
            order_silent(p1, IPC_NOTIFY, me, 0, 0);
        else if (i == 1)
            sys_alarm(1);
        else
            m.m_type = SYS_TIME;
        if (i == 2 ? send_rec(SYSTEM, &m) : receive(i == 0 ? p1 : HARDWARE, &m))
            continue;
        zero += m.m_words[6] == 0 && m.m_words[5] == 0 && m.m_words[4] == 0;
    }
    IS(zero, 3, "peers: no kernel bytes come with a notification, an event or an answer");
}

static void test_nonblocking_receive(void)
{
    message m;

    order_and_wait(p1, IPC_SEND, me, 5);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, p1, &m, 0, NULL), 0,
       "peers: a non-blocking receive looks at the queue before it gives up");
    result_of(p1);
    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), 0, "peers: and at the events");
}

/* The highest source is served though the lowest notifies again and again. */
static void test_no_starvation(void)
{
    const endpoint_t low = p1 < p4 ? p1 : p4;
    const endpoint_t high = p1 < p4 ? p4 : p1;
    unsigned rounds = 0;
    message m = {0};

    order_silent(low, IPC_NOTIFY, me, 0, 0);
    order_silent(high, IPC_NOTIFY, me, 0, 0);
    while (rounds < 4 && m.m_source != high) {
        receive(ANY, &m);
        if (m.m_source == low)
            order_silent(low, IPC_NOTIFY, me, 0, 0);
        rounds++;
    }
    OK(rounds <= 2, "peers: lowest-id-first does not starve the others");
    while (ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL) == 0)
        ;
}

/* Nothing ends a send_rec between its halves: not an event, not an alarm, not another's message. */
static void test_between_halves(void)
{
    message m;
    struct partner_report report;

    order_and_wait(p1, IPC_SEND_REC, me, 6);
    receive(p1, &m);
    comes_to(p1, PROCESS_ANSWER, me);
    order_silent(p2, IPC_NOTIFY, p1, 0, 0);
    order(p3, IPC_SEND | IPC_TIMEOUT, p1, PARTNER_BUFFER, 5000, 7);
    IS(result_of(p3), -ETIMEDOUT, "peers: nobody slips between the halves of a send_rec");
    OK(comes_to(p1, PROCESS_ANSWER, me), "peers: it still waits");
    message_fill(&m, 8);
    send(p1, &m);
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == 8, "peers: for its answer");
}

void test_peers(void)
{
    test_negative_targets();
    test_interrupts_not_lost();
    test_hardware_message_place();
    test_no_panic();
    test_alone();
    test_aborted_sender();
    test_notify_closed_receiver();
    test_no_stack_bytes();
    test_nonblocking_receive();
    test_no_starvation();
    test_between_halves();
}
