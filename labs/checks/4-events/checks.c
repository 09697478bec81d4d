/*
 * Lab 4's checks. The judge presses the buttons itself. Alarms come up to two milliseconds late,
 * and a sleep of the judge's ends as late; all times here leave room for that.
 */
#include "buttons.h"
#include "server.h"

#include <string.h>

#define PROMPT_US (QUIET_US / 4)
#define LATE_US   4000u

const char lab_server_name[] = "buttons";

static void press(uint32_t bits)
{
    lab_expect_alive();
    EXPECT(ipc_notify(lab_server, (long)bits) == 0, "the buttons can't be pressed");
}

static message request_for(int32_t type, uint32_t button, uint32_t seen)
{
    message m = {.m_type = type};

    *(struct buttons_request *)m.m_words = (struct buttons_request){button, seen};
    return m;
}

static uint32_t count_within(uint32_t button, uint32_t microseconds)
{
    message m = request_for(BUTTONS_READ, button, 0);
    const int status = lab_ask_within(&m, microseconds);

    EXPECT(status == 0, "read of button %u: %s", (unsigned)button, strerror(status));
    return ((struct buttons_answer *)m.m_words)->count;
}

static void expect_count(uint32_t button, uint32_t expected, const char *when)
{
    const uint32_t count = count_within(button, LAB_ANSWER_US);

    EXPECT(count == expected, "%s: button %u has count %u, expected %u", when, (unsigned)button,
           (unsigned)count, (unsigned)expected);
}

static void wait_at(unsigned client, uint32_t button, uint32_t seen)
{
    const message m = request_for(BUTTONS_WAIT, button, seen);

    lab_client_asks(client, &m);
}

static void expect_answered(unsigned client, uint32_t count, const char *when)
{
    message m;

    EXPECT(lab_client_answered(client, &m, LATE_US), "%s: client %u is not answered", when, client);
    EXPECT(m.m_type == 0, "%s: client %u is answered %s", when, client, strerror(m.m_type));
    EXPECT(m.m_words[0] == count, "%s: client %u is told count %u, expected %u", when, client,
           (unsigned)m.m_words[0], (unsigned)count);
}

