/*
 * Interrupts: a driver of better, equal or worse priority than whoever raises its line and than
 * others who are ready, waiting in each way, or not at all.
 */
#include "../lib/machine.h"
#include "rendezvous.h"

#include <parley/ipc.h>

#define LOWEST_PROGRAM 0x100000u
#define SPIN_ROUNDS    600000 /* of two instructions, more than the clock's period */

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
    ready = ready_as(PLAY_MASKED);
    raise('R', false, 0);
    nap(3000);
    OK(ready && marked("R"), "%s: who waits for other events gets nothing", name);
    m = (message){.m_type = PLAY_DONE};
    ipc_request(driver, &m);
    nap(3000);
    OK(marked("D"), "%s: that stays pending, too", name);
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
    driver = start("drv-ports", "driver");
    right = comes_to(driver, PROCESS_RECEIVING, ANY);
    for (unsigned i = 0; i < 3; i++)
        right = right && one(PLAY_PORT, false, "DRt");
    OK(right, "and has its own at each interrupt");
    end(driver);
}

/* Where the emulator lets ring 3 into virtual-8086 mode, the line is raised there; the kernel makes
   ring 3 of it, and the next instruction is nowhere. Else it dies before it gets there. */
static bool raised_from_low(void)
{
    struct system_death death;
    const endpoint_t low = start("low-port", "low-out");
    if (sys_watch(low, 1) != 0 || !next_death(&death) || death.endpoint != low ||
        death.cause != DEATH_FAULT)
        return false;
    return marked(death.ip < LOWEST_PROGRAM ? "D" : "");
}

static void in_virtual_8086_mode(void)
{
    driver = start("drv-better", "driver");
    bool right = comes_to(driver, PROCESS_RECEIVING, ANY);
    for (unsigned i = 0; i < 3; i++) {
        right = right && ready_as(i % 2 ? PLAY_PLAIN : PLAY_DONE);
        right = right && raised_from_low();
        raise_lines(0, false, 0, 0); /* serves the device */
    }
    OK(right,
       "whom an interrupt finds in virtual-8086 mode dies of that; the driver has its event");
    end(driver);
}

/* The clock's line is the second controller's. Its driver is the best of all. */
static void the_clock(void)
{
    unsigned idle = 0, alone = 0, masked = 0, both = 0;
    const endpoint_t serial = start("drv-better", "driver"), clock = start("drv-clock", "clock");
    OK(comes_to(clock, PROCESS_RECEIVING, ANY) && comes_to(serial, PROCESS_RECEIVING, ANY),
       "two drivers wait");
    for (unsigned i = 0; i < 8; i++) {
        driver = clock;
        bool right = ready_as(PLAY_DONE) && raise_lines(0, false, 0, RAISE_LATER) == 0;
        nap(3000);
        idle += marked("C") && right;
        raise_lines(0, false, 0, 0); /* serves the device */
        right = ready_as(PLAY_DONE);
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
    IS(idle, 8, "the clock's interrupts come while nobody runs");
    IS(alone, 8, "the clock's interrupts come while somebody runs");
    IS(masked, 8, "and are masked until the driver is done");
    IS(both, 8, "one that interrupts a driver: both, then who was displaced first, go on");
    end(serial);
    end(clock);
}

/* Somebody sends, which only makes an equal ready, and is interrupted; the driver waits again by a
   plain receive, as who has handed over to its receiver does. The interrupted goes on first, unless
   its share of the processor, ten ticks, ends just then. */
static void displaced_by_a_receiver(void)
{
    static struct all_registers r;
    unsigned right = 0;
    driver = start("drv-clock", "clock");
    OK(comes_to(driver, PROCESS_RECEIVING, ANY), "the clock's driver waits");
    for (unsigned i = 0; i < 12; i++) {
        bool ready = ready_as(PLAY_QUIET) && raise_lines(0, false, 0, RAISE_LATER) == 0;
        question_fill(box_out, PLAY_MARK, i);
        box_out->m_words[0] = 't';
        ready = call(IPC_SEND, (uint32_t)third, NULL, 0, NULL) == 0 && ready;
        r = (struct all_registers){.flags = FLAGS_FIXED, .ds = flat_data_selector()};
        spin_all(&r, SPIN_ROUNDS);
        mark('J');
        raise_lines(0, false, 0, 0); /* serves the device */
        nap(3000);
        right += marked("Jt") && ready;
    }
    OK(right >= 8, "whom an interrupt displaced goes on before an equal whom it had woken");
    end(driver);
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
    in_virtual_8086_mode();
    displaced_by_a_receiver();
    the_clock();
    driver = start("drv-better", "driver");
    OK(comes_to(driver, PROCESS_RECEIVING, ANY) && one(PLAY_DONE, true, "DRt") &&
           one(PLAY_PLAIN, true, "DRt"),
       "the interrupted keeps its FPU's registers");
    OK(one(PLAY_FPU, true, "DRt"), "though the driver begins to use its own");
    end(raiser); /* the next one has not used it */
    raiser = start("raiser", "raiser");
    OK(comes_to(raiser, PROCESS_RECEIVING, ANY) && one(PLAY_FPU_KEPT, false, "DRt") &&
           one(PLAY_FPU_KEPT, true, "DRt") && one(PLAY_FPU_KEPT, true, "DRt"),
       "and keeps them, whom it displaces as well");
    end(driver);
    end(raiser);
    end(third);
}
