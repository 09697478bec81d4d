/*
 * A server is brought into a state, the kernel's list is asked whether that is so, and it is killed
 * there. Then whoever waited for it has to be told or answered, and its successor to answer.
 *
 * How a state is held: a hog takes the processor from all that are less urgent, so that whoever has
 * been made ready stays so; a server takes its next message in the trap in which it answers an
 * asker, which is more urgent, so that it stays ready with that message; a stand-in (another
 * program for a server) takes no message, or takes one and does not answer, so that whoever asks it
 * waits. None of it depends on how long anybody takes. Which cells cannot be is said with the
 * reason, and where the reason is the server's line, that is looked at.
 *
 * Nothing is printed until the end: the tty is among those that die.
 */
#include "states.h"
#include "recovery.h"
#include "steps.h"

#include <abi/layout.h>
#include <abi/privilege.h>
#include <parley/ipc.h>
#include <parley/program.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/memory.h>
#include <proto/names.h>
#include <proto/pipes.h>
#include <proto/tty.h>
#include <stdio.h>
#include <string.h>

#define FROZEN_US  25000   /* the longest interval between two beats of the supervisor here */
#define EARLY_US   15000   /* before an alarm is due: then all are frozen */
#define HELD_US    2000000 /* a name by the name server */
#define UNKNOWN_US 500000  /* the tty tries to publish its name again */
#define TRIES      10      /* a beat that falls due in between changes who goes first */
#define LEADS      "supervisor-2"
#define WAITS      "supervisor"

/* ---- The servers ----------------------------------------------------------------------------- */

static const struct victim {
    const char *name;
    const char *store;   /* whom it asks while it works, or NULL */
    const char *watched; /* whose death it hears of; "asker": of one that it serves; NULL: none */
} victims[] = {
    {LEADS, "store", "hello"}, {WAITS, NULL, LEADS},        {"store", "store-2", "store-2"},
    {"store-2", NULL, NULL},   {"names", "store", "hello"}, {"memory", NULL, "asker"},
    {"tty", "store", "names"}, {"clock", "store", "asker"}, {"hello", NULL, NULL},
    {"files", NULL, NULL},     {"pipes", NULL, "asker"},
};
#define VICTIMS (sizeof victims / sizeof victims[0])

static bool is(const struct victim *v, const char *name)
{
    return strcmp(v->name, name) == 0;
}

static bool is_supervisor(const struct victim *v)
{
    return is(v, LEADS) || is(v, WAITS);
}

/* It publishes its name and does nothing else that could wait, unless it is said above. */
static bool asks_names(const struct victim *v)
{
    return is(v, "memory") || is(v, "hello") || is(v, "files") || is(v, "pipes");
}

static bool may(const struct victim *v, unsigned kernel_call)
{
    struct process_info info;
    return describe(process_of(v->name), &info) && info.kernel_calls & 1u << kernel_call;
}

static bool is_idle(const char *name)
{
    return comes_to(process_of(name), PROCESS_RECEIVING, ANY);
}

static bool another(const char *name, endpoint_t former)
{
    for (unsigned i = 0; i < 3000 && (process_of(name) == NONE || process_of(name) == former); i++)
        nap(200);
    return process_of(name) != NONE && process_of(name) != former;
}

static void die(const char *name)
{
    (void)sys_kill(process_of(name));
}

/* ---- Holding them ---------------------------------------------------------------------------- */

static endpoint_t askers[2], hog = NONE;
static const char *const asker_names[] = {"asker0", "asker1"};
static bool asking[2];
static const char *muted, *stopped; /* a server that a stand-in replaces; one that is stopped */

static void freeze(const char *with)
{
    hog = start(with, "");
}

static void thaw(void)
{
    if (hog != NONE)
        end(hog);
    hog = NONE;
}

static void tell(unsigned who, endpoint_t whom, int32_t type, const uint32_t words[4])
{
    message m = {.m_type = type, .m_words = {(uint32_t)whom}};
    if (words)
        memcpy(m.m_words + 1, words, 4 * sizeof *words);
    asking[who] = ipc_call(IPC_SEND | IPC_TIMEOUT, askers[who], &m, PATIENCE_US, NULL) == 0;
}

