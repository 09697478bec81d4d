/*
 * Interrupts: a driver of better, equal or worse priority than whoever raises its line and than
 * others who are ready, waiting in each way, or not at all.
 */
#include "rendezvous.h"

#include <parley/ipc.h>

static endpoint_t driver, raiser, third;

/* Registers that the raiser did not get back as they were. */
static unsigned raise_lines(char after, bool with_fpu, endpoint_t ready, uint32_t what)
{
    message m = {.m_type = PLAY_RAISE,
                 .m_words = {(uint8_t)after, with_fpu, (uint32_t)ready, what}};
    return ipc_call(IPC_REQUEST | IPC_TIMEOUT, raiser, &m, PATIENCE_US, NULL) == 0 ? m.m_words[0]
                                                                                   : 1000;
}

static unsigned raise(char after, bool with_fpu, endpoint_t ready)
{
    return raise_lines(after, with_fpu, ready, RAISE_PORT);
}

static bool tell(int32_t what)
{
    message m = {.m_type = what};
    return ipc_request(driver, &m) == 0 && m.m_type == (what == PLAY_ONLY_YOU ? what : 0) &&
           comes_to(driver, PROCESS_RECEIVING, what == PLAY_ONLY_YOU ? self() : ANY) &&
           (marked(""), true);
}

/* The lines are served, the driver waits as `how` says, and nothing is left of what was before. */
static bool ready_as(int32_t how)
{
    bool ready = tell(PLAY_DONE);
    nap(3000);
    return ready && tell(how);
}

/* The driver waits as `how` says; expected: D the driver's mark, R the raiser's, t the third's. */
static bool one(int32_t how, bool with_fpu, const char *expected)
{
    if (!tell(how))
        return false;
    const unsigned wrong = raise('R', with_fpu, third);
    if (wrong)
        tap_note("the interrupted lost %u of registers and FPU", wrong);
    nap(3000);
    return marked(expected) && wrong == 0;
}

static void until_done(const char *name)
{
    bool ready = tell(PLAY_DONE);
    raise(0, false, 0);
    raise(0, false, 0);
    nap(3000);
    OK(ready && marked("D"), "%s: masked until it is done", name);
    ready = tell(PLAY_ONLY_YOU);
    raise('R', false, 0);
    nap(3000);
    OK(ready && marked("R"), "%s: masked, and waiting for another", name);
    tell(PLAY_DONE);
    nap(3000);
    ready = tell(PLAY_DONE) && tell(PLAY_ONLY_YOU);
    raise('R', false, 0);
    nap(3000);
    OK(ready && marked("R"), "%s: who waits for another gets nothing", name);
    message m = {.m_type = PLAY_PLAIN};
    ipc_request(driver, &m);
    nap(3000);
    OK(marked("D"), "%s: it stays pending until it is waited for", name);
}

static void with(const char *name, const char *order)
{
    driver = start(name, "driver");
    bool right = comes_to(driver, PROCESS_RECEIVING, ANY);
    for (unsigned i = 0; i < 3; i++)
        right = right && one(PLAY_DONE, false, order);
    OK(right, "%s: the event whole, the order %s, and all registers kept", name, order);
    for (unsigned i = 0; i < 3; i++)
        right = right && one(PLAY_PLAIN, false, order);
    OK(right, "%s: the same for a plain receive", name);
    until_done(name);
    OK(one(PLAY_DONE, false, order), "%s: and again", name);
    end(driver);
}

/* What a driver does before it enters the kernel. */
static void what_drivers_do(void)
{
    driver = start("drv-better", "driver");
    OK(comes_to(driver, PROCESS_RECEIVING, ANY), "a driver waits");
    bool right = true;
    for (unsigned i = 0; i < 3; i++)
        right = right && one(PLAY_TIMED, false, "DRt");
    tell(PLAY_DONE);
    nap(2 * PLAY_TIMED_US);
    OK(right && marked(""), "an event ends a wait with a deadline, which ends nothing else");
    right = ready_as(PLAY_PORT);
    raise('R', false, 0);
    OK(right && comes_to_die(driver) && marked("R"), "a driver has no ports but its own");
}

/* The clock's line is the second controller's. Its driver is the best of all. */
static void the_clock(void)
{
    unsigned alone = 0, masked = 0, both = 0;
    const endpoint_t serial = start("drv-better", "driver"), clock = start("drv-clock", "clock");
    OK(comes_to(clock, PROCESS_RECEIVING, ANY) && comes_to(serial, PROCESS_RECEIVING, ANY),
       "two drivers wait");
    for (unsigned i = 0; i < 8; i++) {
        driver = clock;
        bool right = ready_as(PLAY_DONE);
        right = right && raise_lines('R', false, 0, RAISE_CLOCK) == 0;
        alone += right && marked("CR");
        right = right && raise_lines('R', false, 0, RAISE_CLOCK) == 0;
        masked += right && marked("R");
        right = ready_as(PLAY_DONE);
        driver = serial;
        right = right && ready_as(PLAY_SPIN);
        right = right && raise_lines('R', false, 0, RAISE_PORT | RAISE_CLOCK) == 0;
        both += right && marked("CDR");
    }
    IS(alone, 8, "the clock's interrupts come while somebody runs");
    IS(masked, 8, "and are masked until the driver is done");
    IS(both, 8, "one that interrupts a driver: both, then who was displaced first, go on");
    end(serial);
    end(clock);
}

void test_lines(void)
{
    raiser = start("raiser", "raiser");
    third = start("third", "receiver");
    OK(comes_to(third, PROCESS_RECEIVING, ANY) && comes_to(raiser, PROCESS_RECEIVING, ANY),
       "raiser and another wait");
    with("drv-better", "DRt");
    with("drv-equal", "RtD");
    with("drv-worse", "RtD");
    what_drivers_do();
    the_clock();
    driver = start("drv-better", "driver");
    OK(comes_to(driver, PROCESS_RECEIVING, ANY) && one(PLAY_DONE, true, "DRt") &&
           one(PLAY_PLAIN, true, "DRt"),
       "the interrupted keeps its FPU's registers");
    OK(one(PLAY_FPU, true, "DRt"), "though the driver begins to use its own");
    end(driver);
    end(raiser);
    end(third);
}
