/*
 * What the kernel's trace (abi/trace.h) must say of a step, beside what else the model predicts:
 * calls and their ends, deliveries, waits, events, faults, births, deaths.
 *
 * What a fact holds is the naive model's word; in which order those of one operation come is the
 * core's, whose upcalls the model's world remembers.
 */
#pragma once

#include "model.h"

/* The step's call begins. */
void fact_call(struct model *m, const struct script_step *step, bool sends);

/* The process calls sys_exit. */
void fact_exit(struct model *m, unsigned slot);

/* Its call ends without a wait, and without the core. */
void fact_return(struct model *m, unsigned slot, int32_t result, uint32_t second);

/* SYSTEM's answer comes. */
void fact_answer(struct model *m, unsigned slot, int32_t answer);

void fact_event(struct model *m, endpoint_t source, endpoint_t to, uint32_t bits);
void fact_fault(struct model *m, unsigned slot, unsigned vector);
void fact_birth(struct model *m, unsigned slot);
void fact_death(struct model *m, unsigned slot, unsigned cause, int32_t status);

/* Both models have taken this operation, and have not advanced. */
void facts_of_operation(struct model *m, const struct operation *op);
