/*
 * Judge of the fuzzing suite: lets hostile programs run, starts them again when they die, and asks
 * after each round whether the system is well. Arguments: how many calls in all, the seed, and the
 * round to begin with.
 *
 * It is the most urgent process and waits for nobody without a limit, so whatever the others do, it
 * comes to its end unless the kernel does not.
 */
#include "../lib/judge.h"
#include "fuzz.h"
#include "health.h"

#include <parley/memory.h>
#include <parley/space.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLAYERS      3
#define ROUND_CALLS  11000 /* then all is looked at */
#define LOOK_US      3000
#define LOOKS_CANCEL 4  /* without a new call: it waits for what never comes */
#define LOOKS_KILL   10 /* and not even a cancel helps: it loops */
#define TELL_EVERY   8  /* starts: what is told costs more than a start */
#define LOUD_EVERY   64 /* of so many starts one has its faults reported */

struct player {
    const char *module, *loud; /* loud: the same, with reports of its faults; or NULL */
    enum fuzz_role role;
    uint32_t share; /* 1 / share of the round's calls */
    struct fuzz_page *page;
    endpoint_t process;
    const char *runs; /* which of the two */
    uint32_t calls, looks, starts, cancels, kills;
};

static struct fuzz_page *pages; /* one a player, kept for all rounds */
static uint32_t seed;
static uint32_t calls, starts, failures;
static uint32_t succeeded[SYSTEM_CALL_LAST + 1];

/* ---- Starting -------------------------------------------------------------------------------- */

/* What the program knows of the system, as of now. */
static void tell(struct fuzz_page *page)
{
    struct process_info info;
    struct module_info module;
    page->living_count = page->name_count = 0;
    for (unsigned slot = 0; slot < 256 && page->living_count < FUZZ_LIVING; slot++)
        if (sys_process(slot, &info) == 0)
            page->living[page->living_count++] = info.endpoint;
    for (unsigned i = 0; sys_module(i, &module) == 0 && page->name_count < FUZZ_NAMES; i++)
        memcpy(page->name[page->name_count++], module.name, NAME_BYTES);
}

/* The page is the judge's, from the memory server; the kernel maps it a second time. */
static bool lend(const struct player *p)
{
    struct system_map own;
    bool used;
    if (sys_space_next(self(), (uint32_t)p->page, &own) != 0)
        return false;
    const struct system_map map = {.address = (uint32_t)FUZZ_PAGE,
                                   .frame = own.frame,
                                   .pages = 1,
                                   .flags = MAP_WRITE | MAP_SHARED};
    return sys_map(p->process, &map, &used) == 1;
}

/* The memory of one that has died belongs to it until it is given back. */
static void bury(const struct player *p)
{
    health_bury();
    while (sys_space_release(p->process) == (int)SPACE_RELEASE_PAGES)
        continue;
}

static void begin(struct player *p)
{
    p->starts++;
    p->runs = p->loud && p->starts % LOUD_EVERY == 0 ? p->loud : p->module;
    p->page->magic = FUZZ_MAGIC;
    p->page->generation++;
    p->looks = 0;
    p->calls = p->page->calls;
    if (p->starts % TELL_EVERY == 1)
        tell(p->page);
    starts++;
    const int error = sys_start(p->runs, "", &p->process);
    if (error) {
        p->process = NONE;
        if (error == -EAGAIN) /* with all rights all slots can be taken */
            health_sweep();
        else /* somebody else has started it */
            health_end(p->runs);
        return;
    }
    if (sys_watch(p->process, 1) != 0 || !lend(p))
        (void)sys_kill(p->process);
}

static void prepare(struct player *p, unsigned index, uint32_t round, uint32_t limit)
{
    p->page = (struct fuzz_page *)((uint8_t *)pages + 4096u * index);
    memset(p->page, 0, 4096);
    p->page->seed = seed * 0x10001u + round * PLAYERS + index;
    p->page->role = (uint32_t)p->role;
    p->page->judge = self();
    p->page->limit = p->role == FUZZ_PREY ? UINT32_MAX - 1 : limit;
    p->process = NONE;
}

/* ---- A round --------------------------------------------------------------------------------- */

static bool lives(endpoint_t process)
{
    struct process_info info;
    return process != NONE && describe(process, &info);
}

static bool is_done(const struct player *p)
{
    return p->role != FUZZ_PREY && p->page->calls >= p->page->limit;
}

/* Whether the page is what it was: one with all rights may have overwritten it. */
static bool page_is_whole(const struct player *p)
{
    return p->page->magic == FUZZ_MAGIC && p->page->judge == self() && p->page->calls >= p->calls &&
           p->page->calls <= p->page->limit + 1;
}

static void look_at(struct player *p)
{
    if (!lives(p->process)) {
        bury(p);
        if (!is_done(p))
            begin(p);
        return;
    }
    if (p->page->calls != p->calls) {
        p->calls = p->page->calls;
        p->looks = 0;
        return;
    }
    p->looks++;
    if (p->looks == LOOKS_CANCEL) {
        p->cancels++;
        (void)sys_cancel(p->process, (int)(p->cancels % 2));
    } else if (p->looks >= LOOKS_KILL) {
        p->kills++;
        (void)sys_kill(p->process);
    }
}

static bool all_done(const struct player *p, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (p[i].role != FUZZ_PREY && !is_done(&p[i]))
            return false;
    return true;
}

static void wait_a_little(void)
{
    struct system_death death;
    message m;
    (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, LOOK_US, NULL);
    while (sys_death(&death) == 0)
        continue;
}

