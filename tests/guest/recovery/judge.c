/*
 * Judge of recovery: policies, hangs, takeover, what outlives a death, and then a loop of random
 * kills of everything, the supervisors and the stores among them, while workers check every answer.
 * The arguments are the number of kills and the seed; a third one, `random`, leaves out what comes
 * before them, which needs time that is made of instructions; `states` there is another part
 * instead of all that (states.h).
 *
 * Nothing is printed while the tty, which prints the log, is among those that die.
 */
#include "recovery.h"
#include "states.h"
#include "steps.h"

#include <parley/memory.h>
#include <parley/server.h>
#include <parley/store.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/hello.h>
#include <proto/store.h>
#include <proto/supervisor.h>
#include <proto/tty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KILLS_MOST 200000

static uint32_t starts_of(const char *name)
{
    struct module_info info;
    unsigned index;
    return module_named(name, &index, &info) ? info.starts : 0;
}

/* ---- The order of needs, and the policies ---------------------------------------------------- */

static void test_start(void)
{
    struct process_info first, second;
    OK(is_up("last", NONE) != NONE, "what needs others is up");
    OK(describe(process_of("m-always"), &first) && describe(process_of("last"), &second),
       "both can be described");
    OK(endpoint_slot(second.endpoint) > endpoint_slot(process_of("deaf")),
       "a module whose line comes first, but that needs a later one, starts after it");
    IS(ask("supervisor-2", SUPERVISOR_LIST, 0), -EAGAIN, "the second supervisor waits");
    for (unsigned i = 0; i < 1000 && starts_of("m-storm") <= 16; i++)
        nap(10000);
    nap(100000);
    const uint32_t starts = starts_of("m-storm");
    OK(starts > 16 && starts < 40,
       "one that ends at once is delayed, even with backoff=0: %u starts", (unsigned)starts);
}

/* What SYS_MODULE and SYS_LOOKUP say of what is supervised. */
static void test_told(void)
{
    struct module_info info, need;
    unsigned index, first, second;
    endpoint_t process;
    OK(module_named("m-limit", &index, &info) && (info.flags & MODULE_SUPERVISED), "a flag");
    OK(info.restart == RESTART_FAULT && info.limit == 3 && info.limit_seconds == 60 &&
           info.backoff_ms == 0 && info.heartbeat_ms == 0,
       "policy, limit, delays as on the line");
    OK(module_named("m-beat", &index, &info) && info.heartbeat_ms == 20, "the heartbeat");
    OK(module_named("deaf", &first, &need) && module_named("m-always", &second, &need) &&
           module_named("last", &index, &info) && info.needs[0] == first &&
           info.needs[1] == second && info.needs[2] == MODULE_NO_NEED,
       "the needs, by their places");
    OK(module_named("w0", &index, &info) && !(info.flags & MODULE_SUPERVISED) &&
           info.needs[0] == MODULE_NO_NEED,
       "and nothing of the kind of another module");
    IS(sys_lookup("w0", &process), -ENOENT, "one on demand that does not run is not there");
    IS(supervisor_asks(SUPERVISOR_STOP, "m-still"), 0, "a supervised one is stopped");
    OK(comes_to_state("m-still", SUPERVISOR_STATE_STOPPED), "and gone");
    IS(sys_lookup("m-still", &process), -EAGAIN, "it may be back soon");
    IS(supervisor_asks(SUPERVISOR_START, "m-still"), 0, "it is started");
    OK(is_up("m-still", NONE) != NONE, "and runs");
}

