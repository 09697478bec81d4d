/*
 * Lab 4: what the server of the buttons and its clients say to each other. docs/labs/4-events.md
 * has the contract.
 *
 * A press is an event, set by any process with ipc_notify: bit n is button n.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

#define BUTTONS     8u
#define QUIET_US    20000u /* without a press: the button has come to rest, and the press counts */
#define WAITERS_MAX 4u

enum {
    BUTTONS_READ = 0x8401, /* in: button; out: its count. EINVAL: no such button */
    BUTTONS_WAIT,          /* in: button, seen; out: its count, as soon as it is not `seen`.
                              EINVAL: no such button; ENOSPC: WAITERS_MAX clients wait */
};

/* What lies in a message's words. */
struct __attribute__((may_alias)) buttons_request {
    uint32_t button, seen;
};

struct __attribute__((may_alias)) buttons_answer {
    uint32_t count;
};
