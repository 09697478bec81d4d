/*
 * What SYSTEM does: starting, killing, watching, alarms, interrupt lines, power.
 */
#include "system.h"

#include <parley/port.h>
#include <stdlib.h>

static const uint32_t nothing[6];

/* ---- start ------------------------------------------------------------------------------------
 */

static int start_raw(const char *name, uint32_t text, uint32_t length)
{
    uint32_t words[6] = {0};

    strncpy((char *)words, name, 16);
    words[4] = text;
    words[5] = length;
    return ask(SYS_START, words, NULL);
}

/* Starts `args` with this text and waits; its log lines say what it found. */
static int args_exit_status(const char *text)
{
    struct system_death death;
    endpoint_t process = start("args", text);

    if (sys_watch(process, 1) || !next_death(&death) || death.endpoint != process)
        return -1;
    return death.cause == DEATH_EXIT ? (int)death.status : -2;
}

static void test_arguments(void)
{
    uint64_t from = log_end();
    char longest[ARGUMENT_BYTES + 1];

    IS(args_exit_status("one two  three "), 4, "arguments are split at blanks");
    OK(log_has(from, "[args][one][two][three]", NULL, NULL), "and arrive");
    from = log_end();
    IS(args_exit_status(""), 3, "without arguments the line's own");
    OK(log_has(from, "[args][from][line]", NULL, NULL), "arrive");
    memset(longest, 'x', sizeof longest);
    longest[ARGUMENT_BYTES - 1] = '\0';
    IS(args_exit_status(longest), 2, "the longest argument string");
    for (unsigned i = 0; i < 62; i++)
        longest[i] = i % 2 ? ' ' : 'a';
    longest[62] = '\0';
    IS(args_exit_status(longest), 32, "the most arguments");
    longest[61] = longest[63] = ' ';
    longest[62] = 'a';
    longest[64] = '\0';
    IS(start_raw("args", (uint32_t)longest, strlen(longest)), -E2BIG, "one more is E2BIG");
}

void test_start(void)
{
    static const char text[ARGUMENT_BYTES + 8];
    const char with_nul[] = "a\0b";
    endpoint_t process;
    endpoint_t first = 0;

    IS(sys_start("p2", "", &first), 0, "SYS_START");
    IS(sys_start("p2", "", &process), -EBUSY, "a second process of a module is EBUSY");
    IS(sys_kill(first), 0, "it is killed");
    IS(sys_start("p2", "", &process), 0, "and starts again");
    OK(process != first, "under another endpoint");
    sys_kill(process);
    IS(sys_start("nobody", "", &process), -ENOENT, "a name that no module has");
    IS(sys_start("refused", "", &process), -ENOEXEC, "a module that was refused");
    IS(sys_start(PARTNER_JUDGE, "", &process), -EBUSY, "oneself");
    IS(start_raw("p2", (uint32_t)text, ARGUMENT_BYTES), -E2BIG, "arguments that are too long");
    IS(start_raw("p2", (uint32_t)text, 0xffffffff), -E2BIG, "arguments without an end");
    IS(start_raw("p2", 0x70000000, 5), -EFAULT, "arguments at an address that is not mapped");
    IS(start_raw("p2", 0xc0100000, 5), -EFAULT, "arguments in the kernel");
    IS(start_raw("p2", 0xfffffffe, 5), -EFAULT, "arguments that wrap around");
    IS(start_raw("p2", USER_STACK_TOP - 2, 5), -EFAULT, "arguments past the end of the stack");
    IS(start_raw("p2", (uint32_t)with_nul, 3), -EINVAL, "arguments with a NUL inside");
    IS(start_raw("p2", 0x70000000, 0), 0, "no arguments need no address");
    IS(sys_lookup("p2", &process), 0, "and it runs");
    sys_kill(process);
    test_arguments();
}

/* ---- kill -------------------------------------------------------------------------------------
 */

