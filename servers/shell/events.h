/* What happens while the shell does not read: deaths of what it watches, and ^C. */
#pragma once

#include <abi/endpoint.h>
#include <parley/system.h>
#include <stdbool.h>

/* Waits for the next thing to happen; others' requests are refused. True: it was ^C. */
bool events_wait(void);

/* Takes all deaths that were reported, for the jobs too; true when `process`'s is among them. */
bool events_take_deaths(endpoint_t process, struct system_death *its);

/* Says how a program ended, unless it did so of its own will; returns its status. */
int events_say_end(const char *name, const struct system_death *death);