/* What came of it: the answer's words go to `words`, may be NULL. */
static int answer_of(unsigned who, uint32_t words[6])
{
    message m;
    asking[who] = false;
    if (ipc_call(IPC_RECEIVE | IPC_TIMEOUT, askers[who], &m, PATIENCE_US, NULL) < 0)
        return -ETIMEDOUT;
    if (words)
        memcpy(words, m.m_words + 1, 6 * sizeof *words);
    return (int)m.m_words[0];
}

static bool asked(unsigned who, const char *whom, int32_t type, const uint32_t words[4],
                  uint32_t answer[6])
{
    tell(who, process_of(whom), type, words);
    return answer_of(who, answer) == 0;
}

static bool exchange(const char *name)
{
    char with[NAME_BYTES];
    const endpoint_t former = process_of(name);
    snprintf(with, sizeof with, "%s-mute", name);
    return supervisor_updates(name, with) == 0 && another(name, former);
}

static bool mute(const char *name)
{
    muted = exchange(name) ? name : NULL;
    return muted && comes_to(process_of(name), PROCESS_RECEIVING, self()) && is_idle(LEADS);
}

static bool stop(const char *name)
{
    stopped = supervisor_asks(SUPERVISOR_STOP, name) == 0 ? name : NULL;
    return stopped != NULL;
}

/* ---- The states ------------------------------------------------------------------------------ */

static struct {
    enum process_state state;
    endpoint_t waits_for;
} expected;
static bool is_brought; /* so far; false: the state was not reached */

static const char *ready_if(bool brought)
{
    is_brought = brought;
    expected.state = PROCESS_READY;
    return NULL;
}

static const char *waiting_if(bool brought, enum process_state state, endpoint_t whom)
{
    is_brought = brought;
    expected.state = state;
    expected.waits_for = whom;
    return NULL;
}

/* All but this process stand still, and the victim waits for whatever comes. */
static bool frozen(const struct victim *v)
{
    struct process_info info;
    bool idle = is_idle(v->name);
    freeze("hog0");
    return idle && describe(process_of(v->name), &info) && info.state == PROCESS_RECEIVING;
}

static const char *ready(const struct victim *v)
{
    return ready_if(frozen(v) && notify(process_of(v->name)) == 0);
}

static const char *receiving(const struct victim *v)
{
    return waiting_if(is_idle(v->name), PROCESS_RECEIVING, ANY);
}

static const char *pausing(const struct victim *v)
{
    const endpoint_t former = process_of(v->name);
    if (is_supervisor(v) || is(v, "store") || is(v, "store-2"))
        return "it never pauses: an alarm tells it to look again";
    bool brought = stop(asks_names(v) ? "names" : "store");
    if (asks_names(v)) {
        end(former);
        brought = brought && another(v->name, former);
    }
    const endpoint_t process = process_of(v->name);
    return waiting_if(brought && comes_to(process, PROCESS_RECEIVING, NONE), PROCESS_RECEIVING,
                      NONE);
}

static bool becomes_ready(const struct victim *v)
{
    struct process_info info;
    return describe(process_of(v->name), &info) && info.state == PROCESS_READY;
}

/* When the alarm that it has set is about to come. */
static bool alarm_is_set(const struct victim *v)
{
    const endpoint_t former = process_of(v->name);
    const uint32_t short_sleep[4] = {EARLY_US};
    bool set = true;
    if (is(v, WAITS)) {
        end(former);
        set = is_up(v->name, former) != NONE;
    } else if (is(v, "clock")) {
        tell(1, former, CLOCK_SLEEP, short_sleep);
        set = comes_to(askers[1], PROCESS_AWAITING, former);
    } else if (is(v, "names")) {
        const endpoint_t hello = process_of("hello");
        end(hello);
        set = is_up("hello", hello) != NONE;
        nap(HELD_US - EARLY_US);
    } else if (is(v, "store")) {
        set = stop("store-2");
    } else if (is(v, "tty")) {
        set = stop("names");
        nap(UNKNOWN_US - EARLY_US);
    }
    return set;
}

