/* See health.h. What answers is asked with a time limit, so that a server that hangs is a failed
 * check. */
#include "health.h"
#include "../lib/judge.h"

#include <parley/memory.h>
#include <parley/server.h>
#include <parley/space.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/files.h>
#include <proto/hello.h>
#include <proto/memory.h>
#include <proto/names.h>
#include <proto/pipes.h>
#include <proto/store.h>
#include <proto/supervisor.h>
#include <proto/tty.h>
#include <string.h>

#define SLOTS      256
#define NEVER_BORN ((uint32_t)ENDPOINT(ENDPOINT_GENERATION_LAST, 255))
#define TRIES                                                                                      \
    200 /* until the accounts are right again: who has died is buried soon, not at once            \
         */

/* What must come out even. */
struct accounts {
    struct memory_info memory;
    uint32_t processes, published;
    uint32_t server_free, server_total, loans;
};

static struct accounts begun;
static uint32_t starts[64];

static const char *const servers[] = {"store-2", "store",  "names",      "memory",
                                      "tty",     "clock",  "hello",      "files",
                                      "pipes",   "tracer", "supervisor", "supervisor-2"};
#define SERVERS (sizeof servers / sizeof *servers)

static int ask_within(const char *name, message *m, uint32_t limit_us)
{
    endpoint_t server;
    int error = sys_lookup(name, &server);
    if (!error)
        error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, server, m, limit_us, NULL);
    return error ? error : m->m_type;
}

static int ask(const char *name, message *m)
{
    return ask_within(name, m, PATIENCE_US);
}

/* ---- Each server does its work --------------------------------------------------------------- */

static bool clock_works(void)
{
    message m = {.m_type = CLOCK_UPTIME};
    uint64_t before, after;
    sys_time(&before);
    const int error = ask("clock", &m);
    sys_time(&after);
    const uint64_t said = (uint64_t)m.m_words[1] << 32 | m.m_words[0];
    return error == 0 && before <= said && said <= after;
}

static bool names_work(void)
{
    message m = {.m_type = NAMES_LOOKUP};
    endpoint_t clock = NONE;
    strlcpy((char *)m.m_words, "clock", NAME_BYTES);
    return ask("names", &m) == 0 && sys_lookup("clock", &clock) == 0 &&
           ((struct names_answer *)m.m_words)->endpoint == clock;
}

static bool memory_works(void)
{
    message m = {.m_type = MEMORY_ALLOCATE, .m_words = {8192}};
    uint32_t sum = 0;
    if (ask("memory", &m) != 0)
        return false;
    const uint32_t address = m.m_words[0];
    for (uint32_t *word = (uint32_t *)address; word < (uint32_t *)(address + 8192); word++) {
        sum |= *word;
        *word = 0xfeedf00d;
    }
    m = (message){.m_type = MEMORY_RELEASE, .m_words = {address, 8192}};
    return ask("memory", &m) == 0 && sum == 0;
}

static bool store_works(void)
{
    static uint32_t value;
    message m = {.m_type = STORE_PUT, .m_words = {99, 0, ++value, 2, 3, 4, 5}};
    if (ask("store", &m) != 0)
        return false;
    m = (message){.m_type = STORE_GET, .m_words = {99}};
    if (ask("store", &m) != 0 || m.m_words[2] != value || m.m_words[6] != 5)
        return false;
    m = (message){.m_type = STORE_DROP, .m_words = {99}};
    return ask("store", &m) == 0;
}

/* The first text on another console takes memory for its screen, which it then has. */
static bool consoles_are_open(void)
{
    for (unsigned console = 1; console < TTY_CONSOLES; console++) {
        message m = {.m_type = TTY_WRITE};
        struct tty_output *output = (struct tty_output *)m.m_words;
        output->console = console;
        output->text[0] = '\r';
        if (ask("tty", &m) != 0)
            return false;
    }
    return true;
}

static bool tty_works(void)
{
    message m = {.m_type = TTY_SIZE};
    return ask("tty", &m) == 0 && m.m_words[0] >= 40 && m.m_words[1] >= 10 && consoles_are_open();
}

