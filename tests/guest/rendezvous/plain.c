/*
 * Plain sends to processes that wait in a plain receive, and who runs when. The judge, `second` and
 * `third` have one priority, `above` a better one and `below` a worse one.
 */
#include "rendezvous.h"

#include <string.h>

#define A_TICKET (1u << IPC_TICKET_SHIFT)

static endpoint_t second, third, above, below;

static int send_to(endpoint_t whom, int32_t type, uint32_t word0)
{
    question_fill(box_out, type, 1);
    box_out->m_words[0] = word0;
    return call(IPC_SEND, (uint32_t)whom, NULL, 0, NULL);
}

/* The player receives from that source next, at that place. */
static void let_receive(endpoint_t whom, endpoint_t source, unsigned place)
{
    OK(send_to(whom, PLAY_SOURCE | (int32_t)place, (uint32_t)source) == 0 &&
           comes_to(whom, PROCESS_RECEIVING, source),
       "a player receives from %d at place %u", (int)source, place);
}

/* A send, and a receive of what the player sends back. */
static bool there_and_back(unsigned here, unsigned there, endpoint_t source)
{
    static uint32_t seed = 100;
    uint32_t came;
    message question;
    question_fill(&question, (oddly ? PLAY_ODDLY : PLAY_ANSWER) | (int32_t)there, seed++);
    place_put(here, &question);
    const message answer = answer_to(&question);
    if (call(IPC_SEND, (uint32_t)second, place_pointer(here), 0, &came) != 0 || came != 0 ||
        memcmp(place_out(here), &question, sizeof question) != 0)
        return false;
    return call(IPC_RECEIVE, (uint32_t)source, place_pointer(here), 0, &came) == 0 &&
           came == IPC_CAME_SEND && message_same(place_in(here), &answer) &&
           place_in(here)->m_source == second && places_wrong(here) == 0;
}

static struct play_report report_of_player(endpoint_t whom)
{
    struct play_report r = {.wrong = ~0u};
    if (send_to(whom, PLAY_REPORT, 0) == 0 && call(IPC_RECEIVE, (uint32_t)whom, NULL, 0, NULL) == 0)
        memcpy(&r, box_in->m_words, sizeof r);
    return r;
}

static unsigned between_all_places(void)
{
    unsigned right = 0;
    for (unsigned here = 0; here < PLACES; here++)
        for (unsigned there = 0; there < PLACES; there++)
            right += there_and_back(here, there, second) + there_and_back(here, there, ANY);
    return right;
}

struct counts {
    uint32_t sent, received;
};

static struct counts counts_of(endpoint_t process)
{
    struct process_info info = {0};
    describe(process, &info);
    return (struct counts){info.messages_sent, info.messages_received};
}

