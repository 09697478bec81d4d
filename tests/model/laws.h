/*
 * What the contract promises of any step, said of the state before and the state after, without a
 * model: a request ends only by its reply, a death, a deadline or a cancel; an event is neither
 * lost nor delivered twice; a message is delivered once, and its sender knows; a refused call
 * changes nothing; nobody's state changes but as the core's table says, and for a cause that it
 * names; and whoever has something ready for a receiver comes nearer to his turn whenever another
 * is served, which bounds how often he can be passed over.
 */
#pragma once

#include "world.h"

struct step {
    const struct ipc_table *before, *after;
    struct naive *naive; /* means the same as `before` */
    const struct operation *op;
    const struct outcome *outcome;
};

/* What was seen of the table of transitions (ipc/states.h): from, to, one bit a cause. */
enum cause {
#define CAUSE(name, text) CAUSE_##name,
    IPC_CAUSES(CAUSE)
#undef CAUSE
    CAUSE_COUNT
};
extern uint32_t seen_transitions[IPC_STATE_COUNT][IPC_STATE_COUNT];

/* Says on stdout which rows were never seen, or one of their causes not. Returns whether all were.
 */
bool laws_saw_every_transition(void);

/* The law that the step breaks, or NULL. What was delivered is in `world`. */
const char *laws_broken(const struct step *step);
