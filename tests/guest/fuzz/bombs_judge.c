/*
 * Judge of the bombs: lets each go on for a while, several at once, asks meanwhile whether the
 * servers answer, ends it, and asks whether all is as before.
 */
#include "../lib/judge.h"
#include "bombs.h"
#include "health.h"

#include <parley/memory.h>
#include <proto/common.h>
#include <proto/memory.h>
#include <proto/names.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define STEPS   10
#define STEP_US 1500
#define EACH    4 /* bombs at once */

static endpoint_t bombs[EACH];
static uint8_t lent[4096];

static void light(const char *what, bool wide)
{
    for (unsigned i = 0; i < EACH; i++) {
        char module[NAME_BYTES];
        snprintf(module, sizeof module, "%s-%u", wide ? "wide" : "plain", i + 1);
        bombs[i] = start(module, what);
        (void)sys_watch(bombs[i], 1);
    }
}

/* One of them has got what it must not get, or has ended though none ever does. */
static unsigned ended(void)
{
    struct system_death death;
    unsigned count = 0;
    while (sys_death(&death) == 0) {
        count++;
        tap_note("%d ended: cause %u, status %u, ip 0x%x", (int)death.endpoint,
                 (unsigned)death.cause, (unsigned)death.status, (unsigned)death.ip);
    }
    return count;
}

static void put_out(void)
{
    struct system_death death;
    for (unsigned i = 0; i < EACH; i++)
        (void)sys_kill(bombs[i]);
    health_sweep();
    while (sys_death(&death) == 0)
        continue;
}

static void explode(const char *name, const char *text, bool wide)
{
    unsigned silent = 0, over = 0;
    light(name, wide);
    for (unsigned i = 0; i < STEPS; i++) {
        nap(STEP_US);
        silent += health_silent();
        over += ended();
    }
    put_out();
    IS(silent, 0, "%s: the servers answer meanwhile", text);
    IS(over, 0, "%s: it gets nothing by it", text);
    (void)health_check_nobody_died(text);
    (void)health_check(text);
}

/* What others have must stay theirs while somebody guesses its name. */
static void guess(void)
{
    void *pages = NULL;
    uint32_t share = 0, grant = 0;
    endpoint_t clock = NONE;
    (void)sys_lookup("clock", &clock);
    memset(lent, 0xa5, sizeof lent);
    OK(memory_allocate(4096, &pages) == 0 &&
           memory_share(pages, 4096, clock, ACCESS_READ, &share) == 0 &&
           memory_grant(lent, sizeof lent, clock, ACCESS_READ | ACCESS_WRITE, &grant) == 0,
       "something is lent");
    light("guesses", false);
    nap(15000);
    IS(ended(), 0, "nobody guesses it");
    put_out();
    IS(memory_revoke(grant), 0, "it is still there, and was never used");
    IS(memory_revoke(share), 0, "as is what was shared");
    bool same = true;
    for (unsigned i = 0; i < sizeof lent; i++)
        same = same && lent[i] == 0xa5;
    OK(same, "and what it holds is what it was");
    (void)memory_release(pages, 4096);
    (void)health_check("guessing");
}

static uint32_t open_loans(void)
{
    message m = {.m_type = MEMORY_INFO};
    endpoint_t memory = NONE;
    (void)sys_lookup("memory", &memory);
    return ipc_call(IPC_REQUEST | IPC_TIMEOUT, memory, &m, PATIENCE_US, NULL) == 0
               ? m.m_words[offsetof(struct memory_info_answer, shares) / sizeof m.m_words[0]]
               : 0;
}

/* As many as there are modules of theirs take all that they may have. */
static void hoard(void)
{
    const unsigned hoarders = 2 * EACH, each = 64;
    static endpoint_t wide[EACH];
    static uint32_t grants[64];
    unsigned granted = 0, revoked = 0;
    light("hoards", true);
    memcpy(wide, bombs, sizeof wide);
    light("hoards", false);
    for (unsigned tries = 0; open_loans() < hoarders * each && tries < 1000; tries++)
        nap(1000);
    OK(open_loans() >= hoarders * each, "%u processes have granted all that they may", hoarders);
    while (granted < each &&
           memory_grant(lent, sizeof lent, self(), ACCESS_READ, &grants[granted]) == 0)
        granted++;
    IS(granted, each, "and one more may grant as much");
    endpoint_t memory = NONE;
    (void)sys_lookup("memory", &memory);
    (void)sys_kill(memory);
    OK(health_comes_up("memory") && open_loans() >= (hoarders + 1) * each,
       "a memory server that is started again finds all of them");
    while (revoked < granted && memory_revoke(grants[revoked]) == 0)
        revoked++;
    IS(revoked, granted, "and ends those that are revoked");
    for (unsigned i = 0; i < EACH; i++)
        (void)sys_kill(wide[i]);
    put_out();
    health_note();
    (void)health_check("hoarding");
}

static endpoint_t published(const char *name)
{
    endpoint_t names = NONE;
    message m = {.m_type = NAMES_LOOKUP};
    strlcpy((char *)m.m_words, name, NAME_BYTES);
    (void)sys_lookup("names", &names);
    if (ipc_call(IPC_REQUEST | IPC_TIMEOUT, names, &m, PATIENCE_US, NULL) != 0 || m.m_type != 0)
        return NONE;
    return ((struct names_answer *)m.m_words)->endpoint;
}

/* Servers die and come back while others want their names. */
static void squat(void)
{
    static const char *const victims[] = {"clock", "names", "hello", "pipes", "clock"};
    struct process_info info;
    endpoint_t process = NONE;
    light("squats", false);
    nap(10000);
    for (unsigned i = 0; i < sizeof victims / sizeof *victims; i++) {
        (void)sys_lookup(victims[i], &process);
        (void)sys_kill(process);
        OK(health_comes_up(victims[i]), "%s comes back though its name is wanted", victims[i]);
    }
    OK(published("late") != NONE, "the name of a module that was not started is taken");
    process = start("late", "");
    nap(10000);
    IS(published("late"), process, "until the module is");
    end(process);
    for (unsigned i = 0; i < EACH; i++)
        OK(describe(bombs[i], &info), "who wants them is still there");
    IS(ended(), 0, "and got none");
    put_out();
    health_note();
    (void)health_check("squatting");
}

int main(void)
{
    OK(health_begin(), "the system is up");
#define EXPLODE_PLAIN(name, text) explode(#name, text, false);
    PLAIN_BOMBS(EXPLODE_PLAIN)
#undef EXPLODE_PLAIN
    guess();
    hoard();
    squat();
#define EXPLODE_WIDE(name, text) explode(#name, text, true);
    WIDE_BOMBS(EXPLODE_WIDE)
#undef EXPLODE_WIDE
    health_silence();
    tap_done();
}