/* All stand still since before its alarm, which has come. */
static bool frozen_at_alarm(const struct victim *v)
{
    const bool set = alarm_is_set(v);
    freeze("hog0");
    nap(FROZEN_US);
    return set && becomes_ready(v);
}

/* It has made its request, whether that was taken or not. */
static bool waits(endpoint_t client, endpoint_t server)
{
    struct process_info info = {.waits_for = NONE};
    for (unsigned i = 0; i < 20 && info.waits_for != server; i++) {
        nap(500);
        (void)describe(client, &info);
    }
    return info.waits_for == server;
}

/* All stand still, and the server has a ping to answer. */
static bool is_pinged(endpoint_t server)
{
    tell(0, server, PROTO_PING, NULL);
    return waits(askers[0], server);
}

/* The client runs first and makes its request; the server answers the ping and takes the request in
   one trap, by which the asker has the processor. */
static bool taken_beside_an_answer(endpoint_t server, endpoint_t client, int32_t type)
{
    struct process_info info;
    thaw();
    return answer_of(0, NULL) == 0 && describe(client, &info) && info.state == PROCESS_AWAITING &&
           info.waits_for == server && info.asked.m_type == type;
}

/* The one that waits looks whether the other leads, a little after its start. That one has a ping
   to answer, and before it a beat to ask for; or a death to note in the store, which does not
   answer. */
static const char *looking(const struct victim *v, bool taken)
{
    const endpoint_t leader = process_of(LEADS);
    const bool brought = (taken || mute("store")) && frozen_at_alarm(v);
    const endpoint_t process = process_of(v->name);
    if (taken) {
        const bool pinged = is_pinged(leader);
        return waiting_if(taken_beside_an_answer(leader, process, SUPERVISOR_LIST) && brought &&
                              pinged,
                          PROCESS_AWAITING, leader);
    }
    die("hello");
    thaw();
    return waiting_if(brought && comes_to(process, PROCESS_REQUESTING, leader), PROCESS_REQUESTING,
                      leader);
}

static const char *asks(const struct victim *v, bool taken)
{
    const char *whom = asks_names(v) ? "names" : v->store;
    const enum process_state state = taken ? PROCESS_AWAITING : PROCESS_REQUESTING;
    if (is(v, WAITS))
        return looking(v, taken);
    if (!whom)
        return "it asks nobody";
    bool brought = mute(whom);
    const endpoint_t peer = process_of(whom), former = process_of(v->name);
    if (asks_names(v)) {
        end(former);
        brought = brought && another(v->name, former);
    }
    if (is(v, LEADS))
        die("hello");
    const endpoint_t process = process_of(v->name);
    brought = brought && comes_to(process, PROCESS_REQUESTING, peer);
    if (taken) {
        message m = {.m_type = STANDIN_TAKE, .m_words = {(uint32_t)process}};
        brought = brought &&
                  ipc_call(IPC_REQUEST | IPC_TIMEOUT, peer, &m, PATIENCE_US, NULL) == 0 &&
                  comes_to(process, PROCESS_AWAITING, peer);
    }
    return waiting_if(brought, state, peer);
}

static const char *requesting(const struct victim *v)
{
    return asks(v, false);
}

static const char *awaiting(const struct victim *v)
{
    return asks(v, true);
}

/* Ready for one, and the next one behind it. */
static const char *notified(const struct victim *v)
{
    const endpoint_t process = process_of(v->name);
    return ready_if(frozen(v) && notify(process) == 0 && ipc_notify(process, 2) == 0);
}

static const uint32_t long_sleep[4] = {10000000};

/* Something for which the server watches the asker. */
static bool is_served(const struct victim *v)
{
    const uint32_t ends[4] = {(uint32_t)askers[0], (uint32_t)askers[1]}, page[4] = {PAGE_BYTES};
    if (is(v, "clock"))
        tell(1, process_of("clock"), CLOCK_SLEEP, long_sleep);
    else if (is(v, "pipes"))
        return asked(1, "pipes", PIPES_MAKE, ends, NULL);
    else
        return asked(1, "memory", MEMORY_ALLOCATE, page, NULL);
    return comes_to(askers[1], PROCESS_AWAITING, process_of("clock"));
}

