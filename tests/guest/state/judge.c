/*
 * Judge of what processes hold in the processor and in memory: a new one finds nothing of anybody,
 * and those that preempt one another keep their own.
 */
#include "../lib/judge.h"
#include "fpu.h"

#include <stdio.h>

#define SPINNERS   3
#define SPIN_US    1200000u
#define JUDGE_SEED 0x7654321

static int exit_status_of(const char *module)
{
    struct system_death death;
    endpoint_t process = start(module, "");

    if (sys_watch(process, 1) || !next_death(&death) || death.endpoint != process)
        return -1;
    return death.cause == DEATH_EXIT ? (int)death.status : 1000 + (int)death.status;
}

static void test_fresh(void)
{
    for (unsigned i = 0; i < 5; i++)
        IS(exit_status_of("fresh"), 0, "a new process finds nothing of its predecessor: start %u",
           i + 1);
}

/* The judge uses the unit as well, at a higher priority, so that everything is interleaved. */
static void test_spinners(void)
{
    static const char *const names[SPINNERS] = {"spin1", "spin2", "spin3"};
    endpoint_t spinner[SPINNERS];
    struct process_info info;
    struct system_death death;
    uint64_t began = 0;
    uint64_t now = 0;
    unsigned wrong = 0;
    unsigned naps = 0;

    fpu_dirty(JUDGE_SEED);
    for (unsigned i = 0; i < SPINNERS; i++) {
        char seed[12];
        snprintf(seed, sizeof seed, "%x", 0x1234567u * (i + 1) + i);
        spinner[i] = start(names[i], seed);
        sys_watch(spinner[i], 1);
    }
    sys_time(&began);
    do {
        nap(700);
        wrong += !fpu_is_dirty(JUDGE_SEED);
        naps++;
        sys_time(&now);
    } while (now - began < SPIN_US);
    IS(wrong, 0, "the judge kept its FPU registers through %u turns", naps);
    IS(exit_status_of("fresh"), 0, "a new process finds a fresh unit while others use it");
    for (unsigned i = 0; i < SPINNERS; i++) {
        OK(describe(spinner[i], &info) && info.ticks > 50, "process %u ran and kept its registers",
           i + 1);
        sys_kill(spinner[i]);
        OK(next_death(&death) && death.cause == DEATH_KILL, "until it was killed");
    }
    OK(fpu_is_dirty(JUDGE_SEED), "and the judge has its own still");
}

int main(void)
{
    endpoint_t partner = partner_start("p1");

    OK(fpu_is_fresh(), "the judge itself began with a fresh unit");
    test_fresh();
    test_spinners();
    OK(answers(partner), "the system answers");
    tap_done();
}