/* What the looking itself adds is found by looking twice. */
static void counted(void)
{
    const endpoint_t both[] = {self(), second};
    struct counts looks[3][2];
    for (unsigned look = 0; look < 3; look++) {
        for (unsigned i = 0; look == 2 && i < PLACES; i++)
            there_and_back(i, i, second);
        for (unsigned i = 0; i < 2; i++)
            looks[look][i] = counts_of(both[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        const struct counts *a = &looks[0][i], *b = &looks[1][i], *c = &looks[2][i];
        IS(c->sent - b->sent - (b->sent - a->sent), PLACES, "%s sent so many",
           i ? "the player" : "the judge");
        IS(c->received - b->received - (b->received - a->received), PLACES, "and received as many");
    }
}

static void there_and_back_again(void)
{
    for (unsigned from = 0; from < 2; from++) {
        let_receive(second, from ? self() : ANY, PLACE_BOXES);
        IS(between_all_places(), 2 * PLACES * PLACES,
           "sent there and back, to one who receives from %s", from ? "the judge" : "anybody");
    }
    counted();
    oddly = true;
    IS(between_all_places(), 2 * PLACES * PLACES, "the same with the direction flag set");
    oddly = false;
    OK(there_and_back(PLACE_BOXES, PLACE_BOXES, second) && ipc_notify(second, 'n') == 0 &&
           comes_to(second, PROCESS_RECEIVING, self()) && marked("n"),
       "who waits behind its own send gets events, too");
    let_receive(second, ANY, PLACE_BOXES);
    IS(report_of_player(second).wrong, 0, "nothing beside the messages was written");
}

/* The state in which the last send left the player. */
static uint32_t state_of(endpoint_t whom)
{
    struct process_info info;
    return describe(whom, &info) ? info.state : PROCESS_FREE;
}

/* A check's own line enters the kernel: it comes behind what it is about. */
static void sent_leaves(endpoint_t whom, uint32_t mark, uint32_t state, const char *what)
{
    const int result = send_to(whom, PLAY_MARK, mark);
    const uint32_t left_in = state_of(whom);
    IS(result == 0 ? left_in : ~0u, state, "%s", what);
}

static void who_runs(void)
{
    sent_leaves(above, 'a', PROCESS_RECEIVING, "a send to a better one: it runs at once");
    sent_leaves(second, 'b', PROCESS_READY, "a send to an equal one: it is ready");
    sent_leaves(below, 'c', PROCESS_READY, "a send to a worse one: it is ready");
    nap(3000);
    OK(marked("abc"), "and they ran in that order");
}

static void order_among_equals(void)
{
    send_to(second, PLAY_MARK, '2');
    send_to(third, PLAY_MARK, '3');
    nap(3000);
    OK(marked("23"), "two sends, then a wait: first come, first served");
    send_to(third, PLAY_MARK, '3');
    send_to(second, PLAY_MARK, '2');
    nap(3000);
    OK(marked("32"), "the other way round as well");
    ipc_notify(third, 't');
    send_to(second, PLAY_ANSWER, 0);
    call(IPC_RECEIVE, (uint32_t)second, NULL, 0, NULL);
    OK(marked("t"), "one who was ready before runs before the receiver");
    send_to(second, PLAY_MARK, '2');
    ipc_notify(third, 't');
    nap(3000);
    OK(marked("2t"), "one who is ready after it runs after it");
    send_to(below, PLAY_MARK, 'w');
    send_to(second, PLAY_MARK, '2');
    nap(3000);
    OK(marked("2w"), "a worse one who was ready before does not");
    send_to(second, PLAY_MARK, '2');
    send_to(second, PLAY_MARK, '4');
    nap(3000);
    OK(marked("24"), "two sends to the same one: the second waits");
    send_to(second, PLAY_MARK, '2');
    const uint32_t looked_at = state_of(second);
    send_to(second, PLAY_MARK, '4');
    nap(3000);
    OK(looked_at == PROCESS_READY && marked("24"), "also when the kernel was entered between them");
    send_to(second, PLAY_ANSWER, 0);
    IS(call(IPC_RECEIVE | IPC_NONBLOCK, (uint32_t)second, NULL, 0, NULL), -ENOTREADY,
       "a send, and a receive that may not wait: it does not");
    IS(call(IPC_RECEIVE | A_TICKET, (uint32_t)second, NULL, 0, NULL), -EBADCALL,
       "nor one with a ticket, which is no call");
    IS(call(IPC_RECEIVE, (uint32_t)second, NULL, 0, NULL), 0, "the usual one gets the answer");
    question_fill(box_out, PLAY_MARK, 0);
    IS(call(IPC_SEND | A_TICKET, (uint32_t)second, NULL, 0, NULL), -EBADCALL,
       "a send with a ticket is no call, though somebody waits for it");
    nap(3000);
    OK(marked(""), "and nobody gets it");
}

static void somebody_else(void)
{
    let_receive(second, below, PLACE_BOXES);
    send_to(below, PLAY_WAKE, (uint32_t)second);
    IS(send_to(second, PLAY_MARK, 'j'), 0, "a send to one who waits for another");
    nap(3000);
    OK(marked("@wj"), "waits until that one has been received from");
}

/* The player waits for the judge, by the kernel's doing or behind a send of its own by the
   machine's; an equal sends to it meanwhile. */
static void for_the_judge_alone(bool by_machine)
{
    const char *how = by_machine ? "behind its own send" : "by itself";
    let_receive(second, self(), PLACE_BOXES);
    OK(!by_machine || there_and_back(PLACE_BOXES, PLACE_BOXES, second),
       "a player waits for the judge %s", how);
    send_to(third, PLAY_WAKE, (uint32_t)second);
    nap(3000);
    OK(marked(""), "who waits %s gets nothing from another", how);
    send_to(second, PLAY_MARK, 'j');
    nap(3000);
    OK(marked("j@w"), "until the judge has sent, %s", how);
}

static void dead_and_reborn(void)
{
    uint32_t who;
    const endpoint_t dead = third;
    end(third);
    question_fill(box_out, PLAY_MARK, 0);
    IS(call(IPC_SEND, (uint32_t)dead, NULL, 0, &who), -EDEADSRCDST, "a send to a dead one");
    IS(who, dead, "which is named");
    third = player_in_slot("third", "receiver", endpoint_slot(dead));
    OK(endpoint_slot(third) == endpoint_slot(dead) && comes_to(third, PROCESS_RECEIVING, ANY),
       "another in its slot receives");
    IS(call(IPC_SEND, (uint32_t)dead, NULL, 0, &who), -EDEADSRCDST, "the dead one is not reached");
    IS(who, dead, "and is named");
    send_to(second, PLAY_ANSWER, 0);
    IS(call(IPC_RECEIVE, (uint32_t)dead, NULL, 0, &who), -EDEADSRCDST,
       "a receive from the dead one does not wait, though somebody was woken");
    IS(call(IPC_RECEIVE, (uint32_t)second, NULL, 0, &who), 0, "the woken one's answer comes");
}

/* Until the alarm that has been set is over; without a wait. */
static void spin(uint32_t us)
{
    uint64_t began = 0, now = 0;
    sys_time(&began);
    while (now < began + us)
        sys_time(&now);
}

static void events_first(void)
{
    uint32_t came;
    sys_alarm(500);
    spin(3000);
    send_to(second, PLAY_ANSWER, 0);
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_EVENTS &&
           box_in->m_source == HARDWARE && box_in->m_words[0] == EVENT_ALARM,
       "an event is pending when somebody is woken: it comes first");
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_SEND &&
           box_in->m_source == second,
       "then the message");
    IS(send_to(below, PLAY_WAKE, (uint32_t)self()), 0, "somebody notifies, then sends");
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_EVENTS, "the event comes");
    IS(send_to(second, PLAY_ANSWER, 0), 0, "it is a message's turn");
    OK(call(IPC_RECEIVE, (uint32_t)second, NULL, 0, &came) == 0 && came == IPC_CAME_SEND,
       "one comes by name");
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_SEND &&
           box_in->m_source == below,
       "the other from anybody");
}