static void expect_waiting(unsigned client, const char *when)
{
    message m;

    EXPECT(!lab_client_answered(client, &m, LATE_US),
           "%s: client %u is answered (%s), and should wait", when, client,
           m.m_type ? strerror(m.m_type) : "0");
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static void count(void)
{
    const uint32_t pressed = 1u << 0 | 1u << 2 | 1u << 7;
    message m = request_for(BUTTONS_READ, BUTTONS, 0);

    press(pressed);
    lab_sleep_until(lab_now() + QUIET_US + LATE_US);
    for (uint32_t button = 0; button < BUTTONS; button++)
        expect_count(button, pressed >> button & 1, "after one event with the buttons 0, 2 and 7");
    EXPECT(lab_ask(&m) == -EINVAL, "read of button %u: %s, expected %s", BUTTONS,
           strerror(m.m_type), strerror(-EINVAL));
    press(1u << 2);
    lab_sleep_until(lab_now() + QUIET_US + LATE_US);
    expect_count(2, 2, "after a second press");
}

static void bounce(void)
{
    for (unsigned i = 0; i < 5; i++) {
        press(1u << 3);
        lab_sleep_until(lab_now() + QUIET_US / 2);
        expect_count(3, 0, "while it is pressed every 10 ms");
    }
    lab_sleep_until(lab_now() + QUIET_US);
    expect_count(3, 1, "at rest again");
}

/* Button 0 rests at 20 ms, button 1 at 32; then the same with a press of 0 that postpones it. */
static void deadlines(void)
{
    const uint64_t start = lab_now();

    press(1u << 0);
    lab_sleep_until(start + 12000);
    press(1u << 1);
    lab_sleep_until(start + QUIET_US + LATE_US);
    expect_count(0, 1, "24 ms after its press");
    expect_count(1, 0, "12 ms after its press");
    lab_sleep_until(start + 12000 + QUIET_US + LATE_US);
    expect_count(1, 1, "24 ms after its press");

    const uint64_t again = lab_now();
    press(1u << 0 | 1u << 1);
    lab_sleep_until(again + 12000);
    press(1u << 0);
    lab_sleep_until(again + QUIET_US + LATE_US);
    expect_count(1, 2, "24 ms after its second press");
    expect_count(0, 1, "12 ms after its last press");
    lab_sleep_until(again + 12000 + QUIET_US + LATE_US);
    expect_count(0, 2, "24 ms after its last press");
}

static void prompt(void)
{
    press(1u << 5);
    lab_settle();
    EXPECT(count_within(5, PROMPT_US) == 0, "a press counts at once");
    EXPECT(count_within(4, PROMPT_US) == 0, "a press counts for another button");
}

static void forged(void)
{
    message m = {.m_type = IPC_EVENT_MESSAGE, .m_words = {1u << 1}};

    press(1u << 0);
    press(EVENT_ALARM | EVENT_DEATH | 1u << 8);
    lab_settle();
    expect_count(0, 0, "after a process has set bits 8, 24 and 25");
    EXPECT(lab_ask(&m) == -ENOSYS, "a request with the type of events: %s, expected %s",
           strerror(m.m_type), strerror(-ENOSYS));
    m = (message){.m_type = IPC_EVENT_MESSAGE, .m_words = {1u << 1}};
    EXPECT(ipc_call(IPC_SEND | IPC_TIMEOUT, lab_server, &m, LAB_ANSWER_US, NULL) == 0,
           "the server takes no plain send");
    lab_sleep_until(lab_now() + QUIET_US + LATE_US);
    expect_count(1, 0, "after messages with the type of events");
    expect_count(0, 1, "after one press");
}

static void wait(void)
{
    message m = request_for(BUTTONS_WAIT, 6, 77);

    EXPECT(lab_ask(&m) == 0 && m.m_words[0] == 0,
           "a wait that has seen another count: %s, count %u", strerror(m.m_type),
           (unsigned)m.m_words[0]);
    wait_at(0, 6, 0);
    wait_at(1, 6, 0);
    wait_at(2, 5, 0);
    press(1u << 6);
    expect_waiting(0, "before the button rests");
    lab_sleep_until(lab_now() + QUIET_US);
    expect_answered(0, 1, "when the button rests");
    expect_answered(1, 1, "when the button rests");
    expect_waiting(2, "when another button rests");
    press(1u << 5);
    lab_sleep_until(lab_now() + QUIET_US);
    expect_answered(2, 1, "when its button rests");
}

static void fill_places(void)
{
    for (unsigned client = 0; client < WAITERS_MAX; client++)
        wait_at(client, 1, 0);
    nap(LATE_US);
}

/* A client that is needed again asks, and has to be given a place. */
static void expect_place(unsigned client, const char *when)
{
    wait_at(client, 1, 0);
    expect_waiting(client, when);
}

static void gone(void)
{
    message m;

    fill_places();
    wait_at(WAITERS_MAX, 1, 0);
    EXPECT(lab_client_answered(WAITERS_MAX, &m, LATE_US) && m.m_type == -ENOSPC,
           "a wait with all places taken: expected %s", strerror(-ENOSPC));
    lab_client_dies(0);
    nap(LATE_US);
    expect_place(WAITERS_MAX, "after the death of one that waited");

    m = request_for(BUTTONS_WAIT, 1, 0);
    lab_client_dies(1);
    nap(LATE_US);
    for (unsigned i = 0; i < 2; i++) {
        message again = m;
        const int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, lab_server, &again, LATE_US, NULL);
        EXPECT(error == -EREPLYTIMEDOUT, "wait number %u of a client that gives up: %s", i + 1,
               strerror(error ? error : again.m_type));
    }
}

/* Two deaths and the alarm come while the server is about to take something else: one message. To a
   server that waits the first of them would be delivered alone. */
static void merged(void)
{
    fill_places();
    press(1u << 0);
    lab_settle();
    const uint64_t rests = lab_now() + QUIET_US;
    press(1u << BUTTONS);
    lab_client_dies(0);
    lab_client_dies(1);
    lab_hold_until(rests + LATE_US);
    nap(LATE_US);
    expect_count(0, 1, "after its alarm came together with deaths");
    expect_place(0, "after two deaths in one event");
    expect_place(1, "after two deaths in one event");
}

const struct lab_check lab_checks[] = {
    {"count", count},   {"bounce", bounce}, {"deadlines", deadlines},
    {"prompt", prompt}, {"forged", forged}, {"wait", wait},
    {"gone", gone},     {"merged", merged}, {NULL, NULL},
};