static void test_policies(void)
{
    struct supervisor_entry entry;
    endpoint_t former = process_of("m-fault");
    IS(ask("m-fault", MOODY_EXIT, 3), -EREPLYDEAD, "restart=fault: it ends with status 3");
    OK(is_up("m-fault", former) != NONE, "and comes back");
    OK(entry_of("m-fault", &entry) && entry.cause == SUPERVISOR_CAUSE_EXIT && entry.status == 3,
       "the list says how it died");
    IS(ask("m-fault", MOODY_EXIT, 0), -EREPLYDEAD, "it ends with status 0");
    OK(comes_to_state("m-fault", SUPERVISOR_STATE_ENDED), "and stays away");
    IS(supervisor_asks(SUPERVISOR_START, "m-fault"), 0, "it is started on request");
    OK(is_up("m-fault", NONE) != NONE, "and runs");

    former = process_of("m-always");
    IS(ask("m-always", MOODY_EXIT, 0), -EREPLYDEAD, "restart=always: it ends with status 0");
    OK(is_up("m-always", former) != NONE, "and comes back");
    IS(ask("m-never", MOODY_FAULT, 0), -EREPLYDEAD, "restart=never: it faults");
    OK(comes_to_state("m-never", SUPERVISOR_STATE_ENDED), "and stays away");
    OK(entry_of("m-never", &entry) && entry.cause == SUPERVISOR_CAUSE_FAULT && entry.status == 14,
       "the list says that it was a page fault");
}

static void test_limit(void)
{
    for (unsigned i = 0; i < 3; i++) {
        endpoint_t former = is_up("m-limit", NONE);
        IS(ask("m-limit", MOODY_FAULT, 0), -EREPLYDEAD, "limit=3/60: death %u", i + 1);
        OK(is_up("m-limit", former) != NONE, "and restart %u", i + 1);
    }
    IS(ask("m-limit", MOODY_FAULT, 0), -EREPLYDEAD, "death 4");
    OK(comes_to_state("m-limit", SUPERVISOR_STATE_GIVEN_UP), "it is given up");
    IS(starts_of("m-limit"), 4, "after three restarts");
    IS(supervisor_asks(SUPERVISOR_START, "m-limit"), 0, "a person may start it all the same");
    OK(is_up("m-limit", NONE) != NONE, "and it runs");
}

static void test_back_off(void)
{
    uint64_t begin, now;
    unsigned restarts = 0;
    sys_time(&begin);
    for (; restarts < 5; restarts++) { /* 4 + 8 + 16 + 32 + 64 ms */
        endpoint_t former = is_up("m-backoff", NONE);
        end(former);
        if (is_up("m-backoff", former) == NONE)
            break;
    }
    sys_time(&now);
    IS(restarts, 5, "five restarts");
    OK(now - begin >= 124000, "each delay is twice the one before: %u us in all",
       (unsigned)(now - begin));
}

static void test_commands(void)
{
    endpoint_t former = process_of("hello");
    uint32_t starts = starts_of("hello");
    IS(supervisor_asks(SUPERVISOR_RESTART, "hello"), 0, "restart");
    OK(is_up("hello", former) != NONE, "another process answers");
    IS(starts_of("hello"), starts + 1, "it was started once more");
    IS(supervisor_asks(SUPERVISOR_STOP, "hello"), 0, "stop");
    OK(comes_to_state("hello", SUPERVISOR_STATE_STOPPED), "it is stopped");
    nap(20000);
    IS(starts_of("hello"), starts + 1, "and not started again");
    IS(supervisor_asks(SUPERVISOR_STOP, "nobody"), -ENOENT, "nobody is stopped");
    former = process_of("supervisor");
    end(former);
    OK(is_up("supervisor", former) != NONE, "the supervisor died and is back");
    OK(comes_to_state("supervisor-2", SUPERVISOR_STATE_LEADS), "the second one leads");
    IS(ask("supervisor", SUPERVISOR_LIST, 0), -EAGAIN, "the first one waits");
    OK(comes_to_state("hello", SUPERVISOR_STATE_STOPPED), "what was stopped still is");
    end(process_of("supervisor-2"));
    OK(comes_to_state("supervisor", SUPERVISOR_STATE_LEADS), "and back again");
    OK(is_up("supervisor-2", NONE) != NONE, "with a second one");
    IS(supervisor_asks(SUPERVISOR_START, "hello"), 0, "start");
    OK(is_up("hello", NONE) != NONE, "it runs");
}

