/*
 * What must outlive this server of a process: its regions, its children, and how those ended; what
 * it has lent, and what it has attached of others'.
 *
 * It lies in a page of that process (USER_LEDGER), which may only read it, so a memory server that
 * is started again finds it there; and it goes with the process.
 */
#pragma once

#include <abi/endpoint.h>
#include <stdbool.h>
#include <stdint.h>

#define REGIONS_MAX  32
#define CHILDREN_MAX 16 /* that live */
#define ENDED_MAX    16 /* of whom it is kept how they ended */
#define LENT_MAX     64
#define HELD_MAX     64

struct region {
    uint32_t start, end; /* of whole pages */
    uint32_t access;     /* MEMORY_*; read-only for its process from begin on */
};

enum child_state {
    CHILD_NONE,
    CHILD_LIVES,
    CHILD_ENDED,
    CHILD_TOLD
};

struct child {
    endpoint_t endpoint;
    uint32_t state; /* enum child_state */
    uint32_t order; /* in which they ended */
    uint32_t cause, status;
    int32_t why;
    uint32_t ip, address;
};

struct ledger {
    uint32_t is_program; /* 0: a boot module */
    uint32_t begun;
    uint32_t region_count;
    uint32_t ended; /* how many ever */
    struct region region[REGIONS_MAX];
    struct child child[CHILDREN_MAX + ENDED_MAX];
};

/* False: it has none. */
bool ledger_read(endpoint_t process, struct ledger *ledger);
/* It must have one, and live. */
void ledger_write(endpoint_t process, const struct ledger *ledger);
/* It has one then, this one if it had none. 0 or -ENOMEM. */
int ledger_make(endpoint_t process, const struct ledger *ledger);

/* The region with this address, or NULL. */
const struct region *ledger_region(const struct ledger *ledger, uint32_t address);
/* NULL: no such child. */
struct child *ledger_child(struct ledger *ledger, endpoint_t child);
unsigned ledger_living(const struct ledger *ledger);
/* Room for one more; what is known of one that ended may be forgotten for that. NULL: so many live.
 */
struct child *ledger_room(struct ledger *ledger);

/* ---- Loans (lend.h) -------------------------------------------------------------------------- */

struct lent {
    uint32_t name; /* 0: none */
    endpoint_t peer;
    uint32_t address, bytes;
    uint32_t uses, through;
    uint32_t key : 28, grant : 1, access : 3;
};

/* Pages that it has attached, or was about to, or to let go of. */
struct held {
    uint32_t name;        /* 0: none */
    uint16_t first, last; /* counted from USER_MEMORY */
};

struct loans {
    struct lent lent[LENT_MAX];
    struct held held[HELD_MAX];
};

bool ledger_loans(endpoint_t process, struct loans *loans);
/* A ledger is made where there is none. 0, -ENOMEM or -EDEADSRCDST. */
int ledger_lent(endpoint_t process, unsigned place, const struct lent *lent);
int ledger_held(endpoint_t process, unsigned place, const struct held *held);
