/*
 * A process's machine state on a workstation, where no process runs: enough for the contract's
 * types to be complete, and for a test to see what the kernel put there.
 */
#pragma once

#include <stdint.h>

#define ARCH_TABLE_ALIGN 512 /* as on the machine that counts from it; here nobody does */

#define ARCH_HOST_BEYOND 0x7ff00000u /* the page of memory that the window does not reach */

struct arch_place {
    uint32_t first, second; /* physical addresses */
    uint32_t first_bytes;   /* 0: no message */
};

struct arch_space {
    uint32_t pages; /* mapped */
};

struct arch_context {
    struct arch_place deliver;
    struct arch_space *space;
    uint32_t ip, sp;
    uint32_t call, target, message, events, timeout, source; /* as if a trap had brought them */
    int32_t result;
    uint32_t second;
};