/* Workers have no kernel=start:kill. */
static void test_permission(void)
{
    struct system_death death = {.cause = DEATH_KILL};
    uint32_t starts = starts_of("hello");
    sys_watch(start("w0", "intruder"), true);
    OK(next_death(&death) && death.cause == DEATH_EXIT && death.status == WORKER_GOOD,
       "somebody who may not kill asks for a restart and a stop, and is refused");
    nap(20000);
    IS(starts_of("hello"), starts, "nothing was restarted");
}

/* ---- Hangs ----------------------------------------------------------------------------------- */

static void test_hangs(void)
{
    struct supervisor_entry entry;
    endpoint_t former = process_of("m-beat");
    IS(ask("m-beat", MOODY_WORK, 15), 0, "heartbeat=20: work of 15 ms is done");
    for (unsigned i = 0; i < 20; i++)
        ask("m-beat", MOODY_WORK, 12);
    IS(process_of("m-beat"), former, "one that is always busy, and takes messages, is left alone");
    IS(ask("m-beat", MOODY_SPIN, 0), -EREPLYDEAD, "one that spins is ended");
    OK(is_up("m-beat", former) != NONE, "and comes back");
    OK(entry_of("m-beat", &entry) && entry.cause == SUPERVISOR_CAUSE_HANG, "the list says why");
    former = process_of("m-beat");
    message m = {.m_type = MOODY_HOLD};
    IS(ipc_call(IPC_REQUEST | IPC_TIMEOUT, former, &m, 200000, NULL), -EREPLYTIMEDOUT,
       "one that puts a request off whose protocol nobody has described");
    IS(process_of("m-beat"), former, "is left alone");
    IS(ask("m-beat", HELLO_GREET, 0), -EREPLYDEAD,
       "one that answers pings, and not a request that has an answer at once, is ended");
    OK(is_up("m-beat", former) != NONE, "and comes back");
    OK(entry_of("m-beat", &entry) && entry.cause == SUPERVISOR_CAUSE_HANG, "the list says why");
    former = process_of("m-beat");
    IS(ask("m-beat", HELLO_GREET, 1), -EREPLYDEAD,
       "one that does not answer it, since it asks another for ever, is ended, too");
    OK(is_up("m-beat", former) != NONE, "and comes back");
    for (uint32_t i = 0; i < 2; i++) {
        former = process_of("m-beat");
        (void)ask("m-beat", MOODY_PING, i ? MOODY_HOLD : MOODY_SPIN);
        OK(comes_to_die(former) && is_up("m-beat", former) != NONE,
           "one that %s pings is ended and comes back", i ? "puts off" : "spins at");
    }
    former = process_of("m-still");
    IS(ask("m-still", MOODY_WORK, 100), 0, "heartbeat=0: nobody asks");
    IS(process_of("m-still"), former, "and nobody is ended");
    IS(supervisor_asks(SUPERVISOR_RESTART, "m-still"), 0,
       "one that says that it retires, and stays, is to restart");
    OK(is_up("m-still", former) != NONE, "and does");
}

/* A server that holds a request by right, and whoever made it has its message say something else.
 */
static void test_liar(void)
{
    const endpoint_t former = process_of("m-beat"), liar = start("liar", "m-beat");
    void *at = NULL;
    size_t bytes = 0;
    message m;
    OK(ipc_call(IPC_RECEIVE | IPC_TIMEOUT, liar, &m, 1000000, NULL) == 0 &&
           memory_attach(m.m_words[0], &at, &bytes) == 0 &&
           comes_to(liar, PROCESS_AWAITING, former),
       "one waits for an answer that comes late by right");
    ((message *)at)->m_type = HELLO_GREET;
    nap(500000);
    IS(process_of("m-beat"), former,
       "and its server is left alone, though the request has another type by now");
    end(liar);
    memory_detach(m.m_words[0]);
}

