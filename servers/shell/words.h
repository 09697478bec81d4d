/*
 * A command line's words. Pure.
 *
 * Blanks separate words. 'text' is taken as it is; in "text" and outside quotes a backslash takes
 * the next character as it is and $? is the last command's status. A # at a word's start begins a
 * comment. | and & outside quotes are words of their own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX   32
#define WORDS_BYTES 1024

struct words {
    int count;
    char *word[WORDS_MAX + 1]; /* NULL behind the last */
    uint32_t operators;        /* bit i: word i is such a | or & */
    char text[WORDS_BYTES];
};

/* Splits `line`. NULL, or what is wrong with it in words. */
const char *words_split(const char *line, int status, struct words *words);

/* A decimal number that is all of `text` and at most `most`. 0 or -1. */
int words_number(const char *text, uint32_t most, uint32_t *number);

/* Seconds with up to six decimals, as "2" or "0.25", in microseconds; at most a million seconds. */
int words_seconds(const char *text, uint64_t *microseconds);
