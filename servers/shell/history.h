/* The lines that were typed, each once, the newest last. Pure. */
#pragma once

#include "editor.h"

#define HISTORY_BYTES (16 * EDITOR_BYTES) /* NULs included: some 200 lines as people type them */

struct history {              /* all zero: empty */
    char text[HISTORY_BYTES]; /* line behind line */
    size_t used;
};

/* Adds a line; an equal one from before goes, and so do the oldest while there is no room. Blank
   lines are not kept. */
void history_add(struct history *h, const char *line);

/* The line `back` lines before the end, 1 the newest; NULL when there are not so many. */
const char *history_get(const struct history *h, unsigned back);
