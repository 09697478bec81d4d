/* See follow.h. Enter at follow_take. */
#include "follow.h"

#include <abi/calls.h>
#include <abi/system.h>
#include <parley/trace.h>
#include <stdio.h>
#include <string.h>

static struct trace_reader reader;
static struct fact facts[SCRIPT_GROUP * SCRIPT_FACTS];
static unsigned count;

/* The workers by the number in their names. */
static struct {
    endpoint_t endpoint; /* 0: there is none */
    bool starts;         /* has not come to its first sleep */
    bool sleeps;
} workers[SCRIPT_PROCESSES];

bool follow_begin(void)
{
    struct trace_settings now = {0};

    return sys_trace_get(&now) == 0 && now.what == TRACE_ALL &&
           trace_reader_begin(&reader, TRACE_FROM_OLDEST);
}

/* ---- A record's facts ------------------------------------------------------------------------ */

/* The machine's own rendezvous has no room for the state: its two calls have one each. */
static uint32_t state_of_wait(const struct trace_record *r)
{
    if ((r->what & TRACE_CALL) == 0)
        return r->call;
    return (r->call & IPC_CALL_MASK) == IPC_REQUEST ? PROCESS_AWAITING : PROCESS_RECEIVING;
}

static struct fact fact_of_block(const struct trace_record *r)
{
    const bool answers =
        (r->what & TRACE_CALL) != 0 && (r->call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE;

    return (struct fact){.what = TRACE_BLOCK,
                         .from = r->from,
                         .to = answers ? ANY : r->to,
                         .call = state_of_wait(r)};
}

static struct fact fact_of_call(const struct trace_record *r)
{
    const bool alone = (r->what & ~(TRACE_CALL | TRACE_MESSAGE)) == 0;

    return (struct fact){.what = TRACE_CALL,
                         .from = r->from,
                         .to = r->to,
                         .call = r->call,
                         .second = alone ? r->second : 0,
                         .any_second = !alone};
}

/* What of a record belongs to this one of its facts; the rest stays 0. */
static struct fact fact_of(const struct trace_record *r, uint32_t bit)
{
    struct fact f = {.what = bit, .from = r->from};

