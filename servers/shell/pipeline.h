/*
 * A line that starts programs: one, or several with a | between, perhaps with a & at the end. Pure.
 */
#pragma once

#include "words.h"

#include <stdbool.h>

#define PIPELINE_MAX 4 /* programs */

struct pipeline {
    unsigned count;
    char **argv[PIPELINE_MAX]; /* each ends with NULL; in the words' own list */
    bool background;
};

/* Whether the line is one, and not a single command. */
bool pipeline_is(const struct words *words);

/* Takes the words apart. NULL, or what is wrong in words. */
const char *pipeline_parse(struct words *words, struct pipeline *pipeline);
