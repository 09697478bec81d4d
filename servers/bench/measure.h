/* What the benchmark's rows are made of. Each function measures; 0, or a negative error and, where
   something answered wrongly, `wrong` above 0. */
#pragma once

#include "bench.h"

#define SAMPLES 64

/* Values of one kind, in instructions. */
struct samples {
    unsigned count;
    uint32_t value[SAMPLES];
};

struct figures {
    struct samples whole, there, back; /* the latter two only of round trips */
    unsigned wrong;
};

void sample(struct samples *s, uint32_t value);
uint32_t least(const struct samples *s);
uint32_t median(struct samples *s);

/* A fresh process of that module; one that ran is ended first. */
int fresh(const char *name, const char *arguments, endpoint_t *endpoint);
/* Ends what `fresh` may have started. */
void end_helpers(void);
/* Asks a helper: *m becomes its answer. */
int ask(endpoint_t helper, int32_t type, message *m);

int measure_rounds(enum way way, enum gate gate, struct figures *f);
/* The client's way and the server's. */
int measure_mixed(enum way way, enum way servers, enum gate gate, struct figures *f);
/* So many round trips in which one word is looked at; nanoseconds of one. The server uses boxes. */
int measure_unread(enum way way, uint32_t rounds, uint32_t *nanoseconds);
int measure_wall(uint32_t *nanoseconds);

/* Whether a rendezvous that only looks like the common one gets what it should. */
void try_checks(void (*each)(const char *name, int error, struct figures *f));
/* More round trips than there are tickets. */
int try_tickets(struct figures *f);

int measure_bad_call(struct figures *f);
int measure_echo(struct figures *f);
/* One record that the kernel's C writes. */
int measure_trace_record(struct figures *f);
int measure_time(struct figures *f);
/* The driver's role: server.c. */
int measure_interrupt(const char *driver_role, struct figures *f);
int measure_tick(struct figures *f);

/* Four kilobytes; each offset is in bytes from a word's address. */
int measure_phys_copy(uint32_t source_offset, uint32_t target_offset, struct figures *f);
int measure_msg_copy(struct figures *f);
/* The same number of bytes one by one. */
int measure_byte_copy(uint32_t bytes, struct figures *f);

/* Round trips among so many processes; `each` is called with the number of processes. */
int measure_load(void (*each)(uint32_t processes, struct figures *f));
/* Enqueueing behind so many. */
int measure_queue(void (*each)(uint32_t before, struct figures *f));
