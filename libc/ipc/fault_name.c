/* The processor's faults in words, after Intel's manual, volume 3, table 6-1. */
#include <parley/system.h>

const char *sys_fault_name(uint32_t vector)
{
    static const char *const names[] = {
        [0] = "divide error",
        [1] = "debug trap",
        [3] = "breakpoint",
        [4] = "overflow",
        [5] = "bound range exceeded",
        [6] = "invalid opcode",
        [7] = "device not available",
        [8] = "double fault",
        [10] = "invalid TSS",
        [11] = "segment not present",
        [12] = "stack fault",
        [13] = "general protection fault",
        [14] = "page fault",
        [16] = "floating-point error",
        [17] = "alignment check",
        [18] = "machine check",
        [19] = "SIMD floating-point error",
    };
    if (vector < sizeof names / sizeof names[0] && names[vector])
        return names[vector];
    return "fault";
}
