/*
 * What the decoder knows of the protocols. The tables are in protocol_tables.c, which the build
 * makes from servers/protocols (tools/protocols.py); a list ends with an entry without a name.
 */
#pragma once

#include <abi/endpoint.h>
#include <stdint.h>

enum protocol_format {
    PROTOCOL_UINT32,
    PROTOCOL_INT32,
    PROTOCOL_HEX, /* one word or more */
    PROTOCOL_ENDPOINT,
    PROTOCOL_UINT64, /* low word first */
    PROTOCOL_MICROSECONDS,
    PROTOCOL_TEXT, /* ends with its first NUL, its count or its last word */
    PROTOCOL_ENUMERATION,
    PROTOCOL_FLAGS,
};

#define PROTOCOL_UNCOUNTED 0xff

struct protocol_value {
    const char *name;
    uint32_t value; /* flags: one bit */
};

struct protocol_field {
    const char *name;
    uint8_t format; /* enum protocol_format */
    uint8_t word;   /* the first that it lies in */
    uint8_t words;
    uint8_t count; /* text: the word with its length, or PROTOCOL_UNCOUNTED */
    const struct protocol_value *values;
};

/* Of two with the same type, that with a certain source comes first. */
struct protocol_message {
    const char *name;
    int32_t type;
    endpoint_t to;   /* SYSTEM, or 0: any process */
    endpoint_t from; /* the only source, or 0: any */
    const struct protocol_field *request, *answer;
};

extern const struct protocol_message protocol_messages[];
