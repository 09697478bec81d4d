/*
 * names: which process provides a service.
 *
 * The name server's own endpoint comes from SYS_LOOKUP "names". A name lives as long as its
 * publisher; a lookup of a dead publisher's name is ENOENT until somebody publishes it again.
 */
#pragma once

#include <proto/common.h>

enum {
    NAMES_PUBLISH = PROTO_NAMES, /* names_request: the sender provides `name`
                                    (EEXIST: a living process does; EINVAL: empty or not printable;
                                    ENOSPC: the table is full, or the sender has 16 already) */
    NAMES_LOOKUP,                /* names_request -> names_answer               (ENOENT) */
    NAMES_WAIT,                  /* as lookup, but answers only once the name is there */
    NAMES_LIST,     /* names_request with `index` -> names_answer  (ENOENT past the last) */
    NAMES_WITHDRAW, /* names_request: the sender gives its name up (ENOENT; EPERM) */
};

struct names_request {
    char name[16]; /* NUL-padded, at most 15 characters; unused by list */
    uint32_t index;
} PROTO_PAYLOAD;

struct names_answer {
    char name[16];
    endpoint_t endpoint;
} PROTO_PAYLOAD;
