/*
 * What a run of the checker covers: who may do what. The product of everything with everything is
 * too large, so there are several, and each leaves out what another has.
 */
#pragma once

#include "operation.h"
#include "state.h"

/* Beside CALL_BIT_*: ipc_reply and ipc_receive in one. */
#define CALL_BIT_both CALL_BIT_COUNT
#define DOES(name)    (1u << CALL_BIT_##name)

enum bounds_flags {
    PLAIN = 1,
    NONBLOCK = 2,
    TIMEOUT = 4,
    NONBLOCK_TIMEOUT = 8
};
enum bounds_sources {
    FROM_PEERS = 1,
    FROM_ANY = 2,
    FROM_HARDWARE = 4,
    FROM_NONE = 8
};
enum bounds_sets {
    SET_NONE = 1,
    SET_A = 2,
    SET_B = 4,
    SET_ALL = 8
}; /* of masks, of sets */
enum bounds_selects {
    SINGLE_PAIRS = 1,
    TWO_PAIRS = 2
};

/* What a process does. */
struct role {
    uint16_t calls;  /* DOES(..) */
    uint8_t flags;   /* of calls that may wait */
    uint8_t sources; /* of ipc_receive, 0xA0 and ipc_select; receive takes them all */
    uint8_t masks;   /* of the same */
    uint8_t sets;    /* of ipc_notify */
    uint8_t kernel;  /* sets that the kernel posts to it */
    uint8_t selects; /* how many pairs its ipc_select has */
    bool faults;     /* its faults */
    bool wild;       /* calls that must be refused whatever the state */
    bool to_first;   /* it knows nobody but slot 0 */
};

struct bounds {
    const char *name;
    const char *covers;
    struct state_naming naming;
    unsigned identities; /* those with which processes are born; 0: nobody is born later */
    bool deaths, cancels;
    bool is_long;
    struct role first, others; /* of slot 0, and of all others */
};

/* The runs for IPC_PROCESSES; the last has no name. */
extern const struct bounds all_bounds[];

struct operations {
    struct operation *list;
    unsigned count, room;
    unsigned first[IPC_PROCESSES + 2];      /* of each slot; the last ones are births */
    unsigned first_call[IPC_PROCESSES + 1]; /* of each slot's own; what happens to it is before */
};

/* Every operation within the bounds, those of slot 0 first, with the endpoints of this table. */
void bounds_operations(const struct bounds *bounds, const struct ipc_table *t,
                       struct operations *all);

/* The state where all begins, and the rights of the identities. */
void bounds_start(const struct bounds *bounds, struct ipc_table *t);

/* The operation of the state in which the slots have gone where `how` says. */
struct operation operation_moved(const struct operation *op, const struct state_permutation *how);

/*
 * One of these operations that is not among them once the slots have changed places, or NULL.
 * To take symmetric states for one is sound only if there is none: what the state that was kept
 * cannot do, those that it stands for might. A rotation and a swap make every permutation.
 */
const struct operation *bounds_asymmetry(const struct bounds *bounds, const struct operations *all);