/* Whenever it has a ping in hand all stand still until that has timed out, as they do on a machine
   whose processor is taken away; then it answers. */
static void test_late(void)
{
    const endpoint_t former = process_of("m-beat"), leader = process_of("supervisor");
    bool held = true;
    for (unsigned i = 0; i < 6; i++) {
        held = held && comes_to(former, PROCESS_RECEIVING, ANY);
        const endpoint_t less_urgent = start("hog2", "");
        held = held && comes_to(leader, PROCESS_AWAITING, former);
        const endpoint_t all = start("hog0", "");
        nap(60000);
        end(less_urgent);
        end(all);
    }
    OK(held, "one is held six times with a ping in hand");
    IS(process_of("m-beat"), former, "and not ended: it had not had the processor");
}

/* ---- Clients that wait ----------------------------------------------------------------------- */

static void kill_soon(const char *name)
{
    endpoint_t process;
    unsigned tries = 0;
    while (sys_start("killer", name, &process) == -EBUSY && tries++ < 1000) /* the one before */
        nap(1000);
}

static void test_clients(void)
{
    static struct service deaf = SERVICE("deaf"), tty = SERVICE("tty"), moody = SERVICE("m-always");
    static struct service clock = SERVICE("clock");
    uint64_t began, ended;
    message m = {.m_type = PROTO_PING};
    endpoint_t former;

    kill_soon("deaf");
    names_lookup("deaf", &former);
    IS(ipc_request(former, &m), -EDEADSRCDST, "who queues at one that dies gets EDEADSRCDST");
    OK(names_lookup("deaf", &deaf.endpoint) == 0 && deaf.endpoint != former,
       "the name leads to its successor");
    deaf.endpoint = former;
    m = (message){.m_type = MOODY_WORK, .m_words = {1}};
    IS(service_request(&deaf, &m), 0, "a request that the dead never had goes to the successor");

    kill_soon("m-always");
    m = (message){.m_type = MOODY_HOLD};
    IS(service_request(&moody, &m), -EREPLYDEAD, "what may not be repeated is reported");
    kill_soon("tty");
    m = (message){.m_type = TTY_READ, .m_words = {1}};
    IS(service_request(&tty, &m), -EREPLYDEAD, "so is a read of a tty that died");

    former = process_of("clock");
    kill_soon("clock");
    sys_time(&began);
    m = (message){.m_type = CLOCK_SLEEP};
    /* From the boot on: one that is counted anew would take as long again. */
    struct clock_sleep asked = {.microseconds_low = (uint32_t)began + 60000, .began_low = 1};
    memcpy(m.m_words, &asked, sizeof asked);
    IS(service_request(&clock, &m), 0, "a sleep goes on with the next clock");
    sys_time(&ended);
    OK(ended - began >= 60000 && process_of("clock") != former, "and does not end early");
    OK(ended - began < began / 2, "nor as if it had begun anew: after %u us",
       (unsigned)(ended - began));
}

/* ---- What outlives a death ------------------------------------------------------------------- */

static bool records_are_there(void)
{
    uint32_t value[5], key = 0;
    for (uint32_t i = 0; i < 50; i++, key++) {
        if (store_next(&key, value, sizeof value) < 0 || key != 3 * i || value[0] != i ||
            value[4] != ~i)
            return false;
        key = 3 * i;
    }
    return store_next(&key, value, sizeof value) == -ENOENT;
}

static int put_fifty(void)
{
    int error = 0;
    for (uint32_t i = 0; i < 50 && error == 0; i++) {
        const uint32_t value[5] = {[0] = i, [4] = ~i};
        error = store_put(3 * i, value, sizeof value);
    }
    return error;
}

static void put_records(void)
{
    IS(put_fifty(), 0, "fifty records are put");
    OK(records_are_there(), "and are there");
}