    switch (bit) {
    case TRACE_CALL:
        f = fact_of_call(r);
        break;
    case TRACE_BLOCK:
        f = fact_of_block(r);
        break;
    case TRACE_WAKE:
        f = (struct fact){.what = bit, .to = r->to, .result = r->result, .second = r->second};
        break;
    case TRACE_RETURN:
        f.result = (r->what & TRACE_WAKE) != 0 ? 0 : r->result;
        f.second = (r->what & TRACE_WAKE) != 0 ? 0 : r->second;
        break;
    case TRACE_FAULT:
        f.call = r->call;
        break;
    case TRACE_DEATH:
        f.call = r->call;
        f.result = r->result;
        break;
    case TRACE_BIRTH:
        memcpy(f.words, r->words, NAME_BYTES);
        break;
    default:
        f.to = r->to;
    }
    if (bit == TRACE_EVENT)
        f.words[0] = r->words[0];
    if ((bit == TRACE_CALL || bit == TRACE_DELIVER) && (r->what & TRACE_MESSAGE) != 0) {
        f.type = r->type;
        memcpy(f.words, r->words, sizeof f.words);
    }
    return f;
}

/* ---- Those that a script causes -------------------------------------------------------------- */

static int worker_of(endpoint_t endpoint)
{
    for (int i = 0; i < SCRIPT_PROCESSES; i++)
        if (endpoint != 0 && workers[i].endpoint == endpoint)
            return i;
    return -1;
}

/* A worker's birth is its script's, another program's is nobody's. */
static bool is_born(const struct fact *f)
{
    const char *name = (const char *)f->words;
    const unsigned number = (unsigned)(name[1] - '0');

    if (name[0] != 'w' || number >= SCRIPT_PROCESSES)
        return false;
    workers[number].endpoint = f->from;
    workers[number].starts = true;
    workers[number].sleeps = false;
    return true;
}

/* The worker's own call, the wait in it, or its end. */
static bool is_of_sleep(int worker, const struct fact *f)
{
    if (f->what == TRACE_CALL && f->call == IPC_RECEIVE && f->to == NONE &&
        f->second == SLEEP_MARK) {
        workers[worker].starts = false;
        workers[worker].sleeps = true;
        return true;
    }
    if (f->what == TRACE_WAKE && workers[worker].sleeps) {
        workers[worker].sleeps = false;
        return true;
    }
    return f->what == TRACE_BLOCK && workers[worker].sleeps;
}

static bool is_of_script(const struct fact *f)
{
    const int from = worker_of(f->from), to = worker_of(f->to);

    if (f->what == TRACE_BIRTH)
        return is_born(f);
    if (from < 0 && to < 0)
        return false;
    if (f->what == TRACE_DEATH)
        workers[from].endpoint = 0;
    if (is_of_sleep(f->what == TRACE_WAKE ? to : from < 0 ? to : from, f))
        return false;
    return !(from >= 0 && workers[from].starts) && !(to >= 0 && workers[to].starts);
}

static void take_record(const struct trace_record *r)
{
    for (uint32_t bit = 1; bit < TRACE_CLOCK; bit <<= 1) {
        if ((r->what & bit) == 0 || bit == TRACE_SWITCH)
            continue;
        const struct fact f = fact_of(r, bit);
        if (is_of_script(&f) && count < sizeof facts / sizeof facts[0])
            facts[count++] = f;
    }
}

int follow_take(void)
{
    const uint64_t lost = reader.lost;
    struct trace_record r;

    count = 0;
    while (trace_read(&reader, &r))
        take_record(&r);
    return reader.lost == lost ? (int)count : -1;
}

void follow_skip(void)
{
    (void)follow_take();
}

const struct fact *follow_fact(unsigned number)
{
    return number < count ? &facts[number] : NULL;
}

/* ---- Compared and described ------------------------------------------------------------------ */

bool follow_same(const struct fact *due, const struct fact *found)
{
    return due->what == found->what && due->from == found->from && due->to == found->to &&
           due->call == found->call && due->result == found->result &&
           (due->any_second || found->any_second || due->second == found->second) &&
           due->type == found->type && memcmp(due->words, found->words, sizeof due->words) == 0;
}

static void describe_message(char *text, unsigned bytes, const struct fact *f)
{
    int used = snprintf(text, bytes, ", type 0x%x, words", (unsigned)f->type);

    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS && (unsigned)used < bytes; i++)
        used += snprintf(text + used, bytes - (unsigned)used, " %x", (unsigned)f->words[i]);
}

/* All but the message. */
static int describe_act(char *text, unsigned bytes, const struct fact *f)
{
    const char *from = name_of((uint32_t)f->from), *to = name_of((uint32_t)f->to);
    const unsigned call = (unsigned)f->call, second = (unsigned)f->second;
    const int result = (int)f->result;

    switch (f->what) {
    case TRACE_CALL:
        return snprintf(text, bytes, "%s calls 0x%x to %s, edx 0x%x", from, call, to, second);
    case TRACE_DELIVER:
        return snprintf(text, bytes, "%s gets a message of %s", to, from);
    case TRACE_WAKE:
        return snprintf(text, bytes, "%s's wait ends with %d, 0x%x", to, result, second);
    case TRACE_RETURN:
        return snprintf(text, bytes, "%s's call ends with %d, 0x%x", from, result, second);
    case TRACE_BLOCK:
        return snprintf(text, bytes, "%s waits for %s in state %u", from, to, call);
    case TRACE_EVENT:
        return snprintf(text, bytes, "%s adds events 0x%x to those of %s", from,
                        (unsigned)f->words[0], to);
    case TRACE_FAULT:
        return snprintf(text, bytes, "%s faults with vector %u", from, call);
    case TRACE_BIRTH:
        return snprintf(text, bytes, "%s is born as %.16s", from, (const char *)f->words);
    case TRACE_DEATH:
        return snprintf(text, bytes, "%s dies: cause %u, %d", from, call, result);
    default:
        return snprintf(text, bytes, "0x%x from %s to %s", (unsigned)f->what, from, to);
    }
}

void follow_describe(char *text, unsigned bytes, const struct fact *f)
{
    const unsigned used = (unsigned)describe_act(text, bytes, f);

    if ((f->what == TRACE_CALL || f->what == TRACE_DELIVER) && used < bytes)
        describe_message(text + used, bytes - used, f);
}