/* After an event from ANY a message's turn is next, and after that an event's again. */
static void turns(void)
{
    uint32_t came;
    send_to(below, PLAY_WAKE, (uint32_t)self());
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_EVENTS, "an event's turn");
    OK(call(IPC_RECEIVE, (uint32_t)below, NULL, 0, &came) == 0 && came == IPC_CAME_SEND,
       "a message by name is nobody's turn");
    send_to(second, PLAY_ANSWER, 0);
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_SEND, "a message's turn");
    send_to(below, PLAY_WAKE, (uint32_t)self());
    nap(3000);
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_EVENTS,
       "an event's turn again, though both are there");
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && came == IPC_CAME_SEND, "and a message's");
    send_to(second, PLAY_ANSWER, 0);
    send_to(third, PLAY_ANSWER, 0);
    nap(3000);
    OK(call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && box_in->m_source == second &&
           call(IPC_RECEIVE, ANY, NULL, 0, &came) == 0 && box_in->m_source == third,
       "two that queue: first come, first served");
}

/* `mute` may not send, `deaf` not receive, `stray` not address the receiver; none may have the time
   but `stray`; `deaf` may not echo. */
static void permissions(void)
{
    static const struct {
        const char *name, *marks;
    } weak[] = {{"mute", "T-0P"}, {"deaf", "0!TTP"}, {"stray", "C-00"}};
    for (unsigned i = 0; i < sizeof weak / sizeof weak[0]; i++) {
        OK(comes_to(second, PROCESS_RECEIVING, ANY), "a receiver waits");
        const endpoint_t process = start(weak[i].name, "weak second");
        OK(comes_to_die(process), "%s is through", weak[i].name);
        OK(marked(weak[i].marks), "%s may do what it may", weak[i].name);
    }
}

