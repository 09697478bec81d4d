/*
 * What the judge tells its store (store.c). Between two messages nobody notices of a process
 * whether it lives: so all moments at which it can die are those before and after something that it
 * asks the store for, and the store is where they can be chosen.
 */
#pragma once

#include <stdint.h>

enum {
    MOMENTS_PLAN = 0x8781
};

enum moment {
    MOMENT_NONE,
    MOMENT_BEFORE, /* who asks dies, and nothing is done */
    MOMENT_AFTER,  /* it is done; then who asks dies, without an answer */
    MOMENT_REFUSE, /* nothing is done, and the answer is ENOSPC; the same from then on */
};

/* What happens at the request number `request` from now on, from 1. The answer says whether what
   was planned before has happened. */
struct __attribute__((may_alias)) moments_plan {
    uint32_t request, moment;
};

struct __attribute__((may_alias)) moments_answer {
    uint32_t has_happened;
};
