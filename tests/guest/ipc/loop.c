/*
 * 0xA0, a server's loop in one trap: ipc_reply, then ipc_receive. What the reply failed with stands
 * beside what the receive brings; what the receive fails with does not undo the reply.
 */
#include "ipc.h"

struct loop {
    endpoint_t client;
    uint32_t ticket;
    endpoint_t source;
    uint32_t events, flags, timeout;
};

static int reply_receive(const struct loop *l, message *m, uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)l->client,
        .ebx = (uint32_t)m,
        .ecx = IPC_REPLY_RECEIVE | l->flags | l->ticket << IPC_TICKET_SHIFT,
        .edx = l->events,
        .esi = l->timeout,
        .edi = (uint32_t)l->source,
    };

    ipc_trap(&r);
    if (second)
        *second = r.esi;
    return (int)r.eax;
}

/* A request of the partner's that the judge has taken. */
static struct loop owed(endpoint_t partner, endpoint_t source)
{
    message m;
    uint32_t second = 0;

    order_and_wait(partner, IPC_REQUEST, me, 0x300);
    trap(IPC_RECEIVE, (uint32_t)partner, &m, 0, &second);
    return (struct loop){.client = partner, .ticket = IPC_TICKET(second), .source = source};
}

static void expect_reply(endpoint_t client, int32_t tag, const char *what)
{
    struct partner_report report;

    if (report_of(client, &report))
        OK(report.result == 0 && report.second == IPC_CAME_REPLY && report.type == tag,
           "%s: the reply was delivered", what);
}

/* The client still waits; it is let go. */
static void expect_no_reply(struct loop l, const char *what)
{
    message m;

    OK(comes_to(l.client, PROCESS_AWAITING, me), "%s: nothing was delivered", what);
    message_fill(&m, 0x3ff);
    trap(IPC_REPLY | l.ticket << IPC_TICKET_SHIFT, (uint32_t)l.client, &m, 0, NULL);
    expect_reply(l.client, 0x3ff, "later");
}

static void test_row(void)
{
    message m;
    uint32_t second = 0;

    struct loop l = owed(p1, p2);
    order_and_wait(p2, IPC_REQUEST, me, 0x311);
    message_fill(&m, 0x312);
    IS(reply_receive(&l, &m, &second), 0, "reply, then receive what waits");
    OK(m.m_source == p2 && message_is(&m, 0x311), "into the message that was the reply");
    IS(IPC_CAME(second), IPC_CAME_REQUEST, "what came is a request");
    IS(IPC_BESIDE_ERROR(second), 0, "the reply did not fail");
    expect_reply(p1, 0x312, "0xA0");

    l = (struct loop){.client = p2, .ticket = IPC_TICKET(second), .source = p3};
    order_plain(p3, PARTNER_FLOOD, 1, (uint32_t)me);
    message_fill(&m, 0x313);
    IS(reply_receive(&l, &m, &second), 0, "reply, then wait for what comes");
    OK(m.m_source == p3 && message_is(&m, 1) && second == IPC_CAME_SEND, "a send");
    expect_reply(p2, 0x313, "0xA0 that waits");
    result_of(p3);

    l = owed(p1, ANY);
    l.events = 6;
    order_silent(p2, IPC_NOTIFY_SET, me, 0, 0xf);
    message_fill(&m, 0x314);
    IS(reply_receive(&l, &m, &second), 0, "reply, then receive with a mask");
    OK(m.m_source == p2 && m.m_words[0] == 6 && second == IPC_CAME_EVENTS,
       "takes the events that are in it");
    expect_reply(p1, 0x314, "0xA0 with a mask");
    receive(p2, &m);
    IS(m.m_words[0], 9, "the others stay");
}

