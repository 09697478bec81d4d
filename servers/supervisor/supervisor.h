/*
 * The parts of the supervisor and what they offer each other.
 *
 *   main       the process: who leads, events, requests
 *   services   what is supervised, and what its deaths lead to
 *   heartbeat  who gives signs of life
 *   forgotten  who owes an answer
 *   report     what is said about it, in words
 *   kept       what the one that takes over has to know, in the store
 */
#pragma once

#include <limits.h>
#include <parley/system.h>
#include <proto/supervisor.h>
#include <stdbool.h>
#include <stdint.h>

#define SERVICES_MAX 32
#define NO_UPDATE    UINT_MAX
#define RESTARTS_MAX 16 /* that a limit may count: LIMIT_MOST of the kernel */

struct supervised {
    unsigned module; /* its place in the kernel's list */
    char name[NAME_BYTES];
    uint32_t restart, limit, limit_seconds, backoff_ms, heartbeat_ms; /* as on its line */
    uint8_t needs[MODULE_NEEDS_MAX];

    uint32_t state;       /* SUPERVISOR_STATE_* */
    endpoint_t endpoint;  /* while it runs */
    uint64_t began;       /* when it was started last */
    uint64_t due;         /* restarting: when */
    uint32_t delay_ms;    /* before the restart that comes next */
    uint32_t short_lives; /* in a row */
    uint32_t cap_ms;      /* beyond which no delay grows */
    uint32_t restarts;    /* by this supervisor */
    unsigned update;      /* the module whose program it is to run next, or NO_UPDATE */
    bool asked;           /* it is first started when somebody asks for it */
    bool stopping, again; /* it was killed on request: to stay away; to come back at once */
    uint64_t recent[RESTARTS_MAX]; /* when it was restarted, in a ring */
    struct system_death last;      /* cause: SUPERVISOR_CAUSE_* */

    uint64_t beat_due; /* UINT64_MAX: it is not asked for signs of life */
    uint32_t seen_received, seen_ticks, missed;
    bool hung; /* it was killed since it gave no sign of life, or owes an answer */
};

/* ---- services ---- */
extern struct supervised services[SERVICES_MAX];
extern unsigned service_count;

uint64_t now_us(void);
/* The other supervisor alone, or also all that the lines name. */
void services_watch_partner(const struct module_info *partner, unsigned module);
void services_lead(void);
void services_died(const struct system_death *death);
/* Starts what is due; returns when to come back. */
uint64_t services_run_due(uint64_t now);
struct supervised *service_named(const char *name);
struct supervised *service_of_module(unsigned module);
struct supervised *service_of(endpoint_t endpoint);
/* Whether the line of one names the other. */
bool service_needs(const struct supervised *s, const struct supervised *other);
void service_start(struct supervised *s);
void service_stop(struct supervised *s);
void service_restart(struct supervised *s);
/* -EINVAL: the module is no update of it. */
int service_update(struct supervised *s, unsigned module);

/* ---- heartbeat ---- */
void heartbeat_begin(struct supervised *s, uint64_t now);
/* Asks those that are due; returns when to come back. */
uint64_t heartbeat_run_due(uint64_t now);
/* Kills one that hangs; it is restarted as any that died. */
void heartbeat_end(struct supervised *s);
/* Whether it answers a request within that time. */
bool heartbeat_answers(endpoint_t process, uint32_t timeout_us);
/* Asks it to end by itself, without a loss; false: it does not. */
bool heartbeat_retire(endpoint_t process);
/* The type of the client's request that the server has put off, or a negative error. */
int32_t heartbeat_holds(endpoint_t server, endpoint_t client);
/* Asks the other supervisor: 0: it leads; -EAGAIN: it waits; else why it has not said. */
int heartbeat_who_leads(endpoint_t process);

/* ---- forgotten ---- */
/* Ends those for whom somebody waits in vain; to be called at each beat. */
void forgotten_look(uint64_t now);

/* ---- report ---- */
void report(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* How it died. */
const char *report_cause(const struct system_death *death);

#define KEEPER "store"

/* ---- kept: none of it is needed for anything to go on ---- */
void kept_save(const struct supervised *s);
void kept_save_all(void); /* the store was restarted, and may have nothing */
void kept_restore(struct supervised *s);
