/*
 * What a script does to the model: the rendezvous core and the naive model side by side
 * (tests/model/twin.h), and around them what the kernel adds: messages in memory, fixed boxes, the
 * calls that it answers itself, deaths that are watched.
 *
 * Written from docs/ipc.md. Enter at model_step.
 */
#pragma once

#include "script.h"

#include "../model/twin.h"

#include <abi/system.h>

_Static_assert(IPC_PROCESSES == SCRIPT_PROCESSES, "the model has a script's processes");

/* A process as the workers' programs see it. */
struct actor {
    unsigned module;
    uint8_t in_box, out_box; /* places; PLACE_NULL: not set */
    struct script_step step; /* its last call */
    bool calls;              /* that call has not ended */
    bool doomed;             /* its fault will not be settled */
    bool watches[IPC_PROCESSES];
};

struct model {
    struct twin twin;
    struct actor actor[IPC_PROCESSES];
    unsigned outcomes; /* of the last step */
    struct script_outcome outcome[2 * IPC_PROCESSES];
    unsigned deaths; /* in it, in their order */
    uint8_t dead[IPC_PROCESSES];
    unsigned facts; /* of its trace: facts.h */
    struct script_fact fact[SCRIPT_FACTS];
};

/* Six processes, the first of each slot, whose module is the slot's number. NULL, or what is wrong
   with the models. */
const char *model_begin(struct model *m);

/* Fills in where the step's message leaves and comes. */
void model_find_places(const struct model *m, struct script_step *step);

/* Performs a step that is possible. `pairs` as many as it says. NULL, or what core and naive model
   disagree about. */
const char *model_step(struct model *m, const struct script_step *step,
                       const struct script_pair *pairs);

/* Whether a program of this module has somebody to settle its faults. */
bool model_has_handler(unsigned module);

struct script_state model_state(const struct model *m, unsigned process);

/* Whether this number is the endpoint of a process, dead or alive, in one of the script's slots. */
bool model_is_endpoint(uint32_t word);

/* The words that the step's call sends from this place. */
static inline uint32_t model_tag(const struct script_step *step, unsigned place)
{
    return place == PLACE_READ_ONLY ? SCRIPT_READ_ONLY_TAG : step->tag | place;
}

/* As processes see it. */
enum process_state model_state_of(enum ipc_state state);

/* The operation that a step of the kind SCRIPT_CALL is. */
struct operation model_operation(const struct script_step *step, const struct script_pair *pairs);

static inline const struct ipc_process *model_process(const struct model *m, unsigned process)
{
    return &m->twin.before.process[process];
}
