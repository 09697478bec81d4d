/* See trace_view.h. Entry: trace_view. */
#include "trace_view.h"

#include "processes.h"
#include "stopwatch.h"

#include <abi/errors.h>
#include <abi/privilege.h>
#include <parley/protocol.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

#define SLOTS      256
#define TEXT_BYTES 160
#define BOTH_NAMES (2 * NAME_BYTES + 8)

struct asked { /* the last request of the process in a slot */
    endpoint_t client, server;
    int32_t type;
    uint64_t time; /* counter; 0: it has its answer */
};

struct known { /* a process by its name, when it was seen last */
    endpoint_t endpoint;
    char name[NAME_BYTES];
};

struct polls { /* the last call of the process in a slot */
    endpoint_t process;
    bool now; /* it looks for what has come, and does not wait for it */
};

static struct asked asked[SLOTS];
static struct known known[SLOTS];
static struct polls polls[SLOTS];
static uint64_t clock_counter, clock_us; /* of the last CLOCK record, or of the beginning */
static uint64_t last_us;

static const char *const facts[] = {"call",  "deliver", "wake",  "return", "block", "switch",
                                    "event", "irq",     "fault", "birth",  "death", "clock"};

static const struct {
    uint32_t number;
    const char *name;
} call_names[] = {
#define CALL_NAME(name, number, bit) {number, #name},
    IPC_CALLS(CALL_NAME){IPC_REPLY_RECEIVE, "ipc_reply_receive"},
#undef CALL_NAME
};

static const char *call_name(uint32_t call)
{
    for (unsigned i = 0; i < sizeof call_names / sizeof call_names[0]; i++)
        if (call_names[i].number == (call & IPC_CALL_MASK))
            return call_names[i].name;
    return "no call";
}

uint32_t trace_view_call(const char *name)
{
    for (unsigned i = 0; i < sizeof call_names / sizeof call_names[0]; i++)
        if (strcmp(call_names[i].name, name) == 0)
            return call_names[i].number;
    return 0;
}