/* The reply's error stands beside, and the receive happens. */
static void test_beside(void)
{
    const struct {
        endpoint_t client;
        int error;
        const char *what;
    } cases[] = {
        {NONE, EINVAL, "nobody to answer"}, {ANY, EINVAL, "ANY"},
        {SYSTEM, EINVAL, "SYSTEM"},         {-5, EINVAL, "a negative endpoint"},
        {0, EINVAL, "endpoint 0"},          {p2, ENOTREADY, "one that does not wait"},
        {me, ENOTREADY, "oneself"},         {NEVER_BORN, ENOTREADY, "one never born"},
    };
    message m;
    uint32_t second;

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct loop l = {.client = cases[i].client, .source = p1, .events = 1, .ticket = 7};
        order_silent(p1, IPC_NOTIFY, me, 0, 0);
        IS(reply_receive(&l, &m, &second), 0, "0xA0 to %s still receives", cases[i].what);
        IS(IPC_BESIDE_ERROR(second), cases[i].error, "and tells the reply's error beside");
        OK(IPC_CAME(second) == IPC_CAME_EVENTS && m.m_source == p1, "what came");
    }
    struct loop l = owed(p1, p2);
    l.ticket ^= 1;
    order_and_wait(p2, IPC_REQUEST, me, 0x321);
    IS(reply_receive(&l, &m, &second), 0, "a wrong ticket");
    OK(IPC_BESIDE_ERROR(second) == ENOTREADY && IPC_CAME(second) == IPC_CAME_REQUEST &&
           IPC_TICKET(second) != 0,
       "error, kind and the new ticket come together");
    l.ticket ^= 1;
    trap(IPC_REPLY | IPC_TICKET(second) << IPC_TICKET_SHIFT, (uint32_t)p2, &m, 0, NULL);
    result_of(p2);
    const struct loop idle = {.client = p2, .source = p3, .events = 1, .ticket = 1};
    order_plain(p3, PARTNER_FLOOD, 1, (uint32_t)me);
    IS(reply_receive(&idle, &m, &second), 0, "a failed reply before a receive that waits");
    OK(IPC_BESIDE_ERROR(second) == ENOTREADY && IPC_CAME(second) == IPC_CAME_SEND,
       "is told when that ends");
    result_of(p3);
    expect_no_reply(l, "a wrong ticket");
}

/* A receive that fails does not undo the reply, and its error says that one was delivered. */
static void test_receive_fails(void)
{
    message m;
    uint32_t second = 0;

    struct loop l = owed(p1, p2);
    l.flags = IPC_NONBLOCK;
    message_fill(&m, 0x331);
    IS(reply_receive(&l, &m, &second), -ENOTREADY, "NONBLOCK: nothing to receive");
    IS(second, p2, "the second result is the source");
    OK(message_is(&m, 0x331), "the message is left alone");
    expect_reply(p1, 0x331, "NONBLOCK");

    l = owed(p1, p2);
    l.flags = IPC_TIMEOUT;
    l.timeout = 3000;
    message_fill(&m, 0x332);
    IS(reply_receive(&l, &m, NULL), -EREPLYTIMEDOUT, "TIMEOUT after the reply was delivered");
    expect_reply(p1, 0x332, "TIMEOUT");
    l.ticket ^= 1;
    IS(reply_receive(&l, &m, NULL), -ETIMEDOUT, "TIMEOUT after one that was not");
    l = owed(p1, p2);
    l.flags = IPC_TIMEOUT;
    message_fill(&m, 0x333);
    IS(reply_receive(&l, &m, NULL), -EREPLYTIMEDOUT, "TIMEOUT 0 polls");
    expect_reply(p1, 0x333, "TIMEOUT 0");

    l = owed(p1, p2);
    order_and_wait(p2, IPC_RECEIVE, me, 0);
    message_fill(&m, 0x334);
    IS(reply_receive(&l, &m, &second), -ELOCKED, "the receive would close a ring");
    IS(second, p2, "the second result is the next member");
    expect_reply(p1, 0x334, "ELOCKED");
    send(p2, &m);
    result_of(p2);
}

/* What stands in the way of the receive is seen before the reply. */
static void test_before(void)
{
    static uint8_t pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
    static const message in_text;
    message m = {0};
    uint32_t second = 0;
    struct loop l = owed(p1, p2);

    IS(reply_receive(&l, (message *)0x70000000, &second), -EFAULT, "a bad message");
    IS(second, me, "is the caller's fault");
    IS(reply_receive(&l, (message *)2, NULL), -EINVAL, "an unaligned message");
    IS(reply_receive(&l, (message *)(uintptr_t)&in_text, NULL), -EFAULT, "a read-only message");
    IS(reply_receive(&l, NULL, NULL), -EFAULT, "NULL without boxes");
    const endpoint_t sources[] = {SYSTEM, SELF, 0, -1, NEVER_BORN, me};
    const int errors[] = {EINVAL, EINVAL, EINVAL, EINVAL, EDEADSRCDST, ELOCKED};
    for (unsigned i = 0; i < sizeof sources / sizeof *sources; i++) {
        struct loop bad = l;
        bad.source = sources[i];
        IS(reply_receive(&bad, &m, &second), -errors[i], "source 0x%x", (unsigned)sources[i]);
        IS(second, errors[i] == EDEADSRCDST ? sources[i] : me, "and whose fault it is");
    }
    expect_no_reply(l, "errors before the reply");

    unsigned right = 0;
    for (unsigned offset = PAGE_BYTES - 32; offset < PAGE_BYTES; offset += 4) {
        message *across = (message *)(pages + offset);
        struct partner_report report = {0};
        l = owed(p1, p2);
        order_and_wait(p2, IPC_SEND, me, (int32_t)offset);
        message_fill(across, 0x341);
        right += reply_receive(&l, across, NULL) == 0 && message_is(across, (int32_t)offset) &&
                 across->m_source == p2 && report_of(p1, &report) && report.type == 0x341;
        result_of(p2);
    }
    IS(right, 8, "reply from and receive into one message across two pages");
}

