/*
 * The kernel's trace (abi/trace.h), as far as it is about the workers: taken apart into facts, and
 * without what no script does: how they start, how they sleep and how the judge wakes them.
 */
#pragma once

#include "shared.h"

#include <abi/trace.h>
#include <stdbool.h>

struct fact {
    uint32_t what; /* one TRACE_* bit */
    endpoint_t from, to;
    uint32_t call;
    int32_t result;
    uint32_t second;
    bool any_second; /* CALL: edx is not known: it is sys_exit's, or the record has no place */
    int32_t type;
    uint32_t words[MESSAGE_PAYLOAD_WORDS];
};

/* Whether the trace is on and can be read. */
bool follow_begin(void);

/* What has happened so far is not looked at. */
void follow_skip(void);

/* Takes the facts since the last look. Returns how many, or -1 when some were lost. */
int follow_take(void);

/* The fact of this number among those that were taken, or NULL. */
const struct fact *follow_fact(unsigned number);

bool follow_same(const struct fact *due, const struct fact *found);

/* In words, for `bytes` of text. */
void follow_describe(char *text, unsigned bytes, const struct fact *f);

/* judge.c: a number, and the process whose endpoint it is. Good for four more calls. */
const char *name_of(uint32_t word);
