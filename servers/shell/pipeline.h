/*
 * What a line does: one part, or several with a | between, perhaps with a & at the end. Pure.
 */
#pragma once

#include "words.h"

#include <stdbool.h>

#define PIPELINE_MAX 4 /* parts */

enum part_kind {
    PART_PROGRAM, /* of the archive */
    PART_MODULE,  /* of the boot */
    PART_COMMAND  /* of the shell */
};

struct pipeline {
    unsigned count;
    char **argv[PIPELINE_MAX]; /* each ends with NULL; in the words' own list */
    enum part_kind kind[PIPELINE_MAX];
    bool background;
};

/* Takes the words, one at least, apart; what kind each part is only its caller knows. NULL, or what
   is wrong in words. */
const char *pipeline_parse(struct words *words, struct pipeline *pipeline);

/* NULL, or why the part `*wrong` cannot be where it is; the text goes on from its name. */
const char *pipeline_check(const struct pipeline *pipeline, unsigned *wrong);
