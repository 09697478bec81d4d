/*
 * What ipc_select looks at: pairs of a source and those of its events that count.
 *
 * A pair is ready when ipc_receive with the same source and set would take something at once, or
 * when its source is dead. The source is a process, ANY or HARDWARE.
 */
#pragma once

#include <abi/endpoint.h>
#include <stdint.h>

struct ipc_select_pair {
    endpoint_t source;
    uint32_t events; /* 0: its messages only */
};

_Static_assert(sizeof(struct ipc_select_pair) == 8, "shared layout");