static void test_store(void)
{
    uint32_t value[5] = {0};
    endpoint_t former;
    int error = 0;
    end(former = process_of("store"));
    OK(is_up("store", former) != NONE && records_are_there(), "also after the store died");
    end(former = process_of("store-2"));
    OK(is_up("store-2", former) != NONE, "the second store died and is back");
    OK(stores_are_whole(), "the first one gives it what it has");
    end(former = process_of("store"));
    OK(is_up("store", former) != NONE && records_are_there(), "and was given all again");
    IS(store_get(4, value, sizeof value), -ENOENT, "a key that is not there");
    IS(store_drop(4), 0, "may be dropped");
    uint32_t key = 0;
    while (error == 0 && key < 200)
        error = store_put(1000 + key++, value, sizeof value);
    IS(error, -ENOSPC, "there is an end");
    IS(key, 128 - 50 + 1, "at 128 records");
    for (key = 0; key < 200; key++)
        store_drop(1000 + key);
    OK(records_are_there(), "the others are as they were");
    IS(ask("store", STORE_COPY, 0), -EPERM, "nobody else may speak as a store does");
}

static void test_names(void)
{
    endpoint_t before, after, former = process_of("names");
    IS(names_lookup("hello", &before), 0, "a name is published");
    end(former);
    OK(is_up("names", former) != NONE, "the name server died and is back");
    OK(names_lookup("hello", &after) == 0 && before == after, "the name is still there");
    IS(names_lookup("nobody", &after), -ENOENT, "one that was never there is not");
    /* One dead, then the one who has to tell of it. */
    end(process_of("hello"));
    end(process_of("names"));
    IS(names_lookup("hello", &after), 0, "both die: the name comes back");
    OK(after != before && after == process_of("hello"), "and leads to the successor");
}

static void test_tty(void)
{
    endpoint_t former = process_of("tty");
    static struct service tty = SERVICE("tty");
    message m = {.m_type = TTY_OWNER};
    IS(service_request(&tty, &m), 0, "the judge owns the tty");
    m = (message){.m_type = TTY_MODE, .m_words = {TTY_MODE_RAW}};
    IS(service_request(&tty, &m), 0, "in raw mode");
    end(former);
    OK(is_up("tty", former) != NONE, "the tty died and is back");
    m = (message){.m_type = TTY_MODE, .m_words = {TTY_MODE_LINE}};
    IS(service_request(&tty, &m), 0, "the mode is set");
    IS(m.m_words[0], TTY_MODE_RAW, "and had outlived the tty");
}

/* ---- Random kills ---------------------------------------------------------------------------- */

static uint32_t seed = 1;

static uint32_t roll(uint32_t sides)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)seed * sides >> 32);
}

static const char *const victims[] = {"names",      "clock",        "tty",    "hello",
                                      "files",      "pipes",        "memory", "store",
                                      "supervisor", "supervisor-2", "store-2"};
#define VICTIMS (sizeof victims / sizeof victims[0])

/* What each worker does, and is called; the reader before its writer. */
static const char *const works[] = {"clock",  "sleep", "names",  "tty",   "store",
                                    "memory", "files", "reader", "writer"};
static const char *const worker_names[] = {"w0", "w1", "w2",          "w3", "w4",
                                           "w5", "w6", STREAM_READER, "w8"};
#define WORKS (sizeof works / sizeof works[0])

static uint32_t times[KILLS_MOST];

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Whether all that it heard of has been dealt with: nobody waits while more is there to take. */
static bool is_idle(const char *name)
{
    return comes_to(process_of(name), PROCESS_RECEIVING, ANY);
}

/* Both stores are new, and empty. Their owners have put again what they had, before the next one
   dies; so does this process. */
static bool records_come_back(void)
{
    return stores_are_whole() && is_idle("names") && is_idle("clock") && is_idle("tty") &&
           put_fifty() == 0;
}

static bool both(const char *first, const char *second, const char *one, const char *other)
{
    return (strcmp(first, one) == 0 && strcmp(second, other) == 0) ||
           (strcmp(first, other) == 0 && strcmp(second, one) == 0);
}

