/*
 * What the contract promises of any step, said of the state before and the state after, without a
 * model: a request ends only by its reply, a death, a deadline or a cancel; an event is neither
 * lost nor delivered twice; a message is delivered once, and its sender knows; a refused call
 * changes nothing; and whoever has something ready for a receiver comes nearer to his turn whenever
 * another is served, which bounds how often he can be passed over.
 */
#pragma once

#include "world.h"

struct step {
    const struct ipc_table *before, *after;
    struct naive *naive; /* means the same as `before` */
    const struct operation *op;
    const struct outcome *outcome;
};

/* The law that the step breaks, or NULL. What was delivered is in `world`. */
const char *laws_broken(const struct step *step);
