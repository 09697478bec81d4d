/*
 * What a crowd costs. The crowd are the modules b0, b1, ... as far as there are any (./parley
 * bench boots 201): they sleep while others meet, or queue up at a server that does not receive.
 */
#include "measure.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

#define CROWD_MOST 201u
#define PASSES     3u

static const uint32_t meeting_sizes[] = {2, 4, 8, 16, 32, 64, 100, 150, 200};
static const uint32_t queue_lengths[] = {0, 1, 2, 5, 10, 20, 50, 100, 150, 200};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void crowd_name(char name[NAME_BYTES], unsigned index)
{
    snprintf(name, NAME_BYTES, "b%u", index);
}

static void disperse(void)
{
    for (unsigned i = 0; i < CROWD_MOST; i++) {
        char name[NAME_BYTES];
        endpoint_t endpoint;
        crowd_name(name, i);
        if (sys_lookup(name, &endpoint) == 0)
            sys_kill(endpoint);
    }
}

/* ---- Round trips among many --------------------------------------------------------------------
 */

static int grow(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char name[NAME_BYTES];
        endpoint_t endpoint;
        crowd_name(name, i);
        const int error = sys_start(name, "sleep", &endpoint);
        if (error < 0)
            return error;
    }
    return 0;
}

int measure_load(void (*each)(uint32_t processes, struct figures *f))
{
    unsigned crowd = 0;
    int error = 0;
    disperse();
    for (unsigned i = 0; i < COUNT(meeting_sizes) && error == 0; i++) {
        struct figures f = {0};
        const unsigned wanted = meeting_sizes[i] - 2; /* client and server are the other two */
        error = grow(crowd, wanted);
        crowd = wanted;
        if (error == 0)
            error = measure_rounds(BY_BOX, GATE_INT, &f);
        if (error == 0)
            each(meeting_sizes[i], &f);
    }
    disperse();
    return error;
}

/* ---- A long queue ------------------------------------------------------------------------------
 */

/* Starts process `index`, which asks the server at once and waits; its priority is better, so it
   has done so when the start returns. When: the reading after that. */
static int enqueue(endpoint_t server, unsigned index, uint32_t *when)
{
    char name[NAME_BYTES], arguments[32];
    crowd_name(name, index);
    snprintf(arguments, sizeof arguments, "queue %d", (int)server);
    *box_out() = (message){.m_type = SYS_START};
    snprintf((char *)box_out()->m_words, NAME_BYTES, "%s", name);
    box_out()->m_words[4] = (uint32_t)arguments;
    box_out()->m_words[5] = (uint32_t)strlen(arguments);
    struct window w = {.eax = SYSTEM, .ecx = IPC_REQUEST};
    window_int(&w);
    *when = w.after;
    return (int)w.eax < 0 ? (int)w.eax : box_in()->m_type;
}

static int queue_once(endpoint_t server, uint32_t *instructions, unsigned *length)
{
    message m = {0};
    int error = ask(server, BENCH_QUEUE, &m);
    for (*length = 0; error == 0 && *length < CROWD_MOST; ++*length) {
        error = enqueue(server, *length, &instructions[*length]);
        if (error == -ENOENT)
            break; /* the crowd is smaller */
    }
    if (error < 0 && error != -ENOENT)
        return error;
    m = (message){.m_words = {*length}};
    error = ask(server, BENCH_DRAIN, &m);
    for (uint32_t at = 0; error == 0 && at < *length; at += 6) {
        m = (message){.m_words = {at}};
        error = ask(server, BENCH_READINGS, &m);
        for (uint32_t i = 0; i < 6 && at + i < *length; i++)
            instructions[at + i] -= m.m_words[i] + window_cost();
    }
    disperse();
    return error;
}

int measure_queue(void (*each)(uint32_t before, struct figures *f))
{
    static uint32_t instructions[PASSES][CROWD_MOST];
    endpoint_t server;
    unsigned length = 0;
    disperse();
    int error = fresh("bench-server", "", &server);
    for (unsigned pass = 0; pass < PASSES && error == 0; pass++)
        error = queue_once(server, instructions[pass], &length);
    for (unsigned i = 0; i < COUNT(queue_lengths) && error == 0; i++) {
        struct figures f = {0};
        if (queue_lengths[i] >= length)
            return -ENOENT;
        for (unsigned pass = 0; pass < PASSES; pass++)
            sample(&f.whole, instructions[pass][queue_lengths[i]]);
        each(queue_lengths[i], &f);
    }
    return error;
}