/* Kills one, or one and another; returns which came not back, or NULL. */
static const char *kill_some(unsigned *kills, unsigned most)
{
    const char *const first = victims[roll(VICTIMS)];
    const char *second = roll(3) == 0 && *kills + 1 < most ? victims[roll(VICTIMS)] : first;
    endpoint_t former = process_of(first), former2 = process_of(second);
    uint64_t begin, now;
    sys_time(&begin);
    sys_kill(former);
    if (second != first)
        sys_kill(former2);
    if (both(first, second, "supervisor", "supervisor-2") && !both_start())
        return "a supervisor that leads";
    if (is_up(first, former) == NONE)
        return first;
    sys_time(&now);
    times[(*kills)++] = (uint32_t)(now - begin);
    if (second != first) {
        if (is_up(second, former2) == NONE)
            return second;
        sys_time(&now);
        times[(*kills)++] = (uint32_t)(now - begin);
    }
    if (both(first, second, "store", "store-2") && !records_come_back())
        return "what is put again";
    return stores_are_whole() ? NULL : "a second store that holds all";
}

static uint32_t received_by(const char *name)
{
    struct process_info info;
    return describe(process_of(name), &info) ? info.messages_received : 0;
}

static bool begin_works(endpoint_t worker[WORKS], const char *how)
{
    const uint32_t before = received_by("pipes");
    for (unsigned i = 0; i < WORKS; i++) {
        char words[32];
        snprintf(words, sizeof words, "%s%s", works[i], how);
        worker[i] = start(worker_names[i], words);
        if (sys_watch(worker[i], true) < 0)
            return false;
    }
    /* A pipe is made, and opened by two: before the pipe server dies, that is. */
    for (unsigned i = 0; i < 3000 && received_by("pipes") < before + 3; i++)
        nap(500);
    return received_by("pipes") >= before + 3;
}

/* Those that had a reason to stop have done so already. */
static void end_works(const endpoint_t worker[WORKS])
{
    struct system_death death;
    for (unsigned i = 0; i < WORKS; i++)
        notify(worker[i]);
    for (unsigned i = 0; i < WORKS; i++) {
        if (!next_death(&death)) {
            OK(false, "every worker ends");
            return;
        }
        for (unsigned w = 0; w < WORKS; w++)
            if (death.endpoint == worker[w])
                IS(death.cause == DEATH_EXIT ? (int)death.status : -1, WORKER_GOOD,
                   "%s: all answers were right", works[w]);
    }
}

/* ---- Other programs for servers that work ---------------------------------------------------- */

/* "" when hello does not answer. */
static const char *greeting(void)
{
    static struct hello_greeting answer;
    struct service hello = SERVICE("hello");
    message m = {.m_type = HELLO_GREET};
    strcpy((char *)m.m_words, "you");
    if (service_request(&hello, &m) < 0)
        return "";
    memcpy(&answer, m.m_words, sizeof answer);
    return answer.text;
}

static void test_update(void)
{
    struct module_info old, update, now;
    unsigned index;
    OK(strcmp(greeting(), "Hello, you!") == 0, "hello is as it was");
    OK(module_named("hello", &index, &old) && module_named("hello-next", &index, &update) &&
           update.flags == MODULE_UPDATE && update.image_bytes != old.image_bytes,
       "a module that is an update");
    IS(sys_update("hello", index), -EBUSY, "no program is exchanged while it runs");
    IS(sys_update("clock", index), -EINVAL, "nor for one that is not the other's");
    IS(sys_update("hello", 9999), -EINVAL, "nor for none");
    IS(sys_update("nobody", index), -ENOENT, "nor for nobody");
    endpoint_t process;
    IS(sys_start("hello-next", "", &process), -ENOEXEC, "it is none to start");
    IS(supervisor_updates("hello", "clock-next"), -EINVAL, "another's update");
    IS(supervisor_updates("hello", "hello"), -EINVAL, "no update");
    IS(supervisor_updates("nobody", "hello-next"), -ENOENT, "nobody's");
    IS(supervisor_updates("hello", "hello-next"), 0, "update");
    OK(strcmp(greeting(), "Welcome!") == 0, "another program answers to the name");
    OK(module_named("hello", &index, &now) && now.image_bytes == update.image_bytes &&
           now.memory_bytes == update.memory_bytes,
       "the list says so");
    endpoint_t former = process_of("hello");
    end(former);
    OK(is_up("hello", former) != NONE && strcmp(greeting(), "Welcome!") == 0,
       "and it is the one that comes back after a death");
    IS(supervisor_updates("hello", "hello-next"), 0, "and back");
    OK(strcmp(greeting(), "Hello, you!") == 0, "it is as it was");
}

