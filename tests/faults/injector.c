/*
 * The injector: puts one fault after the other into running servers while the checker asks them,
 * and tells the workstation what came of each.
 *
 * For each fault: it is armed; the checker is sent on a round; what happens until the round is
 * over, or until nobody can believe any more that it will be, is noted; then the server is made
 * fresh by a restart, if the fault was reached, and another round, without a fault, must be all
 * right. Now and then all servers are asked, and what nothing may change is compared. The injector
 * is the most urgent process and never waits for a server, so it sees each death when it happens.
 *
 * What it says goes to QEMU's debug port, a line a fault (run.py reads them), since the tty that
 * shows the log is among those that die.
 */
#include "injector.h"
#include "../guest/lib/fw.h"

#include <abi/calls.h>
#include <abi/errors.h>
#include <abi/fault.h>
#include <parley/ipc.h>
#include <parley/port.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <proto/tty.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEBUG_PORT  0xe9
#define ROUND_US    4000000 /* a round takes some 2 ms; libc gives up after 1 to 3 s */
#define PATIENCE_US 100000  /* for a request that has no deadline, twice */
#define BACK_US     5000000
#define LOOK_US     50 /* how often it is looked whether a server is back */
#define SUMS_EACH   256
#define SETTLE_US   20000

enum death {
    LIVES = '-',
    CRASHED = 'c', /* by a fault of the processor */
    ENDED = 'e',   /* by its own exit */
    HUNG = 'h',    /* somebody ended it: the supervisor, for want of signs of life */
};

static struct fault_header header;
static struct fault fault;
static struct memory_info memory_before;

static struct {
    struct server *victim;
    enum death death;
    uint64_t died, back; /* when; back: 0, or when its successor waited for requests */
    unsigned others;     /* of the others that died, too */
    bool ending;         /* whoever dies now is ended by the injector */
} now;

