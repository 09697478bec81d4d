/* The lines that were typed, each once, the newest last. Pure. */
#pragma once

#include "editor.h"

#define HISTORY_LINES 64

struct history { /* all zero: empty */
    char line[HISTORY_LINES][EDITOR_BYTES];
    unsigned count;
};

/* Adds a line; an equal one from before goes, and the oldest when there are too many. Blank lines
   are not kept. */
void history_add(struct history *h, const char *line);

/* The line `back` lines before the end, 1 the newest; NULL when there are not so many. */
const char *history_get(const struct history *h, unsigned back);