void test_kill(void)
{
    struct system_death death;
    endpoint_t victim = partner_start("p2");

    IS(sys_watch(victim, 1), 0, "SYS_WATCH");
    IS(sys_kill(victim), 0, "SYS_KILL");
    OK(next_death(&death) && death.endpoint == victim && death.cause == DEATH_KILL, "is told");
    OK(!(death.status | death.error | death.ip | death.address), "with nothing else");
    IS(sys_kill(victim), -EDEADSRCDST, "kill of the dead");
    IS(sys_kill(ENDPOINT(0x1fffff, 5)), -EDEADSRCDST, "kill of one never born");
    IS(sys_kill(ANY), -EINVAL, "kill ANY");
    IS(sys_kill(SYSTEM), -EINVAL, "kill SYSTEM");
    IS(sys_kill(HARDWARE), -EINVAL, "kill HARDWARE");
    IS(sys_kill(NONE), -EINVAL, "kill NONE");
    IS(sys_kill(-1), -EINVAL, "kill a negative endpoint");
    IS(sys_kill(0), -EINVAL, "kill endpoint 0");
    victim = partner_start("p2");
    sys_watch(victim, 1);
    order_plain(victim, PARTNER_KILL_SELF, 0, 0);
    OK(next_death(&death) && death.endpoint == victim && death.cause == DEATH_KILL, "kill SELF");
}

/* ---- watch and death ---------------------------------------------------------------------------
 */

static void test_watch_errors(void)
{
    message m;

    IS(ask(SYS_DEATH, nothing, &m), -EAGAIN, "no death unread");
    OK(!m.m_words[0] && !m.m_words[6], "and an empty answer");
    IS(sys_watch(ENDPOINT(0x1fffff, 5), 1), -EDEADSRCDST, "watch one never born");
    IS(sys_watch(ANY, 1), -EINVAL, "watch ANY");
    IS(sys_watch(SELF, 1), 0, "watch oneself");
    IS(sys_watch(SELF, 0), 0, "stop it");
    IS(sys_watch(p1, 0), 0, "stop watching one that was not watched");
}

static void test_watch_stops(void)
{
    message m;
    struct system_death death;
    endpoint_t victim = partner_start("p2");

    sys_watch(victim, 1);
    sys_watch(victim, 0);
    sys_kill(victim);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "no event after the watch was stopped");
    IS(sys_death(&death), -EAGAIN, "and no record");
    victim = partner_start("p2");
    sys_watch(victim, 1);
    sys_watch(victim, 1);
    sys_kill(victim);
    IS(receive(HARDWARE, &m), 0, "watched twice: an event");
    IS(sys_death(&death), 0, "a record");
    IS(sys_death(&death), -EAGAIN, "and no second one");
}

static void test_causes(void)
{
    struct system_death death;
    static const uint32_t statuses[] = {0, 1, 127, 128, 255, 256, 0xffffffff};

    for (unsigned i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        endpoint_t victim = partner_start("p2");
        sys_watch(victim, 1);
        order_plain(victim, PARTNER_EXIT, statuses[i], 0);
        OK(next_death(&death) && death.endpoint == victim && death.cause == DEATH_EXIT &&
               death.status == (statuses[i] & 0xff),
           "exit status 0x%x is told in eight bits", (unsigned)statuses[i]);
    }
    endpoint_t victim = partner_start("p2");
    sys_watch(victim, 1);
    order_plain(victim, PARTNER_FAULT, 0, 0);
    OK(next_death(&death) && death.endpoint == victim && death.cause == DEATH_FAULT, "a fault");
    IS(death.status, 14, "its vector");
    IS(death.error, 4, "its error code: a read by ring 3, nothing there");
    IS(death.address, 4, "its address");
    OK(death.ip >= 0x31000000 && death.ip < 0x31010000, "its instruction");
}

/* Two watch the same one, and each has its own record. */
static void test_two_watchers(void)
{
    struct system_death death;
    endpoint_t victim = partner_start("p2");
    const uint32_t watch[6] = {(uint32_t)victim, 1};
    uint32_t told[6] = {0};

    sys_watch(victim, 1);
    IS(partner_asks(p1, SYS_WATCH, watch, NULL), 0, "a second one watches, too");
    sys_kill(victim);
    OK(next_death(&death) && death.endpoint == victim, "the first is told");
    IS(partner_asks(p1, SYS_DEATH, nothing, told), 0, "the second is told");
    OK(told[0] == (uint32_t)victim && told[1] == DEATH_KILL, "the same");
    IS(sys_death(&death), -EAGAIN, "each once");
    order(p1, IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, PARTNER_BUFFER, 0, 0);
    IS(result_of(p1), 0, "the second has its event");
}

