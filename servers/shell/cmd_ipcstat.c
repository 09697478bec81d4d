/* ipcstat: who asks whom, how often, and how long an answer takes, from the trace. */
#include "commands.h"
#include "console.h"
#include "output.h"
#include "processes.h"
#include "samples.h"
#include "stopwatch.h"
#include "trace_view.h"

#include <abi/errors.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS   256
#define PAIRS   64
#define CLASSES 22 /* powers of two of a microsecond, up to seconds */
#define BAR     40
#define LOOK_US 20000

struct pair {
    endpoint_t client, server;
    uint32_t requests, answers;
    uint64_t ns; /* of all answers */
    uint32_t greatest;
};

struct open {
    endpoint_t client, server;
    uint64_t time; /* 0: nothing is open */
};

static struct pair pairs[PAIRS];
static unsigned pair_count, pairs_left_out;
static struct open open[SLOTS];
static uint32_t histogram[CLASSES];

static struct pair *pair_of(endpoint_t client, endpoint_t server)
{
    for (unsigned i = 0; i < pair_count; i++)
        if (pairs[i].client == client && pairs[i].server == server)
            return &pairs[i];
    if (pair_count == PAIRS) {
        pairs_left_out++;
        return NULL;
    }
    pairs[pair_count] = (struct pair){.client = client, .server = server};
    return &pairs[pair_count++];
}

static unsigned class_of(uint32_t ns)
{
    unsigned class = 0;
    for (uint32_t us = ns / 1000; us > 0 && class < CLASSES - 1; us >>= 1)
        class ++;
    return class;
}

static void asked(const struct trace_record *r, uint64_t time)
{
    struct pair *p = pair_of(r->from, r->to);
    if (p != NULL)
        p->requests++;
    if (endpoint_slot(r->from) < SLOTS)
        open[endpoint_slot(r->from)] = (struct open){r->from, r->to, time};
}

static void answered(struct open *o, uint64_t time)
{
    struct pair *p = pair_of(o->client, o->server);
    const uint64_t took = time - o->time;
    const uint32_t ns = stopwatch_ns(took > UINT32_MAX ? UINT32_MAX : (uint32_t)took);
    o->time = 0;
    histogram[class_of(ns)]++;
    if (p == NULL)
        return;
    p->answers++;
    p->ns += ns;
    if (ns > p->greatest)
        p->greatest = ns;
}

static void count(const struct trace_record *r)
{
    const uint64_t time = trace_time(r);
    struct open *o = endpoint_slot(r->to) < SLOTS ? &open[endpoint_slot(r->to)] : NULL;
    if (trace_asks(r))
        asked(r, time);
    else if ((r->what & TRACE_DELIVER) && o != NULL && o->time != 0 && o->client == r->to &&
             o->server == r->from)
        answered(o, time);
}

static int by_requests(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    return x->requests < y->requests ? 1 : x->requests > y->requests ? -1 : 0;
}

static void show_pairs(void)
{
    char client[NAME_BYTES], server[NAME_BYTES];
    qsort(pairs, pair_count, sizeof pairs[0], by_requests);
    print("%-15s %-15s %9s %9s %10s %10s\n", "FROM", "TO", "REQUESTS", "ANSWERS", "MEAN-us",
          "MAX-us");
    for (unsigned i = 0; i < pair_count; i++) {
        const struct pair *p = &pairs[i];
        const uint64_t mean = p->answers ? p->ns / p->answers : 0;
        print("%-15s %-15s %9u %9u %6u.%03u %6u.%03u\n", process_name(p->client, client),
              process_name(p->server, server), (unsigned)p->requests, (unsigned)p->answers,
              (unsigned)(mean / 1000), (unsigned)(mean % 1000), (unsigned)(p->greatest / 1000),
              (unsigned)(p->greatest % 1000));
    }
    if (pairs_left_out > 0)
        print("(%u requests or answers of other pairs)\n", pairs_left_out);
}

static void show_histogram(void)
{
    static const char bar[BAR + 1] = "########################################";
    uint32_t most = 1;
    unsigned first = CLASSES, last = 0;
    for (unsigned i = 0; i < CLASSES; i++)
        if (histogram[i] > 0) {
            most = histogram[i] > most ? histogram[i] : most;
            first = i < first ? i : first;
            last = i;
        }
    for (unsigned i = first; i < CLASSES && i <= last; i++)
        print("< %7u us %8u %.*s\n", 1u << i, (unsigned)histogram[i],
              (int)((uint64_t)histogram[i] * BAR / most), bar);
}

/* Reads what comes until the time is over or ^C was typed. */
static void watch(struct trace_reader *reader, uint64_t microseconds)
{
    struct trace_record r;
    for (uint64_t waited = 0; waited < microseconds; waited += LOOK_US) {
        if (!console_wait(LOOK_US))
            break;
        while (trace_read(reader, &r))
            count(&r);
    }
}

int command_ipcstat(int argc, char **argv)
{
    static const struct seconds_range range = {"0.1", 100000, 3600};
    uint64_t microseconds = 2000000;
    struct trace_settings before;
    struct trace_reader reader;
    if (argc > 2)
        return command_usage("ipcstat");
    if (argc == 2 && !command_seconds("ipcstat", argv[1], &range, &microseconds))
        return STATUS_USAGE;
    const int error = trace_view_watch(&before, &reader);
    if (error < 0) {
        say("ipcstat: no trace: %s\n", error == -ENOSPC ? "no memory for a ring" : strerror(error));
        return STATUS_FAILED;
    }
    memset(open, 0, sizeof open);
    memset(histogram, 0, sizeof histogram);
    pair_count = pairs_left_out = 0;
    watch(&reader, microseconds);
    (void)sys_trace_set(&before);
    show_pairs();
    show_histogram();
    if (reader.lost > 0)
        print("(%u records were overwritten before they could be read)\n", (unsigned)reader.lost);
    return output_stopped() ? STATUS_INTERRUPTED : 0;
}
