/*
 * Alarms and timeouts are never early and at most a tick late, whoever runs; and equals share the
 * processor while rendezvous go on. Time is made of instructions here (-icount).
 */
#include "answerer.h"
#include "rendezvous.h"

#include <parley/ipc.h>

#define TICK_US  1001
#define SLACK_US 150 /* what the calls around it take */

static endpoint_t spinner;

static uint64_t now(void)
{
    uint64_t us = 0;
    sys_time(&us);
    return us;
}

static bool in_time(uint64_t began, uint32_t delay)
{
    const uint64_t took = now() - began;
    if (took >= delay && took <= delay + TICK_US + SLACK_US)
        return true;
    tap_note("%u us took %u us", (unsigned)delay, (unsigned)took);
    return false;
}

static bool alarm_in_time(uint32_t delay)
{
    message m;
    const uint64_t began = now();
    sys_alarm(delay);
    return ipc_call(IPC_RECEIVE, HARDWARE, &m, 0, NULL) == 0 && m.m_words[0] == EVENT_ALARM &&
           in_time(began, delay);
}

static bool timeout_in_time(uint32_t delay)
{
    message m;
    const uint64_t began = now();
    return ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, delay, NULL) == -ETIMEDOUT &&
           in_time(began, delay);
}

/* A far deadline, then a near one: the near one counts. */
static bool near_in_time(uint32_t delay)
{
    message m;
    sys_alarm(1000000);
    bool right = timeout_in_time(delay);
    const uint64_t began = now();
    right = right && ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, delay, NULL) == -ETIMEDOUT &&
            in_time(began, delay);
    sys_alarm(0);
    return right;
}

static void deadlines(const char *who)
{
    static const uint32_t delays[] = {1, 999, 1000, 1001, 1002, 2002, 3003, 7500};
    unsigned late = 0;
    for (unsigned i = 0; i < sizeof delays / sizeof delays[0]; i++) {
        late += !alarm_in_time(delays[i]);
        late += !timeout_in_time(delays[i]);
        late += !near_in_time(delays[i]);
    }
    IS(late, 0, "alarms and timeouts in time while %s", who);
}

static void long_ones(void)
{
    OK(timeout_in_time(1000001) && alarm_in_time(10500000),
       "seconds, more than the clock looks ahead, too");
}

/* The server's alarm comes while it and the judge do nothing but meet. */
static void while_they_meet(void)
{
    const endpoint_t server = start("inner", player_gate);
    message m = {.m_type = ANSWER};
    unsigned right = 0;
    ipc_request(server, &m);
    for (unsigned i = 0; i < 3; i++) {
        nap(1300 * i);
        const uint64_t began = now();
        m.m_type = ANSWER_SET_ALARM;
        call(IPC_REQUEST, (uint32_t)server, &m, 0, NULL);
        do {
            m.m_type = ANSWER;
            call(IPC_REQUEST, (uint32_t)server, &m, 0, NULL);
        } while (m.m_words[2] == 0 && now() - began < 100000);
        right += m.m_words[2] == EVENT_ALARM && in_time(began, ANSWER_ALARM_US);
    }
    IS(right, 3, "an alarm finds two that do nothing but meet");
    end(server);
}

static void meet(endpoint_t whom, bool by_request)
{
    question_fill(box_out, PLAY_ANSWER, 1);
    if (by_request)
        call(IPC_REQUEST, (uint32_t)whom, NULL, 0, NULL);
    else if (call(IPC_SEND, (uint32_t)whom, NULL, 0, NULL) == 0)
        call(IPC_RECEIVE, (uint32_t)whom, NULL, 0, NULL);
}

/* Who is asked runs on the asker's quantum, so the two have one share together. */
static void shares_of_requests(void)
{
    const endpoint_t equal = player("places", "server");
    OK(comes_to(equal, PROCESS_RECEIVING, ANY), "an equal waits");
    const endpoint_t rival = start("rival", "spinner");
    const uint32_t before = ticks_of(rival), own = ticks_of(self()) + ticks_of(equal);
    const uint64_t began = now();
    while (now() - began < 60000)
        for (unsigned i = 0; i < 20; i++)
            meet(equal, true);
    const uint32_t theirs = ticks_of(rival) - before;
    const uint32_t ours = ticks_of(self()) + ticks_of(equal) - own;
    tap_note("%u ticks beside %u", (unsigned)ours, (unsigned)theirs);
    OK(ours <= theirs + 25 && theirs <= ours + 25,
       "two that meet have one share, a third the other");
    end(rival);
    end(equal);
}

/* Whom a send wakes goes behind those who are ready: each round trip is two turns of the rival. */
static void shares_of_sends(void)
{
    const endpoint_t equal = player("second", "receiver");
    OK(comes_to(equal, PROCESS_RECEIVING, ANY), "an equal waits");
    const endpoint_t rival = start("rival", "spinner");
    const uint32_t before = ticks_of(rival);
    for (unsigned i = 0; i < 4; i++)
        meet(equal, false);
    const uint32_t theirs = ticks_of(rival) - before;
    tap_note("%u ticks of the rival", (unsigned)theirs);
    OK(theirs >= 73 && theirs <= 87, "four round trips by send are eight turns of a third");
    end(rival);
    end(equal);
}

void test_deadlines(void)
{
    deadlines("nobody runs");
    long_ones();
    spinner = start("idler", "spinner");
    deadlines("somebody runs");
    end(spinner);
    while_they_meet();
    places_begin();
    shares_of_requests();
    shares_of_sends();
}