/* Who has the right may have given it its other program (hello_next.c). */
static bool hello_works(void)
{
    message m = {.m_type = HELLO_GREET};
    const char *said = (const char *)m.m_words;
    strlcpy((char *)m.m_words, "judge", NAME_BYTES);
    return ask("hello", &m) == 0 &&
           (strcmp(said, "Hello, judge!") == 0 || strcmp(said, "Welcome!") == 0);
}

static bool files_work(void)
{
    message m = {.m_type = FILES_FIND};
    strlcpy((char *)m.m_words, "notes.txt", FILES_NAME_BYTES);
    if (ask("files", &m) != 0)
        return false;
    m = (message){.m_type = FILES_GET, .m_words = {m.m_words[0], 0}};
    return ask("files", &m) == 0 && m.m_words[1] == 10 &&
           memcmp(&m.m_words[2], "One note.\n", 10) == 0;
}

/* A pipe with somebody who is dead: all is made, and given back. */
static bool pipes_work(void)
{
    message m = {.m_type = PIPES_MAKE, .m_words = {(uint32_t)self(), NEVER_BORN}};
    return ask("pipes", &m) == -EDEADSRCDST;
}

static bool supervisor_works(void)
{
    message m = {.m_type = SUPERVISOR_LIST};
    int error = ask("supervisor", &m);
    if (error) {
        m = (message){.m_type = SUPERVISOR_LIST};
        error = ask("supervisor-2", &m);
    }
    return error == 0 && ((struct supervisor_entry *)m.m_words)->state == SUPERVISOR_STATE_RUNNING;
}

static bool pings(const char *name)
{
    message m = {.m_type = PROTO_PING, .m_words = {1, 2, 3, 4, 5, 6, 7}};
    return ask(name, &m) == 0 && m.m_words[0] == 1 && m.m_words[6] == 7;
}

static bool all_work(const char *after)
{
    static const struct {
        const char *name;
        bool (*works)(void);
    } work[] = {{"clock", clock_works}, {"names", names_work}, {"memory", memory_works},
                {"store", store_works}, {"tty", tty_works},    {"hello", hello_works},
                {"files", files_work},  {"pipes", pipes_work}, {"a supervisor", supervisor_works}};
    bool all = health_silent() == 0;
    for (unsigned i = 0; i < sizeof work / sizeof *work; i++) {
        if (work[i].works())
            continue;
        tap_note("%s: %s does not do its work", after, work[i].name);
        all = false;
    }
    return all;
}

/* ---- Accounts -------------------------------------------------------------------------------- */

static void count(struct accounts *a)
{
    struct process_info info;
    message m = {.m_type = MEMORY_INFO};
    memset(a, 0, sizeof *a);
    sys_memory(&a->memory);
    for (unsigned slot = 0; slot < SLOTS; slot++)
        a->processes += sys_process(slot, &info) == 0;
    if (ask("memory", &m) == 0) {
        a->server_free = m.m_words[0];
        a->server_total = m.m_words[1];
        a->loans = m.m_words[2];
    }
    for (;; a->published++) {
        m = (message){.m_type = NAMES_LIST};
        ((struct names_request *)m.m_words)->index = a->published;
        if (ask("names", &m) != 0)
            break;
    }
}

/* A process gets the page in which its loans are noted with the first; it is no news later. */
static void note_first_loans(void)
{
    uint32_t grant;
    OK(pipes_work() && memory_grant(&begun, 1, self(), ACCESS_READ, &grant) == 0 &&
           memory_revoke(grant) == 0,
       "the pipe server and the judge have lent something");
}

static void explain(const struct accounts *now)
{
    tap_note("frames free %u, were %u; process bytes %u, were %u",
             (unsigned)now->memory.frames_free, (unsigned)begun.memory.frames_free,
             (unsigned)now->memory.process_bytes, (unsigned)begun.memory.process_bytes);
    tap_note("processes %u, were %u; names %u, were %u; loans %u, were %u",
             (unsigned)now->processes, (unsigned)begun.processes, (unsigned)now->published,
             (unsigned)begun.published, (unsigned)now->loans, (unsigned)begun.loans);
    tap_note("the memory server: free %u, were %u; total %u, were %u", (unsigned)now->server_free,
             (unsigned)begun.server_free, (unsigned)now->server_total,
             (unsigned)begun.server_total);
}

