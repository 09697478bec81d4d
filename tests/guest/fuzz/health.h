/*
 * Whether the system is well: each server answers and does its work, and nothing of what is
 * accounted for is lost. For the judges of the fuzzing and the bomb suite.
 */
#pragma once

#include <abi/system.h>
#include <stdbool.h>
#include <stdint.h>

/* Waits until all servers are up, and notes how things are. False: one of them does not come. */
bool health_begin(void);

/* One check each: the servers answer and do their work; frames, slots, loans, pipes and names are
   what they were at the beginning. `after` names what came before. */
bool health_check(const char *after);

/* One check: no server was started again since health_begin, health_renew or health_note. */
bool health_check_nobody_died(const char *after);

/* Ends every process but the judge, gives their memory back, and starts the supervisors again. */
bool health_renew(void);

/* Servers that have died until now did so because the judge wanted it. */
void health_note(void);

/* How many servers do not answer a ping. */
unsigned health_silent(void);

/* Whether that server answers, soon. */
bool health_comes_up(const char *server);

/* Ends all that is neither a server nor the judge, and gives their memory back. */
void health_sweep(void);

/* Ends all servers, so that the kernel itself prints what the judge says last. */
void health_silence(void);

/* The memory server, if there is one, gives back what all had that have died. */
void health_bury(void);

/* Ends the module's process, if it has one. */
void health_end(const char *module);
