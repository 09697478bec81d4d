/*
 * Reading the kernel's trace (abi/trace.h), for a program whose line has kernel=trace.
 *
 *     struct trace_reader reader;
 *     trace_reader_begin(&reader, TRACE_FROM_NOW);
 *     while (trace_read(&reader, &record)) ...
 */
#pragma once

#include <abi/trace.h>
#include <stdbool.h>
#include <stdint.h>

/* What SYS_TRACE takes and answers: the kernel's filter. */
struct trace_settings {
    uint32_t what;            /* TRACE_*; 0: off */
    uint32_t calls;           /* 1 << CALL_BIT_*; 0: all */
    endpoint_t process, peer; /* 0: any */
    int32_t type;
    bool one_type;     /* only messages of that type */
    uint32_t capacity; /* answered: records in the ring; 0: the kernel has no memory for one */
};

/* 0 or a negative error: EPERM (the line has no kernel=trace), EINVAL, ENOSPC (no ring). */
int sys_trace_get(struct trace_settings *settings);
int sys_trace_set(const struct trace_settings *settings);

struct trace_reader {
    uint64_t next; /* the number of the record that is read next */
    uint64_t lost; /* records that were overwritten before they were read */
};

#define TRACE_FROM_OLDEST false
#define TRACE_FROM_NOW    true

/* Begins with the oldest record that is there, or with the next to come. False: there is no ring,
   or the line has no kernel=trace. */
bool trace_reader_begin(struct trace_reader *reader, bool from_now);

/* The next record, whole; false when it has not been written yet. */
bool trace_read(struct trace_reader *reader, struct trace_record *record);

/* How many records have been written since the boot. Only after trace_reader_begin said true. */
uint64_t trace_written(void);
uint32_t trace_clock(void); /* TRACE_CLOCK_* */