static void test_many_deaths(void)
{
    static endpoint_t victims[300];
    struct system_death death;
    unsigned right = 0;
    message m;

    for (unsigned i = 0; i < 300; i++) {
        sys_start("p2", "", &victims[i]);
        sys_watch(victims[i], 1);
        sys_kill(victims[i]);
    }
    for (unsigned i = 0; i < 300; i++)
        right += sys_death(&death) == 0 && death.endpoint == victims[i];
    IS(right, 300, "300 deaths are read in their order");
    IS(sys_death(&death), -EAGAIN, "and no more");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), 0, "one event told of them");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY, "only one");
}

/* Records that nobody reads are bounded, and the watcher's own death frees them. */
static void test_unread_deaths(void)
{
    endpoint_t hoarder = partner_start("p2");
    int result = 0;
    unsigned watched = 0;

    while (watched < 2000 && result == 0) {
        endpoint_t victim;
        if (sys_start("args", "wait", &victim))
            break;
        const uint32_t watch[6] = {(uint32_t)victim, 1};
        result = partner_asks(hoarder, SYS_WATCH, watch, NULL);
        watched += result == 0;
        sys_kill(victim);
    }
    OK(result == -ENOSPC && watched >= 256, "unread records are bounded");
    end(hoarder);
    hoarder = partner_start("p2");
    IS(sys_watch(hoarder, 1), 0, "and free again when the watcher died");
    struct system_death death;
    sys_kill(hoarder);
    OK(next_death(&death) && death.endpoint == hoarder, "so that watching works");
}

void test_watch(void)
{
    test_watch_errors();
    test_watch_stops();
    test_causes();
    test_two_watchers();
    test_many_deaths();
    test_unread_deaths();
}

/* ---- alarm -------------------------------------------------------------------------------------
 */

static uint64_t set_alarm(uint64_t us)
{
    const uint32_t words[6] = {(uint32_t)us, (uint32_t)(us >> 32)};
    message m;

    if (ask(SYS_ALARM, words, &m))
        return UINT64_MAX;
    return (uint64_t)m.m_words[1] << 32 | m.m_words[0];
}

static void test_alarm_time(void)
{
    static const uint32_t delays[] = {1, 999, 1000, 1001, 1999, 5000, 20000};
    message m;
    unsigned early = 0;
    unsigned came = 0;

    for (unsigned i = 0; i < sizeof delays / sizeof *delays; i++) {
        uint64_t before = 0;
        uint64_t after = 0;
        sys_time(&before);
        sys_alarm(delays[i]);
        came += ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, PATIENCE_US, NULL) == 0;
        sys_time(&after);
        early += after - before < delays[i];
    }
    IS(came, sizeof delays / sizeof *delays, "alarms come");
    IS(early, 0, "never early");
}

void test_alarm(void)
{
    message m;

    test_alarm_time();
    IS((int)set_alarm(50000), 0, "no former alarm");
    uint64_t left = set_alarm(0);
    OK(left > 0 && left <= 60000, "cancelling tells what was left");
    IS((int)set_alarm(0), 0, "and then there is none");
    nap(80000);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "a cancelled alarm does not come");
    set_alarm(2000);
    set_alarm(10000000);
    nap(50000);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "a second alarm replaces the first");
    set_alarm(0xffffffffffffffff);
    nap(5000);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "the longest alarm does not wrap around");
    set_alarm(0x8000000000000000);
    OK(set_alarm(0) > 0x7000000000000000, "nor does a very long one");
}

/* ---- interrupt lines ------------------------------------------------------------------------- */

#define LINE_RTC     8
#define RTC_INDEX    0x70
#define RTC_DATA     0x71
#define RTC_PERIODIC 0x40

static int irq(uint32_t operation, uint32_t line, uint32_t bit)
{
    const uint32_t words[6] = {operation, line, bit};

    return ask(SYS_IRQ, words, NULL);
}

static uint8_t rtc_read(uint8_t index)
{
    port_write8(RTC_INDEX, index);
    return port_read8(RTC_DATA);
}