static const char *death(const struct victim *v)
{
    if (!v->watched)
        return may(v, SYS_WATCH) ? "!" : "its line gives no watch";
    const bool by_asker = strcmp(v->watched, "asker") == 0;
    bool brought = !by_asker || is_served(v);
    brought = frozen(v) && brought;
    if (by_asker) {
        (void)sys_kill(askers[1]);
        asking[1] = false;
    } else {
        die(v->watched);
    }
    return ready_if(brought && becomes_ready(v));
}

static const char *alarmed(const struct victim *v)
{
    if (!may(v, SYS_ALARM))
        return "its line gives no alarm";
    return ready_if(frozen_at_alarm(v));
}

static const char *interrupted(const struct victim *v)
{
    struct process_info info;
    if (!describe(process_of(v->name), &info) || info.irq_lines == 0)
        return "its line gives no interrupt";
    const bool brought = frozen(v);
    tap_note("the log has grown");
    return ready_if(brought && becomes_ready(v));
}

static const char *in_hand(const struct victim *v)
{
    const endpoint_t process = process_of(v->name);
    const bool brought = frozen(v);
    tell(0, process, PROTO_PING, NULL);
    return ready_if(brought && comes_to(askers[0], PROCESS_AWAITING, process));
}

static const char *queued(const struct victim *v)
{
    const endpoint_t process = process_of(v->name);
    (void)in_hand(v);
    const bool brought = is_brought;
    tell(1, process, PROTO_PING, NULL);
    return ready_if(brought && comes_to(askers[1], PROCESS_REQUESTING, process));
}

static const char *put_off(const struct victim *v)
{
    const endpoint_t process = process_of(v->name);
    uint32_t words[4] = {0}, answer[6] = {0};
    bool brought = true;
    if (is(v, "clock")) {
        tell(0, process, CLOCK_SLEEP, long_sleep);
    } else if (is(v, "names")) {
        memcpy(words, "nobody", 7);
        tell(0, process, NAMES_WAIT, words);
    } else if (is(v, "tty")) {
        words[0] = 1;
        tell(0, process, TTY_READ, words);
    } else if (is(v, "pipes")) {
        words[0] = (uint32_t)askers[0];
        words[1] = (uint32_t)askers[1];
        brought = asked(0, "pipes", PIPES_MAKE, words, answer);
        words[0] = answer[0];
        words[1] = (uint32_t)askers[1];
        tell(0, process, PIPES_WAIT, words);
    } else if (is(v, "memory")) {
        memcpy(words, "kid", 4);
        brought = asked(0, "memory", MEMORY_CREATE, words, answer);
        tell(0, process, MEMORY_WAIT, answer);
    } else {
        return "it answers at once";
    }
    brought = brought && comes_to(askers[0], PROCESS_AWAITING, process) && is_idle(v->name);
    return waiting_if(brought, PROCESS_RECEIVING, ANY);
}

/* A program spins for a while, touches a page that has to be brought, and dies of an instruction
   that there is not, by which its parent knows that it went on. */
static endpoint_t program = NONE;

static const char *asked_for_a_page(const struct victim *v)
{
    const uint32_t code = 0x40000000u, data = 0x40100000u;
    const uint8_t text[] = {0xb9, 0,    0,    0x40, 0,    /* mov ecx, 0x400000 */
                            0x49, 0x75, 0xfd,             /* dec ecx; jnz */
                            0xa3, 0,    0,    0x10, 0x40, /* mov [data], eax */
                            0x0f, 0x0b};                  /* ud2 */
    if (!is(v, "memory"))
        return "faults are asked of the memory server alone";
    int error = child_create("kid", 0, &program);
    if (!error)
        error = child_region(program, code, PAGE_BYTES, ACCESS_READ);
    if (!error)
        error = child_region(program, data, PAGE_BYTES, ACCESS_READ | ACCESS_WRITE);
    if (!error)
        error = child_fill(program, code, text, sizeof text);
    if (!error)
        error = child_begin(program, code, data + PAGE_BYTES);
    freeze("hog2"); /* less urgent than the program */
    return ready_if(!error && comes_to(program, PROCESS_AWAITING, process_of("memory")));
}

