/*
 * Endpoints: how processes name each other.
 *
 * An endpoint is generation << 10 | slot and always positive. A slot's generation grows each time
 * the slot is given to a new process, so an endpoint that outlived its process never reaches the
 * next tenant: the call fails with EDEADSRCDST. Slots 0..999 are processes; slots 1000..1023 with
 * generation 0 are names that belong to no process.
 */
#pragma once

#include <stdint.h>

typedef int32_t endpoint_t;

#define ENDPOINT_SLOT_BITS       10
#define ENDPOINT_SLOT_MASK       0x3ff
#define ENDPOINT_FIRST_NAME      1000     /* slots from here on are names, not processes */
#define ENDPOINT_GENERATION_LAST 0x1fffff /* a slot that used this generation is retired */

#define HARDWARE 0x3e8 /* source of kernel events: interrupts, alarms, deaths */
#define SYSTEM   0x3e9 /* the kernel itself, as a server: send_rec or ipc_request only */
#define ANY      0x3ea /* receive: from whoever comes */
#define NONE     0x3eb /* receive: from nobody, so sleep */
#define SELF     0x3ec /* in kernel calls: the caller */

#define ENDPOINT(generation, slot)                                                                 \
    ((endpoint_t)((uint32_t)(generation) << ENDPOINT_SLOT_BITS | (slot)))

static inline uint32_t endpoint_slot(endpoint_t endpoint)
{
    return (uint32_t)endpoint & ENDPOINT_SLOT_MASK;
}

static inline uint32_t endpoint_generation(endpoint_t endpoint)
{
    return (uint32_t)endpoint >> ENDPOINT_SLOT_BITS;
}
