/* What happens while the shell does not read: deaths of what it watches, and ^C. */
#pragma once

#include <stdbool.h>

/* Waits for the next thing to happen; others' requests are refused. True: it was ^C. */
bool events_wait(void);

/* Takes all deaths that were reported: the console's and the jobs'. */
void events_take_deaths(void);
