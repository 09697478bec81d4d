/* hello: the smallest service there is. docs/tour.md follows one of its messages. */
#pragma once

#include <proto/common.h>

enum {
    /* hello_name -> hello_greeting (EINVAL: the name has no end) */
    HELLO_GREET = PROTO_HELLO,
};

struct hello_name {
    char name[16]; /* NUL-terminated */
} PROTO_PAYLOAD;

struct hello_greeting {
    char text[24];
    uint32_t visitor; /* 1 for the first, and so on */
} PROTO_PAYLOAD;
