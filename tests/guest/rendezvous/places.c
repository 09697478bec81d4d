/*
 * Requests and answers with messages anywhere: in the boxes, in one piece, and cut by the end of a
 * page at each of their words, on either side or both, changing from call to call; and waits at
 * such places that something else ends.
 */
#include "rendezvous.h"

#include <abi/layout.h>
#include <string.h>

endpoint_t places_server;

/* The answer goes to where the question lay, but for the boxes. */
bool ask(int32_t type, unsigned here, unsigned there, uint32_t word0)
{
    static uint32_t seed;
    uint32_t second;
    message question;
    question_fill(&question, type | (int32_t)there, seed++);
    if (word0)
        question.m_words[0] = word0;
    place_put(here, &question);
    const message answer = answer_to(&question);
    return call(IPC_REQUEST, (uint32_t)places_server, place_pointer(here), 0, &second) == 0 &&
           second == IPC_CAME_REPLY && message_same(place_in(here), &answer) &&
           place_in(here)->m_source == places_server &&
           (here != PLACE_BOXES || message_same(box_out, &question)) && places_wrong(here) == 0;
}

struct play_report places_report(void)
{
    struct play_report r = {.wrong = ~0u};
    box_out->m_type = PLAY_REPORT;
    if (call(IPC_REQUEST, (uint32_t)places_server, NULL, 0, NULL) == 0)
        memcpy(&r, box_in->m_words, sizeof r);
    return r;
}

/* Twice, so that the server waits at that place by the machine's own doing. */
bool waits_at(unsigned there)
{
    return ask(PLAY_ANSWER, PLACE_BOXES, there, 0) && ask(PLAY_ANSWER, PLACE_BOXES, there, 0);
}

static unsigned to_each_place(int32_t type, unsigned here)
{
    unsigned right = 0;
    for (unsigned there = 0; there < PLACES; there++)
        right += ask(type, here, there, 0) + ask(type, here, there, 0);
    return right;
}

static void all_places(void)
{
    for (unsigned here = 0; here < PLACES; here++)
        IS(to_each_place(PLAY_ANSWER, here), 2 * PLACES,
           "from place %u to each place: question and answer whole", here);
    IS(places_report().wrong, 0, "and nothing beside the server's messages was written");
}

static void all_places_oddly(void)
{
    unsigned right = 0;
    oddly = true;
    for (unsigned here = 0; here < PLACES; here++)
        right += to_each_place(PLAY_ODDLY, here);
    oddly = false;
    IS(right, 2 * PLACES * PLACES, "the same with the direction flag set on both sides");
    IS(places_report().wrong, 0, "and nothing beside the server's messages was written");
}

static void from_call_to_call(void)
{
    unsigned right = 0;
    uint32_t state = 1;
    for (unsigned i = 0; i < 2000; i++) {
        state = state * 1664525 + 1013904223;
        right += ask(PLAY_ANSWER, (state >> 8) % PLACES, (state >> 16) % PLACES, 0);
    }
    IS(right, 2000, "both sides at another place from call to call");
    right = 0;
    for (unsigned here = 0; here < PLACES; here++)
        for (unsigned there = 0; there < PLACES; there++)
            right += ask(PLAY_BY_REPLY, here, there, 0) && ask(PLAY_ANSWER, here, there, 0);
    IS(right, PLACES * PLACES, "answers by ipc_reply in between");
    IS(places_report().wrong, 0, "nothing beside them was written");
}

/* What the server got instead of a request, at a place: that once and whole, and nothing beside. */
static bool got(unsigned there, endpoint_t source, uint32_t second, uint32_t word0)
{
    const bool goes_on = ask(PLAY_ANSWER, 3, there, 0);
    const struct play_report r = places_report();
    return goes_on && r.wrong == 0 && r.notes == 1 && r.source == source && r.second == second &&
           r.word0 == word0 && (second != IPC_CAME_EVENTS || r.word6 == 0);
}

static bool got_event(unsigned there)
{
    return waits_at(there) && ipc_notify(places_server, 0x50) == 0 &&
           got(there, self(), IPC_CAME_EVENTS, 0x50);
}

static bool got_alarm(unsigned there)
{
    if (!ask(PLAY_ALARM, PLACE_BOXES, there, 3000))
        return false;
    nap(6000);
    return got(there, HARDWARE, IPC_CAME_EVENTS, EVENT_ALARM);
}

static bool got_send(unsigned there)
{
    if (!waits_at(there))
        return false;
    question_fill(box_out, 0x7000, there);
    const uint32_t word0 = box_out->m_words[0];
    return call(IPC_SEND, (uint32_t)places_server, NULL, 0, NULL) == 0 &&
           got(there, self(), IPC_CAME_SEND, word0);
}

static bool got_nothing(unsigned there)
{
    if (!waits_at(there))
        return false;
    nap(3000);
    return ask(PLAY_ANSWER, 2, there, 0) && places_report().notes == 0;
}

static void ended_otherwise(void)
{
    static const unsigned places[] = {PLACE_BOXES, 1, 5, 8, PLACE_WHOLE};
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        const unsigned there = places[i];
        OK(got_event(there), "an event for one that waits at place %u", there);
        OK(got_alarm(there), "an alarm at place %u", there);
        OK(got_send(there), "a plain send to place %u", there);
        OK(got_nothing(there), "another's deadline leaves alone who waits at place %u", there);
    }
}

