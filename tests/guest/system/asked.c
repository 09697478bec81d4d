/*
 * What SYS_PROCESS says of the message with which a process waits: in every state that has one,
 * from wherever the process sent it, and to nobody who may not watch.
 */
#include "system.h"

#include <stddef.h>

#define BOXES 0 /* instead of a message, in an order */

static endpoint_t p2;     /* another with all rights */
static endpoint_t plooks; /* one that may look at processes, and not watch */

static const char *const place_names[] = {"boxes", "a message", "a message in two pages"};

/* p1 waits with the message that has this tag's pattern. */
static void expect_asked(enum process_state state, endpoint_t waits_for, int32_t tag,
                         const char *when, uint32_t place)
{
    struct process_info info;

    memset(&info, 0xa5, sizeof info);
    OK(comes_to(p1, state, waits_for) && describe(p1, &info), "%s, %s: it waits",
       place_names[place], when);
    IS(info.asked.m_source, p1, "%s, %s: the message is stamped", place_names[place], when);
    OK(message_is(&info.asked, tag), "%s, %s: and whole", place_names[place], when);
}

static void expect_nothing(const char *when)
{
    static const message nothing;
    struct process_info info;

    memset(&info, 0xa5, sizeof info);
    OK(comes_to(p1, PROCESS_RECEIVING, me) && describe(p1, &info), "%s: it waits for orders", when);
    OK(memcmp(&info.asked, &nothing, sizeof nothing) == 0, "%s: and asks nothing", when);
}

/* The tag of the message in p1's out-box, which it sends when it is told no other. */
static int32_t fill_out_box(int32_t tag)
{
    const struct partner_order o = {
        .ecx = IPC_IN_OUTBOX, .eax = USER_HEAP, .ebx = PARTNER_BUFFER, .tag = tag};

    IS(order_all(p1, PARTNER_CALL, &o) ? result_of(p1) : 1, 0, "p1 has boxes");
    return tag;
}

static void reply_to(endpoint_t client, uint32_t ticket)
{
    message m;

    message_fill(&m, 0x5eee);
    IS(ipc_reply_ticket(client, &m, ticket), 0, "the answer");
    IS(result_of(client), 0, "which it gets");
    expect_nothing("afterwards");
}

/* Queued first, taken after a while. */
static void test_queued(uint32_t call, uint32_t place, int32_t tag)
{
    const enum process_state queued = call == IPC_SEND       ? PROCESS_SENDING
                                      : call == IPC_SEND_REC ? PROCESS_CALLING
                                                             : PROCESS_REQUESTING;
    uint32_t second = 0;
    message m;

    if (place == BOXES)
        fill_out_box(tag);
    order(p1, call, me, place, 0, tag);
    expect_asked(queued, me, tag, "not taken yet", place);
    IS(trap(IPC_RECEIVE, (uint32_t)p1, &m, 0, &second), 0, "it is taken");
    if (call == IPC_SEND) {
        IS(result_of(p1), 0, "and over");
        expect_nothing("afterwards");
        return;
    }
    expect_asked(call == IPC_SEND_REC ? PROCESS_ANSWER : PROCESS_AWAITING, me, tag, "taken", place);
    reply_to(p1, IPC_TICKET(second));
}

/* p2 answers a request of plooks's and waits for the next with this message of its own: so the next
   one is the machine's own path's, where there is one, since neither side has ports. */
static void wait_openly(uint32_t place)
{
    const struct partner_order first = {
        .ecx = IPC_REQUEST, .eax = (uint32_t)p2, .ebx = PARTNER_BUFFER};
    struct partner_report report = {.second = 0};

    order(p2, IPC_RECEIVE, ANY, PARTNER_BUFFER, 0, 0);
    order_all(plooks, PARTNER_CALL_SILENT, &first);
    report_of(p2, &report);
    const struct partner_order open = {
        .ecx = IPC_REPLY_RECEIVE | IPC_TICKET(report.second) << IPC_TICKET_SHIFT,
        .eax = (uint32_t)plooks,
        .ebx = place,
        .edi = ANY,
    };
    order_all(p2, PARTNER_CALL, &open);
    OK(comes_to(p2, PROCESS_RECEIVING, ANY), "p2 waits for a request");
}

/* Taken at once. */
static void test_met(uint32_t place, uint32_t place_of_server, int32_t tag)
{
    struct partner_report report = {.result = 1};

    if (place == BOXES)
        fill_out_box(tag);
    wait_openly(place_of_server);
    order(p1, IPC_REQUEST, p2, place, 0, tag);
    report_of(p2, &report);
    IS(report.result, 0, "p2 gets it");
    IS(report.second & 0xffff, IPC_CAME_REQUEST, "as a request, and no error of its answer");
    expect_asked(PROCESS_AWAITING, p2, tag, "met", place);
    const struct partner_order reply = {
        .ecx = IPC_REPLY | IPC_TICKET(report.second) << IPC_TICKET_SHIFT,
        .eax = (uint32_t)p1,
        .ebx = PARTNER_BUFFER,
    };
    order_all(p2, PARTNER_CALL, &reply);
    IS(result_of(p2), 0, "p2 answers");
    IS(result_of(p1), 0, "p1 gets it");
    expect_nothing("afterwards");
}

/* Somebody looks at p1's wait and sends what stands there then; its m_type. */
static int32_t seen_by(endpoint_t looker)
{
    const uint32_t words[6] = {endpoint_slot(p1), USER_HEAP};
    message m = {.m_type = -1};

    IS(partner_asks(looker, SYS_PROCESS, words, NULL), 0, "somebody looks");
    order(looker, IPC_SEND, me, USER_HEAP + offsetof(struct process_info, asked), 0, 0);
    IS(receive(looker, &m), 0, "and says what it saw");
    IS(result_of(looker), 0, "at the place where it was put");
    return m.m_type;
}

static void test_rights(void)
{
    order(p1, IPC_SEND, me, PARTNER_BUFFER, 0, 0x77);
    expect_asked(PROCESS_SENDING, me, 0x77, "seen by the judge", PARTNER_BUFFER);
    IS(seen_by(p2), 0x77, "who may call SYS_TRACE sees the message");
    IS(seen_by(plooks), 0, "who may not does not");
    message m;
    IS(receive(p1, &m), 0, "it is taken");
    IS(result_of(p1), 0, "and over");
}

void test_asked(void)
{
    static const uint32_t calls[] = {IPC_SEND, IPC_SEND_REC, IPC_REQUEST};
    int32_t tag = 0x40;

    p2 = partner_start("p2");
    plooks = partner_start("plooks");
    expect_nothing("before");
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (uint32_t place = BOXES; place <= PARTNER_STRADDLE; place++)
            test_queued(calls[i], place, tag++);
    for (uint32_t place = BOXES; place <= PARTNER_STRADDLE; place++) {
        test_met(place, PARTNER_BUFFER, tag++);
        test_met(place, PARTNER_STRADDLE, tag++);
    }
    test_rights();
    end(p2);
    end(plooks);
}