static bool replaces(unsigned i)
{
    static const struct {
        const char *name, *with;
    } updates[] = {{"clock", "clock-next"},
                   {"tty", "tty-next"},
                   {"names", "names-next"},
                   {"hello", "hello-next"}};
    static const char *const restarted[] = {"clock",   "tty",    "names", "hello", "store",
                                            "store-2", "memory", "files", "pipes"};
    const char *name = i % 2 ? restarted[i / 2 % 9] : updates[i / 2 % 4].name;
    endpoint_t former = process_of(name);
    int error = i % 2 ? supervisor_asks(SUPERVISOR_RESTART, name)
                      : supervisor_updates(name, updates[i / 2 % 4].with);
    return error == 0 && is_up(name, former) != NONE && stores_are_whole();
}

static void test_nothing_lost(unsigned most)
{
    endpoint_t worker[WORKS];
    unsigned good = 0;
    OK(begin_works(worker, " all"), "workers run that may lose nothing");
    for (unsigned i = 0; i < most; i++) {
        good += replaces(i);
        nap(roll(4000));
    }
    IS(good, most, "so many were replaced while they worked");
    end_works(worker);
}

/* What it holds that the memory server had given it goes with it. */
static bool starts_anew(const char *name)
{
    const endpoint_t former = process_of(name);
    sys_kill(former);
    return is_up(name, former) != NONE;
}

/* What is said from now on the kernel itself puts on the wire, so that the last lines are there
   when the machine is switched off. */
static void end_of_tty(void)
{
    int flushed = ask("tty", TTY_FLUSH, 0);
    sys_kill(process_of("supervisor-2"));
    sys_kill(process_of("supervisor"));
    sys_kill(process_of("tty"));
    sys_kill(process_of("pipes"));
    nap(10000);
    IS(flushed, 0, "the tty had written all");
    OK(process_of("tty") == NONE, "without supervisors nobody comes back");
}

static void test_random(unsigned most, uint32_t chosen)
{
    endpoint_t worker[WORKS];
    const char *missing = NULL;
    unsigned kills = 0;
    struct memory_info before, after;
    OK(starts_anew("pipes"), "a pipe server that holds nothing");
    sys_memory(&before);
    OK(begin_works(worker, ""), "workers run");
    while (kills < most && !missing) {
        missing = kill_some(&kills, most);
        nap(roll(4000));
    }
    OK(!missing, "all come back: %s", missing ? missing : "-");
    IS(kills, most, "so many were killed");
    end_works(worker);
    end_of_tty();
    sys_memory(&after);
    IS(after.free_bytes, before.free_bytes, "no memory is lost");
    OK(records_are_there(), "fifty records of the store are as they were");
    qsort(times, kills, sizeof times[0], by_size);
    tap_line("recovery: %u kills, seed %u, back after %u us at the median, %u us at most", kills,
             (unsigned)chosen, kills ? (unsigned)times[kills / 2] : 0,
             kills ? (unsigned)times[kills - 1] : 0);
}

/* ---- Two that hold the same ------------------------------------------------------------------ */