/* A request from the boxes, answered as it should be. */
static bool asked(endpoint_t server, int32_t type, uint32_t word0)
{
    static uint32_t seed = 5000;
    question_fill(box_out, type, seed++);
    box_out->m_words[0] = word0;
    const message answer = answer_to(box_out);
    return call(IPC_REQUEST, (uint32_t)server, NULL, 0, NULL) == 0 &&
           message_same(box_in, &answer) && box_in->m_source == server;
}

/* A server that sends between a request and its answer; after how long what it sent is there. */
static void a_send_between(const char *name, endpoint_t whom, uint32_t after)
{
    const endpoint_t server = player(name, "server");
    unsigned right = 0, sent = 0;
    marked("");
    for (unsigned i = 0; i < 8; i++) {
        right += asked(server, PLAY_SEND_FIRST, (uint32_t)whom);
        if (after)
            nap(after);
        sent += marked("s");
    }
    IS(right, 8, "%s sends before it answers: the answer comes all the same", name);
    IS(sent, 8, "and so does what was sent, %s",
       after ? "in its turn" : "before the client goes on");
    end(server);
}

/* The machine wakes the judge by the player's send; then the judge waits, and the kernel is
 * entered. */
static void woken_by_a_send(void)
{
    const endpoint_t server = player("places", "server");
    unsigned woken = 0, right = 0;
    for (unsigned i = 0; i < 8; i++) {
        question_fill(box_out, PLAY_ANSWER, i);
        woken += call(IPC_SEND | IPC_NONBLOCK, (uint32_t)second, NULL, 0, NULL) == 0 &&
                 call(IPC_RECEIVE, (uint32_t)second, NULL, 0, NULL) == 0;
        right += asked(server, PLAY_ALARM, 0);
    }
    IS(woken, 8, "what the kernel has woken sends back");
    IS(right, 8, "a request of whom the machine has woken so waits for its answer");
    end(server);
}

void test_plain(void)
{
    second = player("second", "receiver");
    third = player("third", "receiver");
    above = player("above", "receiver");
    below = player("below", "receiver");
    places_begin();
    OK(comes_to(second, PROCESS_RECEIVING, ANY) && comes_to(third, PROCESS_RECEIVING, ANY) &&
           comes_to(above, PROCESS_RECEIVING, ANY) && comes_to(below, PROCESS_RECEIVING, ANY),
       "four receivers wait");
    marked(""); /* begins with the scribe */
    there_and_back_again();
    who_runs();
    order_among_equals();
    dead_and_reborn();
    events_first();
    turns();
    permissions();
    a_send_between("places", second, 2000);
    a_send_between("beside", above, 0);
    woken_by_a_send();
    somebody_else();
    for_the_judge_alone(false);
    for_the_judge_alone(true);
    end(second);
    end(third);
    end(above);
    end(below);
}
