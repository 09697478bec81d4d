/*
 * What surrounds the core in the checker: the memory that messages are in, and a scheduler.
 *
 * Each process has two messages for its calls and two in "the kernel's" memory for its faults. Each
 * holds words that no other holds, written anew before every operation, so that what was delivered
 * can be read back: from whom, whose words, intact or not, and that nothing else was touched.
 */
#pragma once

#include "naive.h"

enum world_box {
    BOX_OUT,
    BOX_IN,
    BOX_FAULT_OUT,
    BOX_FAULT_IN,
    BOX_KINDS
};

#define BOX_BYTES       64
#define BOX(slot, kind) ((phys_addr_t)(((slot)*BOX_KINDS + (kind) + 1) * BOX_BYTES))

/* All messages as before any operation, and a scheduler that knows who runs. */
void world_begin(const struct ipc_table *t);

enum upcall_kind {
    UPCALL_BLOCK,
    UPCALL_READY,
    UPCALL_DELIVER
};

struct upcall {
    uint8_t kind, slot;
    phys_addr_t in; /* UPCALL_DELIVER: the message */
};

#define WORLD_UPCALLS (4 * IPC_PROCESSES)

/* What the operation brought, in the order of the messages: as many as `world.deliveries`; and what
   the core told, in its own order. */
struct world {
    unsigned upcalls;
    struct upcall upcall[WORLD_UPCALLS];
    bool runs[IPC_PROCESSES];
    const char *wrong; /* the first that was seen, or NULL */
    unsigned deliveries;
    struct naive_delivery delivery[IPC_PROCESSES * BOX_KINDS];
};
extern struct world world;

/* Reads back what was delivered. Returns what is wrong with it or with what the scheduler was told,
   or NULL. `t` is the table after the operation `op`. */
const char *world_end(const struct ipc_table *t, const struct operation *op,
                      const struct outcome *outcome);

/* Whether the deliveries are what the naive model said. */
bool world_agrees(const struct naive *m);
