/* Debug traps of processes, of which some are no business of theirs: see watch.c. */
#pragma once

#include <arch/arch.h>
#include <stdbool.h>

/* After a debug trap: whether it is this process's. False: another's byte is watched. */
bool watch_concerns(const struct arch_space *space);