static void test_both_supervisors(void)
{
    struct supervisor_entry entry;
    IS(supervisor_asks(SUPERVISOR_STOP, "m-still"), 0, "one is stopped");
    OK(comes_to_state("m-still", SUPERVISOR_STATE_STOPPED), "and gone");
    sys_kill(process_of("supervisor"));
    sys_kill(process_of("supervisor-2"));
    end(process_of("hello"));
    OK(both_start(), "both supervisors die, are started in one moment, and one leads");
    OK(is_up("hello", NONE) != NONE, "who died meanwhile is back");
    OK(entry_of("m-still", &entry) && entry.state == SUPERVISOR_STATE_STOPPED,
       "who was stopped is not");
    const endpoint_t former = process_of("supervisor");
    end(former);
    OK(is_up("supervisor", former) != NONE && one_leads(), "and one dies alone as before");
}

static void test_both_stores(void)
{
    struct supervisor_entry entry;
    struct clock_wall before, after;
    struct service clock = SERVICE("clock");
    static struct service tty = SERVICE("tty");
    endpoint_t hello = process_of("hello"), found = NONE;
    message m = {.m_type = TTY_MODE, .m_words = {TTY_MODE_RAW}};
    IS(service_request(&tty, &m), 0, "a mode is set");
    m = (message){.m_type = CLOCK_WALL};
    IS(service_request(&clock, &m), 0, "the date is known");
    memcpy(&before, m.m_words, sizeof before);
    const endpoint_t stores[] = {process_of("store"), process_of("store-2")};
    sys_kill(stores[0]);
    sys_kill(stores[1]);
    OK(is_up("store", stores[0]) != NONE && is_up("store-2", stores[1]) != NONE,
       "both stores die and are back");
    IS(ask("store", STORE_NEXT, 0), -ENOENT, "without this process's records");
    OK(records_come_back() && records_are_there(), "until it puts them again");
    static const char *const owners[] = {"names", "clock", "tty", "supervisor", "supervisor-2"};
    for (unsigned i = 0; i < sizeof owners / sizeof *owners; i++) {
        const endpoint_t former = process_of(owners[i]);
        end(former);
        OK(is_up(owners[i], former) != NONE, "%s dies and is back", owners[i]);
    }
    OK(names_lookup("hello", &found) == 0 && found == hello, "a name is still known");
    m = (message){.m_type = TTY_MODE, .m_words = {TTY_MODE_LINE}};
    OK(service_request(&tty, &m) == 0 && m.m_words[0] == TTY_MODE_RAW, "so is the mode");
    m = (message){.m_type = CLOCK_WALL};
    IS(service_request(&clock, &m), 0, "and the date");
    memcpy(&after, m.m_words, sizeof after);
    OK(after.seconds_low > before.seconds_low ||
           (after.seconds_low == before.seconds_low && after.microseconds >= before.microseconds),
       "which has not gone back");
    OK(entry_of("m-still", &entry) && entry.state == SUPERVISOR_STATE_STOPPED,
       "who was stopped before still is");
    IS(supervisor_asks(SUPERVISOR_START, "m-still"), 0, "until it is started");
}

static void test_all(void)
{
    test_told();
    test_policies();
    test_limit();
    test_back_off();
    test_commands();
    test_permission();
    test_hangs();
    test_liar();
    test_late();
    test_clients();
    test_store();
    test_names();
    test_tty();
    test_update();
    test_both_supervisors();
    test_both_stores();
}

int main(int argc, char **argv)
{
    unsigned most = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 100;
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
    const uint32_t chosen = seed;
    const char *part = argc > 3 ? argv[3] : "";
    bool all = argc <= 3;
    test_start();
    put_records();
    if (strcmp(part, "states") == 0) {
        test_states();
        end_of_tty();
        tap_done();
    }
    if (all)
        test_all();
    test_nothing_lost(most < 100 ? most : 100);
    test_random(most < KILLS_MOST ? most : KILLS_MOST, chosen);
    tap_done();
}