uint32_t trace_view_fact(const char *name)
{
    for (unsigned i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (strcmp(facts[i], name) == 0)
            return 1u << i;
    return 0;
}

/* ---- Names and time -------------------------------------------------------------------------- */

void trace_view_begin(void)
{
    memset(asked, 0, sizeof asked);
    memset(known, 0, sizeof known);
    memset(polls, 0, sizeof polls);
    stopwatch_start();
    clock_us = last_us = 0;
    (void)sys_time(&clock_us);
    clock_counter = stopwatch_counter();
}

static void remember(endpoint_t endpoint, const char *name)
{
    struct known *k = &known[endpoint_slot(endpoint) % SLOTS];
    k->endpoint = endpoint;
    strlcpy(k->name, name, sizeof k->name);
}

/* A process's name is kept, so that one who has died since has it still. */
static const char *name_of(endpoint_t endpoint)
{
    static char unkept[2][NAME_BYTES];
    static unsigned turn;
    if (endpoint_slot(endpoint) >= SLOTS)
        return process_name(endpoint, unkept[turn ^= 1]);
    struct known *k = &known[endpoint_slot(endpoint)];
    if (k->endpoint != endpoint) {
        char name[NAME_BYTES];
        remember(endpoint, process_name(endpoint, name));
    }
    return k->name;
}

/* CLOCK records come often enough for 32 bits. */
static uint32_t us_between(uint64_t from, uint64_t to)
{
    const uint64_t difference = to - from;
    const uint32_t part = difference > UINT32_MAX ? UINT32_MAX : (uint32_t)difference;
    return stopwatch_ns(part) / 1000;
}

/* The counter's rate was measured, so what it says may pass the kernel's clock a little: time still
   never goes back. */
uint64_t trace_view_time(const struct trace_record *r)
{
    const uint64_t counter = trace_time(r);
    uint64_t us = clock_us;
    if (counter >= clock_counter) {
        us += us_between(clock_counter, counter);
    } else {
        const uint32_t before = us_between(counter, clock_counter);
        us = us > before ? us - before : 0;
    }
    if (us > last_us)
        last_us = us;
    return last_us;
}

/* ---- One record ------------------------------------------------------------------------------ */

static void message_of(const struct trace_record *r, message *m)
{
    m->m_source = r->from;
    m->m_type = r->type;
    memcpy(m->m_words, r->words, sizeof m->m_words);
}

static struct asked *asked_of(endpoint_t client)
{
    struct asked *a = &asked[endpoint_slot(client) % SLOTS];
    return endpoint_slot(client) < SLOTS && a->client == client && a->time != 0 ? a : NULL;
}

static bool answers(const struct trace_record *r)
{
    const struct asked *a = asked_of(r->to);
    return (r->what & TRACE_DELIVER) != 0 && a != NULL && a->server == r->from &&
           r->type != IPC_EVENT_MESSAGE;
}

static int begin_line(char *line, size_t bytes, const struct trace_record *r, const char *arrow)
{
    char names[BOTH_NAMES];
    snprintf(names, sizeof names, "%s %s %s:", name_of(r->from), arrow, name_of(r->to));
    return snprintf(line, bytes, "%-22s ", names);
}

static void say_request(char *line, size_t bytes, const struct trace_record *r)
{
    message m;
    char text[TEXT_BYTES];
    message_of(r, &m);
    protocol_describe_request(text, sizeof text, &m, r->to);
    const int used = begin_line(line, bytes, r, "->");
    snprintf(line + used, bytes - (size_t)used, "%s\n", text);
}

static void say_answer(char *line, size_t bytes, const struct trace_record *r,
                       const struct asked *a)
{
    message m;
    char text[TEXT_BYTES];
    message_of(r, &m);
    protocol_describe_answer(text, sizeof text, &m, r->from, a->type);
    const int used = begin_line(line, bytes, r, "->");
    snprintf(line + used, bytes - (size_t)used, "%s  (%u us)\n", text,
             (unsigned)us_between(a->time, trace_time(r)));
}

static void say_event(char *line, size_t bytes, const struct trace_record *r)
{
    const int used = begin_line(line, bytes, r, "~>");
    snprintf(line + used, bytes - (size_t)used, "event 0x%x\n", (unsigned)r->words[0]);
}

static bool is_poll(uint32_t call)
{
    const uint32_t number = call & IPC_CALL_MASK;
    return (call & IPC_NONBLOCK) != 0 && (number == IPC_RECEIVE || number == IPC_RECEIVE_EX ||
                                          number == IPC_REPLY_RECEIVE || number == IPC_SELECT);
}

/* A call that ended without success, unless it only found that nothing has come. */
static bool fails(const struct trace_record *r)
{
    const struct polls *p = &polls[endpoint_slot(r->from) % SLOTS];
    const bool polled = (r->what & TRACE_RETURN) != 0 && p->process == r->from && p->now;
    return (r->what & (TRACE_WAKE | TRACE_RETURN)) != 0 && r->result < 0 &&
           !(polled && r->result == -ENOTREADY);
}

/* Everything that is no request and no answer. False: nothing that a person wants to see. */
static bool say_other(char *line, size_t bytes, const struct trace_record *r)
{
    if (r->what & TRACE_EVENT)
        say_event(line, bytes, r);
    else if (r->what & TRACE_IRQ)
        snprintf(line, bytes, "interrupt %u -> %s\n", (unsigned)r->call, name_of(r->to));
    else if (r->what & TRACE_FAULT)
        snprintf(line, bytes, "%s faults: vector %u at 0x%08x, address 0x%08x\n", name_of(r->from),
                 (unsigned)r->call, (unsigned)r->words[1], (unsigned)r->words[2]);
    else if (r->what & TRACE_BIRTH)
        snprintf(line, bytes, "%s begins\n", name_of(r->from));
    else if (r->what & TRACE_DEATH)
        snprintf(line, bytes, "%s ends: %s %d\n", name_of(r->from),
                 r->call == DEATH_EXIT    ? "exit"
                 : r->call == DEATH_FAULT ? "fault"
                                          : "killed",
                 (int)r->result);
    else if (fails(r))
        snprintf(line, bytes, "%s: its call fails: %s\n",
                 name_of(r->what & TRACE_WAKE ? r->to : r->from), strerror(r->result));
    else if ((r->what & TRACE_CALL) != 0 && (r->call & IPC_CALL_MASK) == IPC_SEND)
        say_request(line, bytes, r);
    else
        return false;
    return true;
}

/* The record as it is, fact by fact. */
static void say_everything(char *line, size_t bytes, const struct trace_record *r)
{
    size_t used = 0;
    for (unsigned i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (r->what >> i & 1)
            used +=
                (size_t)snprintf(line + used, bytes - used, "%s%s", used > 0 ? "+" : "", facts[i]);
    used +=
        (size_t)snprintf(line + used, bytes - used, " %s > %s", name_of(r->from), name_of(r->to));
    if (r->what & TRACE_CALL)
        used += (size_t)snprintf(line + used, bytes - used, " %s", call_name(r->call));
    if (r->what & (TRACE_WAKE | TRACE_RETURN))
        used += (size_t)snprintf(line + used, bytes - used, " = %d (0x%x)", (int)r->result,
                                 (unsigned)r->second);
    if (r->what & TRACE_MESSAGE)
        used += (size_t)snprintf(line + used, bytes - used, " type 0x%x", (unsigned)r->type);
    snprintf(line + used, bytes - used, "\n");
}

/* ---- What is wanted -------------------------------------------------------------------------- */

static bool is_end(endpoint_t wanted, endpoint_t a, endpoint_t b)
{
    return wanted == 0 || wanted == a || wanted == b;
}

/* What the shell itself asks about the trace, and the answers. */
static bool is_of_the_watching(const struct trace_record *r, int32_t type)
{
    const endpoint_t me = self();
    return type == SYS_TRACE && is_end(me, r->from, r->to) && is_end(SYSTEM, r->from, r->to) &&
           (r->what & (TRACE_CALL | TRACE_DELIVER)) != 0;
}

static bool is_wanted(const struct trace_record *r, const struct trace_wanted *w, int32_t type)
{
    const bool ends = is_end(w->process, r->from, r->to) && is_end(w->peer, r->from, r->to);
    const bool hidden = w->hidden[0] != 0 && is_end(w->hidden[0], r->from, r->to) &&
                        is_end(w->hidden[1], r->from, r->to);
    const bool call =
        w->call == 0 || ((r->what & TRACE_CALL) != 0 && (r->call & IPC_CALL_MASK) == w->call);
    const bool own = !w->everything && is_of_the_watching(r, type);
    return ends && !hidden && !own && call && (r->what & w->what) != 0 &&
           (!w->one_type || type == w->type);
}

static void note(const struct trace_record *r)
{
    if (r->what & TRACE_CLOCK) {
        clock_counter = trace_time(r);
        clock_us = (uint64_t)r->words[1] << 32 | r->words[0];
    }
    if (r->what & TRACE_BIRTH)
        remember(r->from, (const char *)r->words);
    if (r->what & TRACE_CALL)
        polls[endpoint_slot(r->from) % SLOTS] = (struct polls){r->from, is_poll(r->call)};
    if (trace_asks(r))
        asked[endpoint_slot(r->from) % SLOTS] =
            (struct asked){r->from, r->to, r->type, trace_time(r)};
}

bool trace_view(const struct trace_record *r, const struct trace_wanted *wanted, char *line,
                size_t bytes)
{
    note(r);
    const bool is_answer = answers(r);
    struct asked *a = is_answer ? asked_of(r->to) : NULL;
    const int32_t type = is_answer ? a->type : r->type;
    bool shown = is_wanted(r, wanted, type);
    if (shown && wanted->everything)
        say_everything(line, bytes, r);
    else if (shown && trace_asks(r))
        say_request(line, bytes, r);
    else if (shown && is_answer)
        say_answer(line, bytes, r, a);
    else if (shown)
        shown = say_other(line, bytes, r);
    if (is_answer)
        a->time = 0;
    return shown;
}

int trace_view_watch(struct trace_settings *before, struct trace_reader *reader)
{
    const struct trace_settings all = {.what = TRACE_ALL};
    int error = sys_trace_get(before);
    if (error == 0 && before->what != TRACE_ALL)
        error = sys_trace_set(&all);
    if (error < 0)
        return error;
    trace_view_begin();
    return trace_reader_begin(reader, TRACE_FROM_NOW) ? 0 : -ENOSPC;
}
