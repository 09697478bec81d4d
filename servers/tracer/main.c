/*
 * tracer: the kernel's trace, written to the second serial port for the workstation.
 *
 * What goes over is a series of chunks (struct chunk, then what it counts): names first, then
 * records as they come. It looks every few milliseconds, with a better priority than those whose
 * records it reads, so that a ring does not go round between two looks. Its own records are in the
 * stream like all others; who reads it may leave them out.
 */
#include "port.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <parley/trace.h>
#include <proto/tracer.h>
#include <string.h>

#define LOOK_US      10000
#define RECORDS      64 /* of one chunk */
#define STREAM       1  /* version */
#define KIND_RECORDS 1
#define KIND_NAMES   2
#define KIND_END     3

struct chunk {
    uint32_t magic;
    uint16_t version, kind;
    uint32_t count;
    uint32_t first_low, first_high; /* the number of the first record */
    uint32_t clock;                 /* TRACE_CLOCK_* */
    uint32_t lost;                  /* overwritten before they were read, just before this chunk */
    uint32_t reserved;
};

struct named {
    endpoint_t endpoint;
    uint32_t priority;
    char name[NAME_BYTES];
};

_Static_assert(sizeof(struct chunk) == 32 && sizeof(struct named) == 24, "as docs/trace.md says");

static struct trace_reader reader;
static uint64_t told_lost; /* of reader.lost */
static bool streams;

static bool write_chunk(uint16_t kind, uint32_t count, uint64_t first, const void *entries,
                        size_t bytes)
{
    const struct chunk chunk = {
        .magic = TRACE_MAGIC,
        .version = STREAM,
        .kind = kind,
        .count = count,
        .first_low = (uint32_t)first,
        .first_high = (uint32_t)(first >> 32),
        .clock = trace_clock(),
        .lost = (uint32_t)(reader.lost - told_lost),
    };
    told_lost = reader.lost;
    return port_write(&chunk, sizeof chunk) && port_write(entries, bytes);
}

static bool write_names(void)
{
    struct process_info info;
    int error = 0;
    for (unsigned slot = 0; error == 0 || error == -ESRCH; slot++) {
        error = sys_process(slot, &info);
        if (error != 0)
            continue;
        struct named named = {info.endpoint, info.priority, {0}};
        memcpy(named.name, info.name, sizeof named.name);
        if (!write_chunk(KIND_NAMES, 1, 0, &named, sizeof named))
            return false;
    }
    return true;
}

/* What is there now, up to record `end`; how many. -EIO: the port takes nothing. */
static int write_records(uint64_t end)
{
    static struct trace_record records[RECORDS];
    int written = 0;
    while (reader.next < end) {
        uint64_t first = reader.next;
        uint32_t count = 0;
        /* A gap ends a chunk: its records have numbers in a row. */
        while (count < RECORDS && reader.next < end && trace_read(&reader, &records[count])) {
            if (reader.next != first + count + 1) {
                records[0] = records[count];
                first = reader.next - 1;
                count = 0;
            }
            count++;
        }
        if (!write_chunk(KIND_RECORDS, count, first, records, count * sizeof records[0]))
            return -EIO;
        written += (int)count;
    }
    return written;
}

/* Setting anything, and be it what is set, writes what time it is: two of that relate all records
   in between to time. */
static void mark_time(void)
{
    struct trace_settings now;
    if (sys_trace_get(&now) == 0)
        (void)sys_trace_set(&now);
}

static int finish(void)
{
    const bool good = write_chunk(KIND_END, 0, 0, NULL, 0);
    streams = false;
    (void)sys_alarm(0);
    port_drain();
    return good ? 0 : -EIO;
}

static int end_stream(void)
{
    mark_time();
    return write_records(trace_written()) < 0 ? -EIO : finish();
}

static int begin(bool from_now)
{
    told_lost = 0;
    if (!trace_reader_begin(&reader, from_now))
        return -ENOSPC;
    mark_time();
    return port_open() && write_names() ? 0 : -EIO;
}

static int stream(message *m)
{
    struct tracer_stream request;
    memcpy(&request, m->m_words, sizeof request);
    memset(m->m_words, 0, sizeof m->m_words);
    if (request.on == 0)
        return streams ? end_stream() : 0;
    if (streams)
        return 0;
    const int error = begin(TRACE_FROM_NOW);
    if (error == 0) {
        streams = true;
        (void)sys_alarm(LOOK_US);
    }
    return error;
}

static int save(message *m)
{
    memset(m->m_words, 0, sizeof m->m_words);
    if (streams)
        return -EBUSY;
    const int error = begin(TRACE_FROM_OLDEST);
    const int written = error == 0 ? write_records(trace_written()) : error;
    if (written < 0 || finish() < 0)
        return written < 0 ? written : -EIO;
    m->m_words[0] = (uint32_t)written;
    return 0;
}

static void look(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE || (bits & EVENT_ALARM) == 0 || !streams)
        return;
    streams = write_records(trace_written()) >= 0;
    if (streams)
        (void)sys_alarm(LOOK_US);
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {TRACER_STREAM, stream}, {TRACER_SAVE, save}, {0, NULL}};
    return server_run("tracer", handlers, look);
}
