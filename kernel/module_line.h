/*
 * A module's line, read: docs/module-lines.md is the contract.
 *
 * Pure: text in, structure or reason out. What needs other modules (targets, names in use) or the
 * machine (memory, lines) is module.c's to check.
 */
#pragma once

#include "text.h"
#include <abi/framebuffer.h>
#include <abi/layout.h>
#include <abi/privilege.h>
#include <abi/system.h>

#define MODULE_PORTS_MAX    PROCESS_PORTS_MAX
#define MODULE_MAPS_MAX     8
#define LIMIT_MOST          16 /* restarts whose times the supervisor remembers */
#define LIMIT_MOST_SECONDS  3600
#define BACKOFF_MOST_MS     60000
#define BACKOFF_USUAL_MS    1
#define HEARTBEAT_LEAST_MS  10
#define HEARTBEAT_MOST_MS   60000
#define HEAP_MOST_BYTES     0x10000000u
#define STACK_LEAST_BYTES   0x1000u
#define STACK_MOST_BYTES    0x800000u
#define MODULE_REASON_BYTES sizeof(((struct module_info *)0)->reason)

/* What a line that does not say may call, and what a plain program may ask of SYSTEM. */
#define MODULE_DEFAULT_CALLS                                                                       \
    (1u << CALL_BIT_send_rec | 1u << CALL_BIT_ipc_request | 1u << CALL_BIT_echo |                  \
     1u << CALL_BIT_in_outbox | 1u << CALL_BIT_receive | 1u << CALL_BIT_ipc_receive |              \
     1u << CALL_BIT_ipc_select)
#define MODULE_DEFAULT_QUANTUM_MS 10
#define MODULE_USER_KERNEL_CALLS  (1u << SYS_EXIT | 1u << SYS_TIME | 1u << SYS_LOOKUP)

struct module_ports {
    uint16_t first, last;
};

struct module_map {
    uint32_t start, bytes; /* physical, page-aligned, no wrap; 0: the loader's framebuffer */
};

struct module_line {
    char name[NAME_BYTES];
    char identity[NAME_BYTES]; /* the name when the line gives none */
    bool user;                 /* the identity is `user` */
    bool is_data;              /* no program, but data for one: no other key is set but `least` */
    uint32_t least_bytes;      /* a machine with less memory leaves it out */
    bool demand, supervised;   /* both: supervised once somebody has asked for it */
    bool quiet;
    unsigned priority, quantum_ms;
    uint32_t calls;        /* one bit a call: abi/privilege.h */
    struct slice targets;  /* the list as it stands in the line, every name well-formed */
    uint32_t kernel_calls; /* bit n: kernel call n */
    uint32_t irq_lines;    /* bit n: line n; bit IRQ_LINE_LOG: the log */
    unsigned port_count, map_count;
    struct module_ports ports[MODULE_PORTS_MAX];
    struct module_map maps[MODULE_MAPS_MAX];
    uint32_t heap_bytes, stack_bytes; /* whole pages */
    char arguments[ARGUMENT_BYTES];
    char faults[NAME_BYTES];  /* the process that settles its faults, or "" */
    char data[NAME_BYTES];    /* the data module that it sees, or "" */
    char updates[NAME_BYTES]; /* the module whose program this file may replace, or "" */
    char image[NAME_BYTES];   /* the module whose program it has, this file being none, or "" */
    struct slice needs;       /* the list as it stands in the line, every name well-formed */
    uint32_t restart;         /* RESTART_*; all from here on only with `supervised` */
    uint32_t limit, limit_seconds;
    uint32_t backoff_ms, heartbeat_ms;
};

/*
 * Reads `line`. True: *parsed holds all of it. False: `reason` (of MODULE_REASON_BYTES) names the
 * word and what is wrong with it; parsed->name and parsed->identity are then set when they could be
 * read, else empty. parsed->targets and parsed->needs point into `line`.
 */
bool module_line_parse(const char *line, struct module_line *parsed, char *reason);
