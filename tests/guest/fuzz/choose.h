/*
 * Words that a hostile program passes: numbers at the edge of what is legal, addresses where memory
 * begins and ends, endpoints of the living, the dead and of nobody. All from one generator.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/layout.h>
#include <abi/message.h>
#include <server/protocol_table.h>
#include <stdbool.h>
#include <stdint.h>

void choose_seed(uint32_t seed, uint32_t generation);

uint32_t choose_any(void);               /* any word at all */
uint32_t choose_below(uint32_t bound);   /* 0..bound-1 */
bool choose_once_in(uint32_t often);     /* true once in so many times */
uint32_t choose_number(void);            /* small, large, a power of two, something seen before */
uint32_t choose_address(uint32_t bytes); /* for so many bytes: where they just fit, or do not */
endpoint_t choose_endpoint(void);
endpoint_t choose_living(void);
uint32_t choose_timeout(void); /* in microseconds: short, mostly none */

/* An answer's words may be names that mean something in later requests. */
void choose_remember(uint32_t word);

/* The request's words, each as its field's format wants it, or nearly. */
void choose_fields(const struct protocol_field *fields, message *m);

/* The program's heap: two pages that may be overwritten by anybody, and nothing beside them. */
#define ARENA       ((uint8_t *)USER_HEAP)
#define ARENA_BYTES 8192u
