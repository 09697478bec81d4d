/*
 * How often the scripts made which call, and what it met: a set of scripts that never came to a
 * meeting says nothing about it.
 */
#pragma once

#include "model.h"

/* After model_step of a call. `chained`: within its group, by a process
   that the call before it woke. */
void count_call(const struct model *m, const struct script_step *step, bool chained);

void count_print(void);

/* False, with a line each, when something that the scripts are for was never met. */
bool count_is_complete(void);
