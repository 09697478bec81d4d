/*
 * Order and fairness at a receiver: first come first served, events in turn by source, events and
 * messages alternating, kernel events first.
 */
#include "ipc.h"

static void test_fifo(void)
{
    const endpoint_t senders[] = {p3, p1, p4, p2};
    message m;
    unsigned right = 0;

    for (unsigned i = 0; i < 4; i++)
        order_and_wait(senders[i], i % 2 ? IPC_SEND_REC : IPC_SEND, me, (int32_t)(0x80 + i));
    for (unsigned i = 0; i < 4; i++) {
        receive(ANY, &m);
        if (m.m_type == PARTNER_REPORT) { /* of one that is through: not what is asked here */
            tap_note("a report came before sender %u", i);
            break;
        }
        right += m.m_source == senders[i] && message_is(&m, (int32_t)(0x80 + i));
    }
    IS(right, 4, "waiting senders are served first come first served");
    for (unsigned i = 1; i < 4; i += 2)
        send(senders[i], &m);
    for (unsigned i = 0; i < 4; i++)
        IS(result_of(senders[i]), 0, "and sender %u succeeded", i);
}

/* The one picked out of the middle leaves the rest in order. */
static void test_pick(void)
{
    message m;

    order_and_wait(p1, IPC_SEND, me, 0x91);
    order_and_wait(p2, IPC_SEND, me, 0x92);
    order_and_wait(p3, IPC_SEND, me, 0x93);
    receive(p2, &m);
    OK(m.m_source == p2 && message_is(&m, 0x92), "receive picks its source out of the middle");
    receive(ANY, &m);
    OK(m.m_source == p1 && message_is(&m, 0x91), "the first stays first");
    receive(ANY, &m);
    OK(m.m_source == p3 && message_is(&m, 0x93), "the last stays last");
    result_of(p1);
    result_of(p2);
    result_of(p3);
}

/* Whoever was served notifies again at once: everybody still gets every fourth turn. */
static void test_events_in_turn(void)
{
    const endpoint_t partners[] = {p1, p2, p3, p4};
    unsigned served[4] = {0};
    message m;

    for (unsigned i = 0; i < 4; i++)
        order_silent(partners[i], IPC_NOTIFY, me, 0, 0);
    for (unsigned round = 0; round < 12; round++) {
        if (ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL))
            break;
        for (unsigned i = 0; i < 4; i++)
            if (m.m_source == partners[i]) {
                served[i]++;
                order_silent(partners[i], IPC_NOTIFY, me, 0, 0);
            }
    }
    for (unsigned i = 0; i < 4; i++) {
        IS(served[i], 3, "events come in turn by source: source %u of 4", i);
        receive(partners[i], &m);
    }
}

/* One event is always pending and messages always wait: they alternate. */
static void test_alternate(void)
{
    unsigned twice = 0;
    unsigned messages = 0;
    int last = -1;
    message m;

    order_and_wait(p1, IPC_SEND, me, 0xa1);
    order_and_wait(p2, IPC_SEND, me, 0xa2);
    order_and_wait(p3, IPC_SEND, me, 0xa3);
    order_silent(p4, IPC_NOTIFY, me, 0, 0);
    for (unsigned round = 0; round < 8; round++) {
        receive(ANY, &m);
        int is_event = m.m_type == IPC_EVENT_MESSAGE;
        twice += is_event == last;
        last = is_event;
        messages += !is_event;
        if (is_event)
            order_silent(p4, IPC_NOTIFY, me, 0, 0);
        else
            nap(2000); /* the sender's report comes into the queue */
    }
    IS(twice, 0, "events and messages alternate");
    IS(messages, 4, "so that neither starves the other");
    while (messages < 6 && receive(ANY, &m) == 0)
        messages += m.m_type != IPC_EVENT_MESSAGE;
    while (ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL) == 0)
        ;
}

void test_order(void)
{
    test_fifo();
    test_pick();
    test_events_in_turn();
    test_alternate();
}