static void report(const struct player *p, const char *what, uint32_t round)
{
    const struct fuzz_page *page = p->page;
    const uint32_t *sent = page->sent, *got = page->got;
    tap_note("%s, round %u, seed %u, generation %u, call %u of kind %u: wrong %u", what,
             (unsigned)round, (unsigned)page->seed, (unsigned)page->generation,
             (unsigned)page->calls, (unsigned)page->kind, (unsigned)page->wrong);
    for (unsigned i = 0; i < 12; i += 4)
        tap_note("sent %08x %08x %08x %08x  got %08x %08x %08x %08x", (unsigned)sent[i],
                 (unsigned)sent[i + 1], (unsigned)sent[i + 2], (unsigned)sent[i + 3],
                 (unsigned)got[i], (unsigned)got[i + 1], (unsigned)got[i + 2],
                 (unsigned)got[i + 3]);
}

static bool play(struct player *p, unsigned count, const char *what, uint32_t round, uint32_t limit)
{
    bool right = true;
    for (unsigned i = 0; i < count; i++) {
        prepare(&p[i], i, round, limit / p[i].share);
        begin(&p[i]);
    }
    while (!all_done(p, count)) {
        wait_a_little();
        for (unsigned i = 0; i < count; i++) {
            if (!page_is_whole(&p[i]))
                p[i].page->calls = p[i].page->limit; /* and no more of it */
            look_at(&p[i]);
        }
    }
    for (unsigned i = 0; i < count; i++) {
        (void)sys_kill(p[i].process);
        bury(&p[i]);
        calls += p[i].page->calls;
        for (unsigned call = 0; call <= SYSTEM_CALL_LAST; call++)
            succeeded[call] += p[i].page->succeeded[call];
        if (p[i].page->wrong && p[i].page->magic == FUZZ_MAGIC) {
            report(&p[i], what, round);
            right = false;
        }
    }
    failures += !right;
    return right;
}

/* ---- The rounds ------------------------------------------------------------------------------ */

/* Without rights beyond IPC nobody can end a server, so none may have died. */
static void without_rights(uint32_t round, uint32_t limit)
{
    struct player plain[] = {{.module = "plain-1", .loud = "loud", .role = FUZZ_PLAIN, .share = 2},
                             {.module = "plain-2", .role = FUZZ_PLAIN, .share = 2}};
    struct player talking[] = {
        {.module = "talks", .role = FUZZ_TALKS, .share = 2},
        {.module = "plain-1", .loud = "loud", .role = FUZZ_PLAIN, .share = 2}};
    const bool talks = round % 2 != 0;
    const char *what = talks ? "all IPC" : "plain programs";
    const bool right = play(talks ? talking : plain, 2, what, round, limit);
    OK(right, "round %u, %s: no call ends as none can", (unsigned)round, what);
    failures += !health_check_nobody_died(what);
    failures += !health_check(what);
}

/* With all rights servers die, and are started anew; then all must be as it was. */
static void with_all_rights(uint32_t round, uint32_t limit)
{
    struct player wide[] = {{.module = "wide", .role = FUZZ_WIDE, .share = 1},
                            {.module = "plain-1", .role = FUZZ_PLAIN, .share = 8},
                            {.module = "prey", .role = FUZZ_PREY, .share = 1}};
    const bool right = play(wide, 3, "all rights", round, limit);
    const bool up = health_renew();
    OK(right && up, "round %u, all rights: no call ends as none can, and all come up again",
       (unsigned)round);
    failures += !up;
    failures += !health_check("all rights");
}

/* Wild words that are all refused at the first look would find nothing. */
static void check_depth(void)
{
    static const char *const names[] = {
#define FUZZ_CALL_NAME(name, symbol, number, text) [number] = #name,
        SYSTEM_CALLS(FUZZ_CALL_NAME)
#undef FUZZ_CALL_NAME
    };
    /* These end something, or need two that wait for one another, a death, a module that is dead,
       or a processor that has sysenter. */
    const uint32_t apart = 1u << SYS_EXIT | 1u << SYS_POWER | 1u << SYS_CYCLE | 1u << SYS_DEATH |
                           1u << SYS_UPDATE | 1u << SYS_GATE | 1u << SYS_INJECT;
    unsigned never = 0;
    for (unsigned call = 1; call <= SYSTEM_CALL_LAST; call++) {
        tap_note("%s: carried out %u times", names[call], (unsigned)succeeded[call]);
        never += succeeded[call] == 0 && !(apart >> call & 1);
    }
    IS(never, 0, "each call to SYSTEM was carried out, but those that need more");
}

int main(int argc, char **argv)
{
    const uint32_t wanted = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 100000;
    const uint32_t rounds = wanted < ROUND_CALLS * 9 ? 9 : wanted / ROUND_CALLS / 3 * 3;
    const uint32_t first = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 0;
    void *got = NULL;
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
    if (OK(health_begin() && memory_allocate(4096 * PLAYERS, &got) == 0, "the system is up")) {
        pages = got;
        (void)health_begin();
        for (uint32_t round = first; round < rounds && failures == 0; round++)
            if (round % 3 == 2)
                with_all_rights(round, wanted / rounds + 1);
            else
                without_rights(round, wanted / rounds + 1);
    }
    health_silence();
    check_depth();
    tap_note("%u starts", (unsigned)starts);
    tap_line("fuzz: %u calls by hostile programs, %u failures", (unsigned)calls,
             (unsigned)failures);
    tap_done();
}
