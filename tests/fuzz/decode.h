/* Bytes as the arguments of calls: mostly such as a program would pass, some that none should. */
#pragma once

#include "fuzz.h"

#include <ipc/ipc.h>

/* The number of a call, without flags; now and then one that is none. */
uint32_t decode_call(uint32_t byte);

/* Flags of a call that may wait: mostly none. */
uint32_t decode_flags(uint32_t byte);

/* A destination: mostly a slot's endpoint. */
endpoint_t decode_target(const struct ipc_table *t, uint32_t byte);

/* A source: a slot's endpoint or a name. */
endpoint_t decode_source(const struct ipc_table *t, uint32_t byte);

/* Whom `caller` could answer; where there is nobody, or the byte says so, a target. */
endpoint_t decode_client(const struct ipc_table *t, unsigned caller, uint32_t byte);

/* The ticket of an answer to `client`: mostly the right one. */
uint32_t decode_ticket(const struct ipc_table *t, endpoint_t client, uint32_t byte);

uint32_t decode_events(uint32_t byte);

/* The number of pairs, from none to too many. */
uint32_t decode_pairs(uint32_t byte);

/* Whether the call takes an answer's ticket, or flags. */
bool call_replies(uint32_t number);
bool call_waits(uint32_t number);
bool call_receives_from(uint32_t number); /* eax is a source */
