/* Names against what was typed: completion and the nearest one. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MATCH_NAME_BYTES 16 /* as a process's name */
#define MATCH_MAX        128

struct match { /* all zero: no names */
    char name[MATCH_MAX][MATCH_NAME_BYTES];
    unsigned count;
};

/* Offers a name; one that does not begin with `prefix`, or is there already, is not taken. They are
   kept in alphabetical order. */
void match_offer(struct match *m, const char *prefix, const char *name);

/* How many characters all the names begin with in common. */
size_t match_common(const struct match *m);

/* How many characters must be changed, put in, left out or swapped with their neighbour to make one
   of the other, capitals or not; names that are longer than a name count as far apart. */
unsigned match_distance(const char *a, const char *b);

/* True when `b` is what somebody who typed `a` may have meant. */
bool match_near(const char *a, const char *b);