static struct {
    endpoint_t endpoint;
    struct server_client waits; /* for its next round */
    struct report report;
    bool reported;
} checker = {.endpoint = NONE};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...)
{
    char line[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (const char *c = line; *c; c++)
        port_write8(DEBUG_PORT, (uint8_t)*c);
    port_write8(DEBUG_PORT, '\n');
}

static _Noreturn void power_off(const char *why)
{
    say("end %s", why);
    sys_power(POWER_OFF, 0);
    for (;;)
        ;
}

/* ---- What comes ------------------------------------------------------------------------------ */

static void on_deaths(void)
{
    struct system_death death;
    while (sys_death(&death) == 0) {
        struct server *s = server_of(death.endpoint);
        if (death.endpoint == checker.endpoint)
            checker.endpoint = NONE;
        if (!s)
            continue;
        s->endpoint = NONE;
        if (s == now.victim) {
            now.back = 0;
            strike_died();
        }
        if (now.ending)
            continue;
        now.others += s != now.victim;
        if (s != now.victim || now.death != LIVES)
            continue;
        now.died = now_us();
        now.death = death.cause == DEATH_FAULT ? CRASHED : death.cause == DEATH_EXIT ? ENDED : HUNG;
    }
}

static void on_request(message *m, uint32_t ticket)
{
    if (m->m_type == CHECKER_REPORT && m->m_source == checker.endpoint) {
        memcpy(&checker.report, m->m_words, sizeof checker.report);
        checker.waits = (struct server_client){m->m_source, ticket};
        checker.reported = true;
        return;
    }
    if (FAULT_CLASS(m->m_type) != FAULT_MESSAGE || !strike_settles(m))
        m->m_type = -EFAULT;
    ipc_reply_ticket(m->m_source, m, ticket);
}

/* Takes what comes; false when nothing came until then. */
static bool take(uint64_t until)
{
    const uint64_t from = now_us();
    message m;
    struct ipc_registers r = {.eax = (uint32_t)ANY,
                              .ebx = (uint32_t)&m,
                              .ecx = IPC_RECEIVE_EX | IPC_TIMEOUT,
                              .edx = IPC_ALL_EVENTS,
                              .esi = until > from ? (uint32_t)(until - from) : 0};
    if (ipc_call_registers(&r) != 0)
        return false;
    if (IPC_CAME(r.esi) == IPC_CAME_EVENTS)
        on_deaths();
    else
        on_request(&m, IPC_TICKET(r.esi));
    return true;
}

/* ---- The checker's rounds -------------------------------------------------------------------- */

static bool begin_checker(void)
{
    const uint64_t until = now_us() + BACK_US;
    checker.reported = false;
    if (sys_start("checker", "", &checker.endpoint) < 0 || sys_watch(checker.endpoint, true) < 0)
        return false;
    while (!checker.reported && now_us() < until)
        take(until);
    return checker.reported;
}

static void send_round(const char *name)
{
    static uint32_t salt;
    struct round round = {.salt = ++salt};
    message m = {0};
    strlcpy(round.victim, name, sizeof round.victim);
    memcpy(m.m_words, &round, sizeof round);
    checker.reported = false;
    server_answer(checker.waits, 0, &m);
}

/* Whether it has waited since the last look for an answer that the supervisor does not miss. */
static bool waits_for_ever(void)
{
    static uint32_t sent;
    struct process_info info;
    const uint32_t sent_before = sent;
    if (sys_process(endpoint_slot(checker.endpoint), &info) < 0)
        return false;
    sent = info.messages_sent;
    return sent == sent_before && info.state == PROCESS_AWAITING &&
           !service_answers_at_once(info.asked.m_type);
}

/* Until the round is over, or will never be; meanwhile notes when the victim is back, if it dies.
 */
static void wait_for_round(void)
{
    const uint64_t until = now_us() + ROUND_US;
    uint64_t look = now_us() + PATIENCE_US;
    while (!checker.reported && now_us() < until) {
        const bool looks = now.victim && now.death != LIVES && now.back == 0;
        if (!take(looks ? now_us() + LOOK_US : look) && looks && server_is_back(now.victim))
            now.back = now_us();
        if (now_us() < look)
            continue;
        if (waits_for_ever())
            return;
        look = now_us() + PATIENCE_US;
    }
}

static bool clean_round(const char *name)
{
    send_round(name);
    wait_for_round();
    if (checker.reported && checker.report.told == 0 && checker.report.wrong == 0)
        return true;
    say("clean round of '%s': %d reported, %u right, %u told, first %d, %u wrong, first at line %u",
        name, checker.reported, (unsigned)checker.report.right, (unsigned)checker.report.told,
        (int)checker.report.first_told, (unsigned)checker.report.wrong,
        (unsigned)checker.report.first_wrong);
    return false;
}

/* ---- Back to a good state -------------------------------------------------------------------- */

static bool all_are_back(void)
{
    bool all = true;
    for (struct server *s = servers; s < servers + server_count; s++) {
        const bool is = server_is_back(s);
        if (s == now.victim && is && now.back == 0)
            now.back = now_us();
        all &= is;
    }
    return all;
}

static bool wait_for_all(void)
{
    const uint64_t until = now_us() + BACK_US;
    while (!all_are_back())
        if (!take(now_us() + LOOK_US) && now_us() >= until)
            return false;
    return true;
}

static void end_checker(void)
{
    const uint64_t until = now_us() + BACK_US;
    sys_kill(checker.endpoint);
    while (checker.endpoint != NONE && take(until))
        ;
}

/* Restarts what has not died by itself; a new checker, if the old one waits for ever. */
static bool make_fresh(void)
{
    const bool lost = !checker.reported;
    now.ending = true;
    if (lost)
        end_checker();
    if (now.death == LIVES)
        sys_kill(now.victim->endpoint);
    while (take(now_us()))
        ;
    const bool all = wait_for_all();
    now.ending = false;
    return all && (!lost || begin_checker());
}

/* ---- One fault ------------------------------------------------------------------------------- */

static struct server *find_victim(void)
{
    struct server *s = &servers[fault.victim];
    return strcmp(s->name, "supervisor") == 0 ? server_that_leads() : s;
}

/* False: no further fault can be put into this machine. */
static bool run_fault(void)
{
    now.victim = find_victim();
    now.death = LIVES;
    now.back = now.died = now.others = 0;
    if (!now.victim || !strike_arm(&fault, now.victim->endpoint)) {
        say("fault %u cannot be put there", (unsigned)fault.number);
        return false;
    }
    const bool supervisor = strncmp(now.victim->name, "supervisor", 10) == 0;
    const char *round = supervisor ? "supervisor" : now.victim->name;
    send_round(round);
    wait_for_round();
    const bool answered = checker.reported;
    const struct report r = answered ? checker.report : (struct report){0};
    if (now.death != LIVES || !answered || r.told || r.wrong)
        strike_had_effect();
    strike_disarm(now.death == LIVES);
    const enum death death = now.death;
    bool fresh = true, clean = true;
    if (strike_reached() != REACHED_NOT || death != LIVES || !answered || now.others) {
        fresh = make_fresh();
        clean = fresh && clean_round(answered ? round : "");
    }
    say("fault %u %d %c %d %u %d %d %u %u %u %u %d", (unsigned)fault.number, strike_reached(),
        death, answered, death == LIVES || !now.back ? 0 : (unsigned)(now.back - now.died), fresh,
        clean, now.others, (unsigned)r.told, (unsigned)r.wrong, (unsigned)r.first_wrong,
        (int)r.first_told);
    return clean;
}

/* ---- The campaign ---------------------------------------------------------------------------- */

static void check_all(void)
{
    const char *changed = sums_changed();
    if (!clean_round(""))
        power_off("not well");
    if (changed) {
        say("damage %s", changed);
        power_off("damage");
    }
}

static void begin(void)
{
    if (!fw_open(FAULTS_FILE))
        power_off("no file of faults");
    fw_read(&header, sizeof header);
    if (header.magic != FAULTS_MAGIC || header.victims > VICTIMS_MAX)
        power_off("a file of another form");
    servers_begin(&header);
    if (!wait_for_all())
        power_off("not all servers have begun");
    sys_memory(&memory_before);
    if (!begin_checker())
        power_off("the checker has not begun");
    sums_note();
    check_all();
}

/* With nobody left who has borrowed any. */
static void check_free_memory(void)
{
    struct memory_info after;
    end_checker();
    take(now_us() + SETTLE_US);
    sys_memory(&after);
    say("memory %u %u", (unsigned)memory_before.free_bytes, (unsigned)after.free_bytes);
}

int main(void)
{
    begin();
    for (uint32_t done = 0; done < header.faults; done++) {
        fw_read(&fault, sizeof fault);
        if (!run_fault())
            power_off("not well");
        if (done % SUMS_EACH == SUMS_EACH - 1)
            check_all();
    }
    check_all();
    check_free_memory();
    power_off("done");
}
