/*
 * The memory that the judge and the workers share, beside all IPC: the screen's, which nobody else
 * uses. The judge gives commands and reads results here, so that the state under test is disturbed
 * by nothing.
 *
 * A worker that has nothing to do waits in receive(NONE): nothing that a script does can reach it
 * there, and to the model it is a process that runs. The judge ends that wait with a cancel. It has
 * the lowest priority, so it goes on when every worker waits for something.
 */
#pragma once

#include "../script.h"

#include <abi/endpoint.h>
#include <abi/layout.h>
#include <abi/message.h>

#define QUEUE (2 * SCRIPT_GROUP)

/* In edx, which receive does not look at: so that the trace tells this wait from a script's. */
#define SLEEP_MARK 0x51eeb000u

struct command {
    struct script_step step;
    struct script_pair pair[SCRIPT_PAIRS];
};

struct result {
    uint32_t done;
    int32_t result;
    uint32_t second;
    uint32_t damage; /* enum damage */
    uint32_t where;  /* with damage */
    message content; /* of the place where a message may come */
};

/* What must not change has changed. */
enum damage {
    DAMAGE_NONE,
    DAMAGE_REGISTERS, /* where: the number of struct all_registers's word */
    DAMAGE_MEMORY,    /* where: the place */
};

struct worker {
    uint32_t head, tail; /* the worker's, the judge's */
    uint32_t asleep;     /* in its own receive(NONE) */
    struct command queue[QUEUE];
};

struct shared {
    uint32_t ended; /* calls, since the script began */
    struct result result[SCRIPT_STEPS];
    struct worker worker[SCRIPT_PROCESSES];
};

#define SHARED_BYTES 0x10000 /* as in scripts.conf */
#define SHARED       ((volatile struct shared *)USER_DEVICES)

_Static_assert(sizeof(struct shared) <= SHARED_BYTES, "fits what is mapped");
