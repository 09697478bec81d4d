/*
 * What the parts of this judge have in common: who is there, who leads, and waiting until it is so.
 */
#pragma once

#include "../lib/judge.h"

#include <proto/supervisor.h>

bool module_named(const char *name, unsigned *index, struct module_info *info);
/* The supervisor that leads says; false when none does. */
bool entry_of(const char *name, struct supervisor_entry *entry);
bool comes_to_state(const char *name, uint32_t state);
/* The process that is there now, if it answers; NONE after a long time. */
endpoint_t is_up(const char *name, endpoint_t former);
endpoint_t process_of(const char *name);
int ask(const char *name, int32_t type, uint32_t word);
int supervisor_asks(int32_t type, const char *name);
int supervisor_updates(const char *name, const char *with);
/* Both stores hold the same; until then either is all there is. */
bool stores_are_whole(void);
bool one_leads(void);
/* Nobody is left to do that. Both in one moment, so that each finds the other one running. */
bool both_start(void);
