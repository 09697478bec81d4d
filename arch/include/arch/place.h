/* Where a message lies in physical memory: in one piece, or in two pages that need not touch. */
#pragma once

#include <stdint.h>

struct arch_place {
    uint32_t first, second; /* physical addresses */
    uint32_t first_bytes;   /* 0: no message */
};
