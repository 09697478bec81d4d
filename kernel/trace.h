/*
 * The trace: a ring of records of what happens between processes, for whoever watches
 * (abi/trace.h has the format and what each word means).
 *
 * Everything here is asked for behind `if (trace_on)`: while nobody watches, a place that could be
 * recorded costs two instructions. The machine's own rendezvous cost nothing then: it has another
 * text for the time when everything is recorded, and leaves all to the kernel when a filter is set
 * (arch/arch.h: arch_trace).
 */
#pragma once

#include "process.h"
#include <abi/trace.h>

extern bool trace_on;

/* Takes memory for the ring: `kilobytes`, a power of two, or 0: as much as suits the machine.
   Without memory for it there is no ring, and nothing can be switched on. */
void trace_init(uint32_t kilobytes);
uint32_t trace_capacity(void); /* records; 0: there is no ring */
/* Maps header and ring, read-only, at USER_TRACE. False: no memory for page tables. */
bool trace_map(struct arch_space *space, arch_page_source source, void *context);

struct trace_filter {
    uint32_t what;            /* TRACE_*; 0: off */
    uint32_t calls;           /* 1 << CALL_BIT_*; 0: all */
    endpoint_t process, peer; /* 0: any */
    int32_t type;
    bool one_type;
};
/* 0, or EINVAL: undefined bits; ENOSPC: there is no ring. Nothing has changed then. */
int trace_set(const struct trace_filter *filter);
struct trace_filter trace_get(void);

/* ---- What happens; only while trace_on --------------------------------------------------------
 */

/* A call begins; `m`: what it sends, or NULL. */
void trace_call(const struct process *caller, const struct arch_call *call, const message *m);
void trace_return(const struct process *caller, int32_t result, uint32_t second);
void trace_deliver(endpoint_t receiver, const message *m);
void trace_wake(endpoint_t process, int32_t result, uint32_t second);
void trace_block(endpoint_t process, endpoint_t waits_for, enum ipc_state state);
void trace_event(endpoint_t source, endpoint_t receiver, uint32_t bits);
void trace_irq(unsigned line, endpoint_t owner);
void trace_fault(endpoint_t process, const struct arch_fault *fault);
void trace_birth(endpoint_t process, const char *name);
void trace_death(const struct death *how);
/* The time, so that a reader can relate records' times to it. */
void trace_clock(uint64_t microseconds);

/* This process runs, as the machine knows, which has recorded how it came to it. */
void trace_entered(endpoint_t running);
/* It is decided who runs; NONE: nobody. */
void trace_next(endpoint_t next);

/* The records that name the process, newest first: the one before number `*at`, and *at its number;
   false when no more of them are in the ring. Begin with *at = trace_written(). */
uint64_t trace_written(void);
bool trace_before(uint64_t *at, endpoint_t process, struct trace_record *record);
