/*
 * Lab 4: the server of the buttons. Its protocol: buttons.h.
 *
 * What always holds: the kernel's alarm is set for the button that comes to rest first, if any is
 * in motion; and every place of a waiter that is taken belongs to a process that is watched. No
 * event is a count: each says only that something is to be looked at, and then all of it is.
 */
#include "buttons.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdbool.h>

static struct button {
    uint32_t count;
    bool in_motion;
    uint64_t rests; /* when it has come to rest, if nobody presses it before */
} buttons[BUTTONS];

static struct waiter {
    endpoint_t client; /* NONE: the place is free */
    uint32_t ticket;
    uint32_t button;
} waiters[WAITERS_MAX];

/* ---- Who waits ------------------------------------------------------------------------------- */

static struct waiter *waiter_of(endpoint_t client)
{
    for (unsigned i = 0; i < WAITERS_MAX; i++)
        if (waiters[i].client == client)
            return &waiters[i];
    return NULL;
}

static void forget(endpoint_t client)
{
    struct waiter *waiter = waiter_of(client);

    if (waiter)
        waiter->client = NONE;
}

static void answer_waiters(uint32_t button)
{
    for (unsigned i = 0; i < WAITERS_MAX; i++) {
        if (waiters[i].client == NONE || waiters[i].button != button)
            continue;
        message m = {.m_words = {buttons[button].count}};
        (void)ipc_reply_ticket(waiters[i].client, &m, waiters[i].ticket);
        (void)sys_watch(waiters[i].client, false);
        waiters[i].client = NONE;
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void set_alarm(uint64_t now)
{
    uint64_t first = UINT64_MAX;

    for (unsigned i = 0; i < BUTTONS; i++)
        if (buttons[i].in_motion && buttons[i].rests < first)
            first = buttons[i].rests;
    if (first != UINT64_MAX)
        (void)sys_alarm(first > now ? first - now : 1);
}

static void press(uint32_t bits)
{
    uint64_t now = 0;

    (void)sys_time(&now);
    for (unsigned i = 0; i < BUTTONS; i++) {
        if (!(bits & 1u << i))
            continue;
        buttons[i].in_motion = true;
        buttons[i].rests = now + QUIET_US;
    }
    set_alarm(now);
}

static void count_rested(void)
{
    uint64_t now = 0;

    (void)sys_time(&now);
    for (unsigned i = 0; i < BUTTONS; i++) {
        if (!buttons[i].in_motion || buttons[i].rests > now)
            continue;
        buttons[i].in_motion = false;
        buttons[i].count++;
        answer_waiters(i);
    }
    set_alarm(now);
}

static void take_events(endpoint_t source, uint32_t bits)
{
    struct system_death death;

    if (source != HARDWARE) {
        press(bits);
        return;
    }
    if (bits & EVENT_ALARM)
        count_rested();
    if (bits & EVENT_DEATH) {
        while (sys_death(&death) == 0)
            forget(death.endpoint);
    }
}

/* ---- Requests -------------------------------------------------------------------------------- */

#define LATER 1

static int wait_for(const message *m, uint32_t ticket)
{
    const struct buttons_request request = *(const struct buttons_request *)m->m_words;

    forget(m->m_source); /* a client waits once: it has given up the former wait */
    struct waiter *place = waiter_of(NONE);
    if (!place)
        return -ENOSPC;
    const int error = sys_watch(m->m_source, true);
    if (error < 0)
        return error;
    *place = (struct waiter){m->m_source, ticket, request.button};
    return LATER;
}

/* The answer's status, its words in the place of the request's; or LATER. */
static int handle(message *m, uint32_t ticket)
{
    const struct buttons_request request = *(struct buttons_request *)m->m_words;

    if (m->m_type != BUTTONS_READ && m->m_type != BUTTONS_WAIT)
        return -ENOSYS;
    if (request.button >= BUTTONS)
        return -EINVAL;
    if (m->m_type == BUTTONS_WAIT && buttons[request.button].count == request.seen)
        return wait_for(m, ticket);
    *(struct buttons_answer *)m->m_words = (struct buttons_answer){buttons[request.button].count};
    return 0;
}

int main(void)
{
    endpoint_t client = NONE; /* whom the next trap answers */
    uint32_t ticket = 0, second;
    message m = {0};

    for (unsigned i = 0; i < WAITERS_MAX; i++)
        waiters[i].client = NONE;
    for (;;) {
        const int error = ipc_reply_receive(client, &m, ticket, ANY, (long)IPC_ALL_EVENTS, &second);
        client = NONE;
        ticket = IPC_TICKET(second);
        if (error < 0)
            continue;
        if (IPC_CAME(second) == IPC_CAME_EVENTS) {
            take_events(m.m_source, m.m_words[0]);
        } else if (ticket != 0) { /* nobody waits for an answer to a plain send */
            const int status = handle(&m, ticket);
            if (status == LATER)
                continue;
            client = m.m_source;
            m.m_type = status;
        }
    }
}
