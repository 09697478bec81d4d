/*
 * A state as a key: all that matters of a table, six bytes a process.
 *
 * What does not matter is renamed away, and the core cannot tell the difference: it compares
 * generations and tickets with each other for equality and with nothing else, counts messages
 * without looking, and never reads a result. So every process that was ever born has the same
 * generation (older and later ones are what the environment still holds), every process had
 * `ticket` as its last ticket, counters are zero and so are results. Where generations run out,
 * they are kept (state_naming.generations).
 *
 * That nothing else is left out is checked, not believed: each new state, renamed, must be byte by
 * byte what its key is read back as.
 *
 * Processes are alike, so states that differ by a permutation of slots are one. Sources of events
 * are served in the order of the slots, round and round: where there are such events only rotations
 * change nothing.
 */
#pragma once

#include <ipc/ipc.h>

#define KEY_BYTES        (6 * IPC_PROCESSES)
#define STATE_GENERATION 2

/* The two events that the checker knows, in every set and mask. */
#define EVENT_A 0x00000001u
#define EVENT_B EVENT_DEATH

enum state_symmetry {
    SYMMETRY_NONE,
    SYMMETRY_ROTATIONS,
    SYMMETRY_ALL
};

struct state_naming {
    enum state_symmetry symmetry;
    uint16_t ticket;  /* that each process had last */
    bool generations; /* they are kept: the first is ENDPOINT_GENERATION_LAST - 2 */
};

struct state_key {
    uint8_t bytes[KEY_BYTES];
};

/* Where each slot goes. */
struct state_permutation {
    uint8_t to[IPC_PROCESSES];
};

/* Renames in place. The table holds its invariants. */
void state_rename(struct ipc_table *t, const struct state_naming *naming);

/* The least key among those of the symmetric states, and how it is reached. Returns how many
   different states it stands for. The table need not be renamed. */
unsigned state_to_key(const struct ipc_table *t, const struct state_naming *naming,
                      struct state_key *key, struct state_permutation *how);

/* The key of the table as it stands. */
void state_to_plain_key(const struct ipc_table *t, const struct state_naming *naming,
                        struct state_key *key);

/* All but the privileges is written. */
void state_from_key(struct ipc_table *t, const struct state_naming *naming,
                    const struct state_key *key);