static void rtc_periodic(bool on)
{
    uint8_t b = rtc_read(0x0b);

    port_write8(RTC_INDEX, 0x0b);
    port_write8(RTC_DATA, on ? b | RTC_PERIODIC : b & ~RTC_PERIODIC);
    rtc_read(0x0c);
}

static int next_interrupt(message *m)
{
    return ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, m, 200000, NULL);
}

static void test_irq_errors(void)
{
    IS(irq(IRQ_CLAIM, 5, 1), -EPERM, "a line that is not on the module's line");
    IS(irq(IRQ_CLAIM, 0, 1), -EPERM, "the timer's line");
    IS(irq(IRQ_CLAIM, 17, 1), -EINVAL, "a line that does not exist");
    IS(irq(IRQ_CLAIM, 0xffffffff, 1), -EINVAL, "nor does the last number");
    IS(irq(IRQ_CLAIM, LINE_RTC, 24), -EINVAL, "an event bit that is the kernel's");
    IS(irq(IRQ_CLAIM, LINE_RTC, 32), -EINVAL, "an event bit that does not exist");
    IS(irq(3, LINE_RTC, 1), -EINVAL, "an operation that does not exist");
    OK(irq(IRQ_DONE, LINE_RTC, 0) < 0, "done with a line that was not claimed");
    OK(irq(IRQ_RELEASE, LINE_RTC, 0) < 0, "release of a line that was not claimed");
}

static void test_irq_events(void)
{
    message m;
    unsigned came = 0;

    IS(irq(IRQ_CLAIM, LINE_RTC, 5), 0, "a line is claimed");
    rtc_periodic(true);
    IS(next_interrupt(&m), 0, "its interrupt is an event");
    OK(m.m_source == HARDWARE && m.m_words[0] == 1 << 5, "with the bit that was chosen");
    nap(20000);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "the line is masked until the driver is done");
    for (unsigned i = 0; i < 20; i++) {
        rtc_read(0x0c);
        irq(IRQ_DONE, LINE_RTC, 0);
        came += next_interrupt(&m) == 0 && m.m_words[0] == 1 << 5;
    }
    IS(came, 20, "after each IRQ_DONE the next one comes");
    IS(irq(IRQ_CLAIM, LINE_RTC, 9), 0, "its owner may claim again, with another bit");
    rtc_read(0x0c);
    irq(IRQ_DONE, LINE_RTC, 0);
    next_interrupt(&m);
    IS(m.m_words[0], 1 << 9, "which then comes");
    IS(irq(IRQ_RELEASE, LINE_RTC, 0), 0, "the line is released");
    rtc_read(0x0c);
    nap(20000);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL), -ENOTREADY,
       "and says nothing more");
    rtc_periodic(false);
}

static void test_irq_owner(void)
{
    const uint32_t claim[6] = {IRQ_CLAIM, LINE_RTC, 1};
    const uint32_t done[6] = {IRQ_DONE, LINE_RTC, 0};
    endpoint_t owner = partner_start("p2");

    IS(partner_asks(owner, SYS_IRQ, claim, NULL), 0, "another process claims the line");
    IS(irq(IRQ_CLAIM, LINE_RTC, 1), -EBUSY, "then it is EBUSY");
    OK(irq(IRQ_DONE, LINE_RTC, 0) < 0, "and not ours to be done with");
    OK(irq(IRQ_RELEASE, LINE_RTC, 0) < 0, "nor to release");
    IS(partner_asks(owner, SYS_IRQ, done, NULL), 0, "but its owner's");
    end(owner);
    IS(irq(IRQ_CLAIM, LINE_RTC, 1), 0, "its owner's death releases it");
    irq(IRQ_RELEASE, LINE_RTC, 0);
}

void test_irq(void)
{
    test_irq_errors();
    test_irq_events();
    test_irq_owner();
}

/* ---- power -------------------------------------------------------------------------------------
 */

void test_power(void)
{
    IS(sys_power(2, 0), -EINVAL, "an unknown kind of power");
    IS(sys_power(0xffffffff, 0), -EINVAL, "the last kind of power");
    IS(sys_power(POWER_OFF, 128), -EINVAL, "a status that an emulator cannot tell");
    IS(sys_power(POWER_REBOOT, 0xffffffff), -EINVAL, "the same when rebooting");
}
