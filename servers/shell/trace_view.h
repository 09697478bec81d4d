/*
 * The trace in words: a line for each request, answer and event, with its time.
 *
 *     12.034567  shell -> tty: write(count=5, text="hello")
 *     12.034571  tty -> shell: = 0                             4 us
 *
 * An answer does not say what it answers, so the view remembers of every process what it asked
 * last.
 */
#pragma once

#include <parley/trace.h>
#include <stdbool.h>
#include <stddef.h>

/* What one who watches wants to see. */
struct trace_wanted {
    endpoint_t process, peer; /* 0: any; one of the two ends, and the other */
    endpoint_t hidden[2];     /* nothing between these; the second 0: nothing with the first */
    uint32_t what;            /* TRACE_* */
    uint32_t call;            /* IPC_*; 0: any */
    int32_t type;             /* only requests of this type, and their answers */
    bool one_type;
    bool everything; /* every record, as it is */
};

/* Forgets everybody. */
void trace_view_begin(void);

/* Everything is recorded while somebody looks, and afterwards what was *before. The reader begins
   behind all that this takes: the first time, the stopwatch asks for the time a lot. 0 or a
   negative error: EPERM, ENOSPC. */
int trace_view_watch(struct trace_settings *before, struct trace_reader *reader);

/* Takes note of the record. True when somebody wants to see it: then `line` holds it, with its end
   and without a time. */
bool trace_view(const struct trace_record *r, const struct trace_wanted *wanted, char *line,
                size_t bytes);

/* The number of the call with this name, and the TRACE_ bit; 0: there is none. */
uint32_t trace_view_call(const char *name);
uint32_t trace_view_fact(const char *name);

/* When the record was written, in microseconds since the boot. */
uint64_t trace_view_time(const struct trace_record *r);
