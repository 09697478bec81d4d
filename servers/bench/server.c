/*
 * bench-server [ROLE]: what the benchmark talks to.
 *
 *   (none)          the server of the measured round trips: server_rounds.c
 *   driver, raiser  who waits for an interrupt line, and who makes the device raise it: interrupt.c
 *   driver-pointer, driver-receive
 *                   who waits with a message of its own; in a receive
 *   slow            whom the server asks in between: server_checks.c
 *   late ENDPOINT   asks that process after a while
 *   sleep           lives and waits for nobody
 *   denied ENDPOINT, denied-pointer ENDPOINT, denied-straddle ENDPOINT
 *                   asks that process, which its module may not; ends when it was refused
 *   queue ENDPOINT  asks that process, which does not receive: a place in its queue
 */
#include "helper.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

uint32_t readings[READINGS];
unsigned wrong;

static int answer(message *m, int status)
{
    m->m_type = status;
    return ipc_reply(m->m_source, m);
}

static void answer_readings(message *m)
{
    const uint32_t first = m->m_words[0];
    for (uint32_t i = 0; i < 6; i++)
        m->m_words[i] = first + i < READINGS ? readings[first + i] : 0;
    m->m_words[6] = wrong;
    answer(m, 0);
}

/* Takes what has queued up. Each request's last word is the reading before it was made. */
static int drain(uint32_t number)
{
    for (uint32_t i = 0; i < number && i < READINGS; i++) {
        message m;
        const int error = ipc_receive(ANY, 0, &m);
        if (error < 0)
            return error;
        readings[i] = m.m_words[MESSAGE_PAYLOAD_WORDS - 1];
    }
    return 0;
}

static void answer_rounds(message *m)
{
    const endpoint_t client = m->m_source;
    const uint32_t way = m->m_words[0], gate = m->m_words[1], rounds = m->m_words[2];
    const bool possible = way < WAYS && gate < GATES && gate_offered((enum gate)gate);
    if (answer(m, possible ? 0 : -EINVAL) == 0 && possible)
        serve_rounds(client, (enum way)way, (enum gate)gate, rounds);
}

static void answer_check(message *m)
{
    const endpoint_t client = m->m_source;
    const uint32_t check = m->m_words[0], way = m->m_words[1];
    const bool possible = check < CHECKS && way < WAYS;
    if (answer(m, possible ? 0 : -EINVAL) == 0 && possible)
        serve_check(client, (enum check)check, (enum way)way);
}

int serve(void)
{
    message m;
    boxes_set();
    for (endpoint_t from = ANY;;) {
        const int error = ipc_receive(from, 0, &m);
        if (error < 0)
            return -error;
        switch (m.m_type) {
        case BENCH_ROUNDS:
            answer_rounds(&m);
            break;
        case BENCH_READINGS:
            answer_readings(&m);
            break;
        case BENCH_CHECK:
            answer_check(&m);
            break;
        case BENCH_QUEUE:
            from = m.m_source;
            answer(&m, 0);
            break;
        case BENCH_DRAIN:
            from = ANY;
            answer(&m, drain(m.m_words[0]));
            break;
        default:
            answer(&m, -ENOSYS);
        }
    }
}

static int sleep_for_ever(void)
{
    message m;
    return -receive(NONE, &m);
}

static int queue(const char *number)
{
    struct window w = {.eax = (uint32_t)strtoul(number, NULL, 10), .ecx = IPC_REQUEST};
    in_outbox(box_in(), &window_message);
    window_int(&w);
    return 0;
}

/* Anything but the refusal shows in that it lives. */
static int denied(const char *number, message *m)
{
    struct window w = {
        .eax = (uint32_t)strtoul(number, NULL, 10), .ebx = (uint32_t)m, .ecx = IPC_REQUEST};
    boxes_set();
    window_int(&w);
    return (int)w.eax == -ECALLDENIED ? 0 : sleep_for_ever();
}

int main(int argc, char **argv)
{
    const char *role = argc > 1 ? argv[1] : "";
    if (strcmp(role, "driver") == 0)
        return drive(DRIVE_BY_BOX);
    if (strcmp(role, "driver-pointer") == 0)
        return drive(DRIVE_BY_POINTER);
    if (strcmp(role, "driver-receive") == 0)
        return drive(DRIVE_RECEIVING);
    if (strcmp(role, "raiser") == 0)
        return raise_interrupts();
    if (strcmp(role, "slow") == 0)
        return serve_slowly();
    if (strcmp(role, "late") == 0 && argc > 2)
        return ask_late((endpoint_t)strtoul(argv[2], NULL, 10));
    if (strcmp(role, "sleep") == 0)
        return sleep_for_ever();
    if (strcmp(role, "denied") == 0 && argc > 2)
        return denied(argv[2], NULL);
    if (strcmp(role, "denied-pointer") == 0 && argc > 2)
        return denied(argv[2], place(BY_POINTER, 0));
    if (strcmp(role, "denied-straddle") == 0 && argc > 2)
        return denied(argv[2], place(BY_STRADDLE, 0));
    if (strcmp(role, "queue") == 0 && argc > 2)
        return queue(argv[2]);
    return serve();
}