static bool balances(void)
{
    struct accounts now;
    for (unsigned i = 0; i < TRIES; i++) {
        health_bury();
        count(&now);
        if (memcmp(&now, &begun, sizeof now) == 0)
            return true;
        nap(10000);
    }
    explain(&now);
    return false;
}

bool health_check(const char *after)
{
    const bool work = all_work(after);
    OK(work, "after %s: every server answers and does its work", after);
    const bool even = work && balances();
    OK(even, "after %s: frames, slots, names, loans and pipes are as before", after);
    return work && even;
}

/* ---- Who died -------------------------------------------------------------------------------- */

static uint32_t starts_of(const char *name)
{
    struct module_info info;
    for (unsigned i = 0; sys_module(i, &info) == 0; i++)
        if (strcmp(info.name, name) == 0)
            return info.starts;
    return 0;
}

void health_note(void)
{
    for (unsigned i = 0; i < SERVERS; i++)
        starts[i] = starts_of(servers[i]);
}

bool health_check_nobody_died(const char *after)
{
    unsigned died = 0;
    for (unsigned i = 0; i < SERVERS; i++) {
        if (starts_of(servers[i]) == starts[i])
            continue;
        tap_note("%s was started %u times more", servers[i],
                 (unsigned)(starts_of(servers[i]) - starts[i]));
        died++;
    }
    IS(died, 0, "after %s: no server has died", after);
    health_note();
    return died == 0;
}

unsigned health_silent(void)
{
    unsigned silent = 0;
    for (unsigned i = 0; i < SERVERS; i++) {
        if (pings(servers[i]))
            continue;
        tap_note("%s does not answer a ping", servers[i]);
        silent++;
    }
    return silent;
}

bool health_comes_up(const char *server)
{
    for (unsigned tries = 0; tries < 1000; tries++) {
        if (pings(server))
            return true;
        nap(1000);
    }
    tap_note("%s does not come up", server);
    return false;
}

static bool come_up(void)
{
    for (unsigned i = 0; i < SERVERS; i++)
        if (!health_comes_up(servers[i]))
            return false;
    nap(50000); /* the second store has all by then */
    health_note();
    return consoles_are_open();
}

bool health_begin(void)
{
    const bool up = come_up();
    note_first_loans();
    count(&begun);
    return up;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

void health_bury(void)
{
    /* The memory server gives back what the dead had before it answers this. */
    message m = {.m_type = MEMORY_WAIT, .m_words = {ANY, 1}};
    (void)ask_within("memory", &m, 20000);
}

void health_end(const char *module)
{
    endpoint_t process;
    if (sys_lookup(module, &process) == 0)
        (void)sys_kill(process);
    health_bury();
}

static void kill_all(void)
{
    struct process_info info;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (sys_process(slot, &info) == 0 && info.endpoint != self())
            (void)sys_kill(info.endpoint);
}

static bool is_server(const struct process_info *info)
{
    endpoint_t process;
    for (unsigned i = 0; i < SERVERS; i++)
        if (sys_lookup(servers[i], &process) == 0 && process == info->endpoint)
            return true;
    return info->endpoint == self();
}

void health_sweep(void)
{
    struct process_info info;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        if (sys_process(slot, &info) == 0 && !is_server(&info))
            (void)sys_kill(info.endpoint);
    health_bury();
}

void health_silence(void)
{
    kill_all();
}

static void release_all(void)
{
    struct system_death death;
    while (sys_space_owed(&death) == 0)
        while (sys_space_release(death.endpoint) == (int)SPACE_RELEASE_PAGES)
            continue;
}

/* Nobody else runs in between: the judge is the most urgent and waits for nothing. The supervisor
   that is alone leads, and starts the other one. */
bool health_renew(void)
{
    message off = {.m_type = SYS_TRACE, .m_words = {1}};
    struct system_death death;
    endpoint_t supervisor;
    kill_all();
    release_all();
    (void)ipc_request(SYSTEM, &off);
    while (sys_death(&death) == 0)
        continue;
    return sys_start("supervisor", "", &supervisor) == 0 && come_up();
}
