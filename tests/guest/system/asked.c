/*
 * What SYS_PROCESS says of the message with which a process waits: in every state that has one,
 * from wherever the process sent it, and to nobody who may not watch.
 */
#include "system.h"

#include <stddef.h>

#define BOXES 0 /* instead of a message, in an order */

static const char *const place_names[] = {"boxes", "a message", "a message in two pages"};

/* p1 waits with the message that has this tag's pattern. */
static void expect_asked(enum process_state state, int32_t tag, const char *when, uint32_t place)
{
    struct process_info info;

    memset(&info, 0xa5, sizeof info);
    OK(comes_to(p1, state, me) && describe(p1, &info), "%s, %s: it waits", place_names[place],
       when);
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
    expect_asked(queued, tag, "not taken yet", place);
    IS(trap(IPC_RECEIVE, (uint32_t)p1, &m, 0, &second), 0, "it is taken");
    if (call == IPC_SEND) {
        IS(result_of(p1), 0, "and over");
        expect_nothing("afterwards");
        return;
    }
    expect_asked(call == IPC_SEND_REC ? PROCESS_ANSWER : PROCESS_AWAITING, tag, "taken", place);
    reply_to(p1, IPC_TICKET(second));
}

/* Taken at once: where the machine has a path of its own for that, by it. */
static void test_met(uint32_t place, bool with_boxes, int32_t tag)
{
    static message in, out, m;
    uint32_t second = 0;

    if (place == BOXES)
        fill_out_box(tag);
    IS(in_outbox(&in, &out), 0, "the judge has boxes");
    order(p1, IPC_REQUEST, me, place, 0, tag);
    struct ipc_registers r = {.eax = NONE,
                              .ebx = with_boxes ? 0 : (uint32_t)&m,
                              .ecx = IPC_REPLY_RECEIVE,
                              .edx = 0,
                              .edi = ANY};
    ipc_trap(&r);
    second = r.esi;
    IS(r.eax, 0, "the judge waited for it");
    expect_asked(PROCESS_AWAITING, tag, with_boxes ? "met by boxes" : "met by a message", place);
    reply_to(p1, IPC_TICKET(second));
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
    endpoint_t watcher = partner_start("p2"), looker = partner_start("plooks");

    order(p1, IPC_SEND, me, PARTNER_BUFFER, 0, 0x77);
    expect_asked(PROCESS_SENDING, 0x77, "seen by the judge", PARTNER_BUFFER);
    IS(seen_by(watcher), 0x77, "who may call SYS_TRACE sees the message");
    IS(seen_by(looker), 0, "who may not does not");
    message m;
    IS(receive(p1, &m), 0, "it is taken");
    IS(result_of(p1), 0, "and over");
    end(watcher);
    end(looker);
}

void test_asked(void)
{
    static const uint32_t calls[] = {IPC_SEND, IPC_SEND_REC, IPC_REQUEST};
    int32_t tag = 0x40;

    expect_nothing("before");
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++)
        for (uint32_t place = BOXES; place <= PARTNER_STRADDLE; place++)
            test_queued(calls[i], place, tag++);
    for (uint32_t place = BOXES; place <= PARTNER_STRADDLE; place++) {
        test_met(place, true, tag++);
        test_met(place, false, tag++);
    }
    test_rights();
}