/* The boxes of all calls of two halves. They stay set, so this comes after what needs them unset.
 */
void test_loop_boxes(void)
{
    static message in;
    static message out;
    uint32_t second = 0;

    struct loop l = owed(p1, p2);
    in_outbox(&in, &out);
    order_and_wait(p2, IPC_REQUEST, me, 0x351);
    message_fill(&out, 0x352);
    IS(reply_receive(&l, NULL, &second), 0, "0xA0 with boxes");
    OK(message_is(&out, 0x352) && message_is(&in, 0x351) && in.m_source == p2,
       "replies from the out-box and receives into the in-box");
    expect_reply(p1, 0x352, "boxes");
    l = (struct loop){.client = p2, .ticket = IPC_TICKET(second), .source = ANY};
    message own;
    order_and_wait(p1, IPC_SEND, me, 0x353);
    message_fill(&own, 0x354);
    memset(&in, 0, sizeof in);
    IS(reply_receive(&l, &own, NULL), 0, "an explicit message with boxes set");
    OK(message_is(&own, 0x353) && in.m_type == 0 && message_is(&out, 0x352),
       "is both, and the boxes are left alone");
    expect_reply(p2, 0x354, "an explicit message");
    result_of(p1);

    IS(ipc_request(p1, (message *)0x70000000), -EFAULT, "ipc_request of nowhere");
    message_fill(&out, 0x355);
    order_all(p1, PARTNER_SERVE,
              &(struct partner_order){
                  .ecx = IPC_RECEIVE, .eax = ANY, .ebx = PARTNER_BUFFER, .tag = 0x356});
    IS(ipc_request(p1, NULL), 0, "ipc_request with boxes");
    OK(message_is(&out, 0x355) && message_is(&in, 0x357), "asks from the out-box into the in-box");
    struct partner_report report;
    if (report_of(p1, &report))
        IS(report.type, 0x355, "and it was the out-box that went");
    l = owed(p1, p2);
    message_fill(&out, 0x358);
    IS(trap(IPC_REPLY | l.ticket << IPC_TICKET_SHIFT, (uint32_t)p1, NULL, 0, NULL), 0,
       "ipc_reply with boxes");
    expect_reply(p1, 0x358, "the out-box");
    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    memset(&in, 0xff, sizeof in);
    IS(ipc_receive(p1, 1, NULL), 0, "ipc_receive with boxes");
    OK(in.m_source == p1 && in.m_words[0] == 1 && in.m_words[6] == 0, "into the in-box");
}

/* A partner in 0xA0 whose wait ends by cancel and by death. */
static void test_ends(void)
{
    struct partner_report report;

    for (unsigned delivered = 0; delivered < 2; delivered++) {
        endpoint_t doomed = partner_start("p5");
        order(p2, IPC_REQUEST, p1, PARTNER_BUFFER, 0, 0x361);
        comes_to(p2, PROCESS_REQUESTING, p1);
        order(p1, IPC_RECEIVE, p2, PARTNER_BUFFER, 0, 0);
        report_of(p1, &report);
        struct partner_order loop = {
            .ecx = IPC_REPLY_RECEIVE | (IPC_TICKET(report.second) + !delivered) << IPC_TICKET_SHIFT,
            .eax = (uint32_t)p2,
            .ebx = PARTNER_BUFFER,
            .edi = (uint32_t)doomed,
            .tag = 0x362,
        };
        order_all(p1, PARTNER_CALL, &loop);
        OK(comes_to(p1, PROCESS_RECEIVING, doomed), "a partner waits in 0xA0");
        if (delivered)
            end(doomed);
        else
            sys_cancel(p1, 0);
        IS(result_of(p1), delivered ? -EREPLYDEAD : -EINTR,
           delivered ? "the source's death after a reply: EREPLYDEAD"
                     : "a cancel without one: EINTR");
        if (delivered)
            expect_reply(p2, 0x362, "death");
        else
            sys_cancel(p2, 0), result_of(p2), end(doomed);
    }
    struct loop l = owed(p1, p2);
    expect_no_reply(l, "at the end");
}

void test_loop(void)
{
    test_row();
    test_beside();
    test_receive_fails();
    test_before();
    test_ends();
}
