/*
 * What judge, workers and racers of the stress suite share: a random generator that a seed makes
 * repeat itself, and the names of the workers.
 */
#pragma once

#include <stdint.h>

#define WORKERS 6 /* w0 .. w5, suites/stress.conf */

/* A racer's last message: words 0..3 how many calls had each outcome, 4 the XOR of what was taken.
 */
#define RACE_DONE 0x7fff0001

enum race_outcome {
    RACE_OK,
    RACE_NOT_TAKEN, /* ETIMEDOUT, ENOTREADY: must not have been delivered */
    RACE_NO_ANSWER, /* EREPLYTIMEDOUT: was delivered */
    RACE_WRONG,     /* anything else */
    RACE_OUTCOMES
};

static inline uint32_t random_next(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}