/* A question that is taken, and whose wait something else ends before the answer. */
static bool ended_by(int32_t type, uint32_t flags, int error, unsigned here, unsigned there)
{
    uint32_t second;
    message question;
    question_fill(&question, type | (int32_t)there, here);
    question.m_words[0] = 6000;
    place_put(here, &question);
    const message before = *place_in(here);
    return call(IPC_REQUEST | flags, (uint32_t)places_server, place_pointer(here), 2000, &second) ==
               -error &&
           second == (uint32_t)places_server &&
           memcmp(place_in(here), &before, sizeof before) == 0 && places_wrong(here) == 0;
}

/* Then the client, at whatever place, is answered there and nowhere else. */
static void ended_early(void)
{
    unsigned cancelled = 0, late = 0, intact = 0;
    for (unsigned here = 0; here < PLACES; here++) {
        const unsigned next = (here + 4) % PLACES, there = (here + 7) % PLACES;
        waits_at(there);
        cancelled += ended_by(PLAY_CANCEL, 0, EREPLYINTR, here, there);
        intact += ask(PLAY_ANSWER, next, there, 0) + ask(PLAY_ANSWER, here, there, 0);
        late += ended_by(PLAY_LATE, IPC_TIMEOUT, EREPLYTIMEDOUT, here, there);
        nap(10000);
        intact += ask(PLAY_ANSWER, next, there, 0) + ask(PLAY_ANSWER, here, there, 0);
    }
    IS(cancelled, PLACES, "a cancel ends the wait for an answer, from each place");
    IS(late, PLACES, "so does its deadline");
    IS(intact, 4 * PLACES, "the requests after it are answered where they lie");
    const struct play_report r = places_report();
    OK(r.wrong == 0 && r.notes == 0,
       "the server got nothing else, and nothing beside its messages");
}

static bool not_reached(endpoint_t dead, unsigned here)
{
    uint32_t who;
    return call(IPC_REQUEST, (uint32_t)dead, place_pointer(here), 0, &who) == -EDEADSRCDST &&
           who == (uint32_t)dead;
}

/* The server dies while the judge waits with a message in two pages. */
static void no_answer(void)
{
    uint32_t second;
    OK(waits_at(4), "the server waits");
    const uint32_t ran = ticks_of(places_server);
    message question;
    question_fill(&question, PLAY_DIE, 9);
    place_put(6, &question);
    IS(call(IPC_REQUEST, (uint32_t)places_server, place_pointer(6), 0, &second), -EREPLYDEAD,
       "the server dies with the question");
    IS(second, places_server, "and is named");
    OK(memcmp(place_in(6), &question, sizeof question) == 0 && places_wrong(6) == 0,
       "the question's words are as they were");
    /* Until another has that slot: none but it may be reached by an endpoint. */
    const endpoint_t dead = places_server;
    places_server = player_in_slot("places", "server", endpoint_slot(dead));
    IS(endpoint_slot(places_server), endpoint_slot(dead), "another in the slot of the dead");
    OK(ran > 2 && ticks_of(places_server) <= 1, "its ticks begin at 0");
    const unsigned theirs[] = {PLACE_BOXES, 3, PLACE_WHOLE};
    for (unsigned i = 0; i < 3; i++) {
        bool right = waits_at(theirs[i]);
        right = right && not_reached(dead, 5) && not_reached(dead, PLACE_WHOLE) &&
                not_reached(dead, PLACE_BOXES) && places_report().notes == 0;
        OK(right, "an endpoint of the dead does not reach who waits at place %u", theirs[i]);
    }
}

static int variable = 1;

/* See behind.ld: read-only, on the page behind the last that is written. */
static const char behind[PAGE_BYTES] __attribute__((section(".behind"), aligned(PAGE_BYTES))) = {1};

static void bad_pages(void)
{
    /* program.ld: constants end a page before what is written begins. */
    const uint32_t edge = (uint32_t)&variable & ~(PAGE_BYTES - 1);
    const struct {
        uint32_t end;
        const char *what;
    } bad[] = {{USER_STACK_TOP, "the second page missing"},
               {USER_END, "the second page the kernel's"},
               {USER_SERVERS, "both missing"},
               {edge, "the first page read-only"},
               {(uint32_t)behind, "the second page read-only"}};
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        unsigned refused = 0;
        for (unsigned words = 1; words < MESSAGE_WORDS; words++)
            refused += call(IPC_REQUEST, (uint32_t)places_server, (void *)(bad[i].end - 4 * words),
                            0, NULL) == -EFAULT;
        IS(refused, MESSAGE_WORDS - 1, "across two pages, %s", bad[i].what);
    }
    IS(call(IPC_REQUEST, (uint32_t)places_server, (char *)place_pointer(4) + 1, 0, NULL), -EINVAL,
       "unaligned across two pages");
    IS(places_report().notes, 0, "the server noticed nothing");
    OK(ask(PLAY_ANSWER, 4, 4, 0), "and answers");
}

static void with_work_between(void)
{
    unsigned right = 0;
    for (unsigned there = 0; there < PLACES; there++) {
        right += waits_at(there) && ask(PLAY_BAD_CALLS, there, there, 0) &&
                 ask(PLAY_ANSWER, 0, there, 0);
    }
    IS(right, PLACES, "bad calls before the answer, which is as it should be");
    IS(places_report().wrong, 0, "each was told EBADCALL and its own name, and kept its registers");
}

void test_places(void)
{
    places_server = player("places", "server");
    places_begin();
    all_places();
    all_places_oddly();
    from_call_to_call();
    ended_otherwise();
    ended_early();
    bad_pages();
    with_work_between();
    no_answer();
    all_places();
    end(places_server);
}
