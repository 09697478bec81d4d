/* What happens while the shell does not read: deaths of what it watches, and ^C. */
#pragma once

#include <stdint.h>

/* Waits for the next thing to happen, so many microseconds at most, or EVENTS_EVER, and takes it.
   Others' requests are refused. */
#define EVENTS_EVER 0
void events_wait(uint32_t microseconds);

/* Takes all deaths that were reported: the console's, the jobs', the output's. */
void events_take_deaths(void);