static bool program_went_on(void)
{
    struct child_end end = {.cause = DEATH_KILL};
    const bool waited = program == NONE || child_wait(program, &end) == 0;
    const bool good = waited && (program == NONE || (end.cause == DEATH_FAULT && end.status == 6));
    program = NONE;
    return good;
}

static const char *started(const struct victim *v)
{
    struct process_info info;
    endpoint_t process = NONE;
    (void)is_idle(v->name);
    die(v->name);
    const int error = sys_start(v->name, "", &process);
    return ready_if(error == 0 && describe(process, &info) && info.messages_received == 0 &&
                    info.messages_sent == 0);
}

static const char *retiring(const struct victim *v)
{
    uint32_t words[4] = {0};
    const endpoint_t process = process_of(v->name), leader = process_of(LEADS);
    if (is(v, LEADS))
        return "nobody asks the one that leads to retire";
    if (is(v, WAITS))
        nap(FROZEN_US); /* it has asked who leads */
    memcpy(words, v->name, strlen(v->name));
    const bool idle = is_idle(LEADS) && frozen(v), pinged = is_pinged(process);
    tell(1, leader, SUPERVISOR_RESTART, words); /* who was made ready last goes first */
    const bool ordered = waits(askers[1], leader);
    return ready_if(taken_beside_an_answer(process, leader, PROTO_RETIRE) && idle && pinged &&
                    ordered);
}

static const char *by_line(const struct victim *v, unsigned call, const char *why)
{
    struct process_info info;
    return describe(process_of(v->name), &info) && !(info.calls & 1u << call) ? why : "!";
}

static const char *sending(const struct victim *v)
{
    return by_line(v, CALL_BIT_send, "its line gives no send");
}

static const char *calling(const struct victim *v)
{
    return by_line(v, CALL_BIT_send_rec, "its line gives no send_rec");
}

static const char *selecting(const struct victim *v)
{
    return by_line(v, CALL_BIT_ipc_select, "its line gives no ipc_select");
}

static const char *running(const struct victim *v)
{
    (void)v;
    return "there is one processor, and who looks has it";
}

static const char *in_system(const struct victim *v)
{
    (void)v;
    return "the kernel is not interrupted: SYSTEM has answered before anybody else runs";
}

static const struct state {
    const char *name, *about;
    /* Brings the server there; or says why it cannot be there. "!": that is not true. */
    const char *(*reach)(const struct victim *v);
} states[] = {
    {"ready", "ready, to take an event", ready},
    {"receiving", "in ipc_receive from anybody", receiving},
    {"pausing", "in ipc_receive from NONE, until who it needs is back", pausing},
    {"requesting", "in ipc_request, queued", requesting},
    {"awaiting", "in ipc_request, taken, waiting for the answer", awaiting},
    {"notified", "ready for an event, with another one pending", notified},
    {"death", "ready to hear of a death", death},
    {"alarm", "ready for its alarm", alarmed},
    {"interrupt", "ready for an interrupt", interrupted},
    {"in-hand", "ready with a request that it has not answered", in_hand},
    {"queued", "the same, and another request waits in the queue", queued},
    {"put-off", "in ipc_receive, owing an answer", put_off},
    {"fault", "ready with a page fault that it is asked about", asked_for_a_page},
    {"started", "just started: it has not run", started},
    {"retiring", "ready to retire", retiring},
    {"sending", "in send", sending},
    {"calling", "in send_rec, either half", calling},
    {"selecting", "in ipc_select", selecting},
    {"running", "with the processor", running},
    {"system", "in a call to SYSTEM", in_system},
};
#define STATES (sizeof states / sizeof states[0])

/* ---- One cell -------------------------------------------------------------------------------- */

static struct cell {
    const char *why;   /* it cannot be */
    const char *wrong; /* what went wrong, or NULL */
} cells[VICTIMS][STATES];

