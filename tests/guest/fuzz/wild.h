/* One instruction of two bytes with every register loaded. See wild.asm. */
#pragma once

#include <stdint.h>

struct wild {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, flags;
    uint16_t es, unused_1, fs, unused_2, gs, unused_3;
};

extern struct wild wild_got; /* what came out */

void wild_trap(const struct wild *w);
void wild_sysenter(const struct wild *w); /* comes back to: */
extern const char wild_sysenter_back[];

/* Whatever wild_instruction is; behind it is where a process goes on whose fault was settled. */
void wild_other(const struct wild *w);
extern volatile uint16_t wild_instruction;
extern const char wild_other_back[];

static inline uint16_t wild_flat(void)
{
    uint16_t selector;
    __asm__("mov %%ss, %0" : "=r"(selector));
    return selector;
}
