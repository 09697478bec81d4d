/*
 * Judge of the stress suite: deadlines that race with deliveries, and workers that talk to one
 * another while they are killed and started again at random. argv[1]: the seed in hexadecimal.
 */
#include "../lib/judge.h"
#include "stress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static endpoint_t partner;
static uint32_t state;

/* ---- Deadlines ----------------------------------------------------------------------------------
 */

#define RACES 400

struct account {
    uint32_t taken, answered, sum;
    unsigned bad;
};

/* Takes what the racer sends, dawdling at random, until its account comes. */
static bool serve_racer(endpoint_t racer, struct account *a, message *last)
{
    message m;
    uint32_t second = 0;

    for (unsigned idle = 0; idle < 100;) {
        if (random_next(&state) % 2)
            nap(random_next(&state) % 2500);
        int result =
            ipc_call(IPC_RECEIVE | IPC_TIMEOUT, racer, &m,
                     random_next(&state) % 4 ? 100000 : random_next(&state) % 2000, &second);
        idle = result ? idle + 1 : 0;
        if (result)
            continue;
        if (m.m_type == RACE_DONE) {
            *last = m;
            return true;
        }
        a->taken++;
        a->sum ^= (uint32_t)m.m_type * 2654435761u;
        a->bad += !message_is(&m, m.m_type);
        if (IPC_CAME(second) == IPC_CAME_SEND_REC && random_next(&state) % 4) {
            if (random_next(&state) % 2)
                nap(random_next(&state) % 2500);
            message_fill(&m, m.m_type + 0x1000000);
            a->answered += ipc_call(IPC_SEND | IPC_NONBLOCK, racer, &m, 0, NULL) == 0;
        }
    }
    return false;
}

static void race(const char *call)
{
    struct account a = {0};
    message last;
    char arguments[40];

    snprintf(arguments, sizeof arguments, "%s %u %x", call, RACES, (unsigned)random_next(&state));
    endpoint_t racer = start("racer", arguments);
    if (!OK(serve_racer(racer, &a, &last), "%s: the racer comes to its end", call))
        return;
    const uint32_t *n = last.m_words;
    tap_note("%u taken, %u not taken, %u without answer", (unsigned)n[RACE_OK],
             (unsigned)n[RACE_NOT_TAKEN], (unsigned)n[RACE_NO_ANSWER]);
    IS(n[RACE_WRONG], 0, "%s: no call ended in another way", call);
    IS(n[RACE_OK] + n[RACE_NOT_TAKEN] + n[RACE_NO_ANSWER], RACES, "%s: each call ended", call);
    IS(a.taken, n[RACE_OK] + n[RACE_NO_ANSWER], "%s: what was said to be delivered was", call);
    IS(a.sum, n[4], "%s: those and no others", call);
    IS(a.bad, 0, "%s: and whole", call);
    OK(n[RACE_OK] > 10 && n[RACE_NOT_TAKEN] > 10, "%s: both outcomes happened", call);
    if (strcmp(call, "call") == 0)
        IS(a.answered, n[RACE_OK], "%s: each answer that was taken was a success", call);
    comes_to_die(racer);
}

/* ---- Workers --------------------------------------------------------------------------------- */

#define ROUNDS         250 /* at least; more on a slow machine, until enough has come through */
#define ROUNDS_MOST    10000
#define MESSAGES_LEAST 1000

static endpoint_t workers[WORKERS];
static unsigned murders;

static void start_worker(unsigned i)
{
    char name[8];
    char seed[12];

    snprintf(name, sizeof name, "w%u", i);
    snprintf(seed, sizeof seed, "%x", (unsigned)random_next(&state));
    if (sys_start(name, seed, &workers[i]) || sys_watch(workers[i], 1))
        workers[i] = NONE;
}

/* Every death must be one that the judge caused. */
static unsigned unexpected_deaths(void)
{
    struct system_death death;
    unsigned count = 0;

    while (sys_death(&death) == 0) {
        if (death.cause == DEATH_KILL)
            continue;
        count++;
        tap_note("%d died: cause %u status %u ip 0x%x address 0x%x", (int)death.endpoint,
                 (unsigned)death.cause, (unsigned)death.status, (unsigned)death.ip,
                 (unsigned)death.address);
    }
    return count;
}

static unsigned one_round(uint32_t *messages)
{
    unsigned i = random_next(&state) % WORKERS;
    struct process_info info;
    message m;
    unsigned bad = 0;

    nap(random_next(&state) % 3000);
    switch (random_next(&state) % 4) {
    case 0:
        message_fill(&m, 0x8000001);
        ipc_call(IPC_SEND | IPC_TIMEOUT, workers[i], &m, random_next(&state) % 2000, NULL);
        break;
    case 1:
        message_fill(&m, 0x8000002);
        if (ipc_call(IPC_SEND_REC | IPC_TIMEOUT, workers[i], &m, random_next(&state) % 2000,
                     NULL) == 0)
            bad += m.m_source != workers[i] || !message_is(&m, m.m_type);
        break;
    default:
        if (describe(workers[i], &info))
            *messages += info.messages_received;
        murders += sys_kill(workers[i]) == 0;
        start_worker(i);
        bad += workers[i] == NONE;
    }
    return bad;
}

static void massacre(void)
{
    struct memory_info before;
    struct memory_info after;
    struct process_info info;
    uint32_t messages = 0;
    unsigned bad = 0;
    unsigned living = 0;

    sys_memory(&before);
    for (unsigned i = 0; i < WORKERS; i++)
        start_worker(i);
    unsigned round = 0;
    while ((round < ROUNDS || (messages <= MESSAGES_LEAST && round < ROUNDS_MOST)) && bad < 5) {
        bad += one_round(&messages);
        bad += unexpected_deaths();
        round++;
    }
    IS(bad, 0, "workers that are killed at random hurt nobody but themselves");
    OK(murders > round / 4, "%u of them were killed", murders);
    OK(messages > MESSAGES_LEAST, "%u messages came through, all of them whole",
       (unsigned)messages);
    for (unsigned i = 0; i < WORKERS; i++)
        end(workers[i]);
    IS(unexpected_deaths(), 0, "all died of the judge");
    for (unsigned slot = 0; slot < 256; slot++)
        living += sys_process(slot, &info) == 0;
    IS(living, 2, "only the judge and its partner are left");
    sys_memory(&after);
    OK(memcmp(&before, &after, sizeof before) == 0, "the accounts are as they were");
}

int main(int argc, char **argv)
{
    state = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 16) | 1 : 0x2a2a2b;
    partner = partner_start("p1");
    for (unsigned i = 0; i < 2; i++) {
        race("send");
        race("call");
    }
    massacre();
    OK(answers(partner), "the system answers");
    tap_done();
}