/* All run and wait for requests, and the second supervisor leads. */
static bool all_are_idle(void)
{
    if (!one_leads())
        return false;
    if (ask(WAITS, SUPERVISOR_LIST, 0) == 0) {
        const endpoint_t former = process_of(WAITS);
        end(former);
        if (is_up(WAITS, former) == NONE || !one_leads())
            return false;
    }
    for (unsigned i = 0; i < VICTIMS; i++)
        if (is_up(victims[i].name, NONE) == NONE || !is_idle(victims[i].name))
            return false;
    return stores_are_whole();
}

static bool is_there(const struct victim *v)
{
    struct process_info info;
    return describe(process_of(v->name), &info) && info.state == (uint32_t)expected.state &&
           (expected.state == PROCESS_READY || info.waits_for == expected.waits_for);
}

/* Takes back what held the others; false: not all that asked were told or answered. */
static bool release(void)
{
    bool told = true;
    thaw();
    for (unsigned i = 0; i < 2; i++) {
        const int result = asking[i] ? answer_of(i, NULL) : 0;
        told = told && (result == 0 || result == -EREPLYDEAD || result == -EDEADSRCDST);
    }
    if (process_of(LEADS) == NONE && process_of(WAITS) == NONE)
        (void)both_start();
    (void)one_leads();
    if (muted)
        (void)exchange(muted);
    if (stopped)
        (void)supervisor_asks(SUPERVISOR_START, stopped);
    muted = stopped = NULL;
    for (unsigned i = 0; i < 2; i++)
        if (process_of(asker_names[i]) != askers[i])
            askers[i] = start(asker_names[i], "");
    return told;
}

/* False: it was not reached. */
static bool try_to_reach(const struct victim *v, const struct state *s, struct cell *cell)
{
    cell->wrong = NULL;
    if (!all_are_idle()) {
        cell->wrong = "not all were idle before it";
        return true;
    }
    cell->why = s->reach(v);
    if (cell->why) {
        cell->wrong = cell->why[0] == '!' ? "it can be there all the same" : NULL;
        return true;
    }
    return is_brought && is_there(v);
}

static void kill_in(const struct victim *v, const struct state *s, struct cell *cell)
{
    bool there = try_to_reach(v, s, cell);
    for (unsigned i = 1; i < TRIES && !there; i++) {
        (void)release();
        (void)program_went_on();
        there = try_to_reach(v, s, cell);
    }
    if (cell->wrong || cell->why)
        return;
    const endpoint_t process = process_of(v->name);
    (void)sys_kill(process);
    const bool told = release();
    if (!there)
        cell->wrong = "it was not brought there";
    else if (!told)
        cell->wrong = "who asked was not told";
    else if (is_up(v->name, process) == NONE)
        cell->wrong = "it did not come back";
    else if (!program_went_on())
        cell->wrong = "the program did not go on";
}

/* ---- The table ------------------------------------------------------------------------------- */

/* Then the tty prints: the log holds only so much. */
static void print_row(unsigned row, unsigned *killed, unsigned *cannot)
{
    char line[200] = "";
    for (unsigned i = 0; i < STATES; i++) {
        const struct cell *cell = &cells[row][i];
        OK(!cell->wrong, "%s, %s: %s", victims[row].name, states[i].name,
           cell->wrong ? cell->wrong
           : cell->why ? cell->why
                       : states[i].about);
        *killed += !cell->why;
        *cannot += cell->why != NULL;
        strlcpy(line + strlen(line),
                cell->wrong ? " !"
                : cell->why ? " -"
                            : " x",
                sizeof line - strlen(line));
    }
    tap_line("states: %-12s%s", victims[row].name, line);
    nap(50000);
}

void test_states(void)
{
    unsigned killed = 0, cannot = 0;
    for (unsigned i = 0; i < 2; i++)
        askers[i] = start(asker_names[i], "");
    for (unsigned i = 0; i < VICTIMS; i++)
        for (unsigned k = 0; k < STATES; k++)
            kill_in(&victims[i], &states[k], &cells[i][k]);
    for (unsigned i = 0; i < VICTIMS; i++)
        print_row(i, &killed, &cannot);
    tap_line("states: %u servers killed in %u cells of %u; in %u they cannot be", (unsigned)VICTIMS,
             killed, (unsigned)(VICTIMS * STATES), cannot);
    for (unsigned i = 0; i < 2; i++)
        end(askers[i]);
}
