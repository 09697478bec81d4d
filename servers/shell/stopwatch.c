/*
 * See stopwatch.h. A 486 may have neither CPUID nor a counter: CPUID is there when bit 21 of the
 * flags can be changed (Intel SDM volume 1, 20.1.2), the counter when its leaf 1 says so.
 */
#include "stopwatch.h"

#include <parley/system.h>

#define FLAGS_ID       (1u << 21)
#define FEATURE_TSC    (1u << 4)
#define CALIBRATION_US 10000

static bool ready, fine;
static uint32_t cycles_per_ms;

static bool has_cpuid(void)
{
    uint32_t before, after;
    __asm__ volatile("pushfl\n\t"
                     "pushfl\n\t"
                     "popl %[before]\n\t"
                     "movl %[before], %[after]\n\t"
                     "xorl %[id], %[after]\n\t"
                     "pushl %[after]\n\t"
                     "popfl\n\t"
                     "pushfl\n\t"
                     "popl %[after]\n\t"
                     "popfl"
                     : [before] "=&r"(before), [after] "=&r"(after)
                     : [id] "i"(FLAGS_ID)
                     : "cc");
    return ((before ^ after) & FLAGS_ID) != 0;
}

static uint32_t cpuid_edx(uint32_t leaf)
{
    uint32_t eax = leaf, ebx, ecx, edx;
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx));
    return leaf == 0 ? eax : edx;
}

static uint64_t counter(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

void stopwatch_start(void)
{
    if (ready)
        return;
    ready = true;
    if (!has_cpuid() || cpuid_edx(0) < 1 || !(cpuid_edx(1) & FEATURE_TSC))
        return;
    uint64_t begin, now;
    if (sys_time(&begin) < 0)
        return;
    const uint64_t first = counter();
    do
        if (sys_time(&now) < 0)
            return;
    while (now - begin < CALIBRATION_US);
    cycles_per_ms = (uint32_t)((counter() - first) * 1000 / (now - begin));
    fine = cycles_per_ms > 0;
}

bool stopwatch_is_fine(void)
{
    return fine;
}

uint64_t stopwatch_counter(void)
{
    uint64_t us = 0;
    if (fine)
        return counter();
    (void)sys_time(&us);
    return us;
}

uint32_t stopwatch_read(void)
{
    return (uint32_t)stopwatch_counter();
}

uint32_t stopwatch_ns(uint32_t difference)
{
    const uint64_t ns =
        fine ? (uint64_t)difference * 1000000 / cycles_per_ms : (uint64_t)difference * 1000;
    return ns > UINT32_MAX ? UINT32_MAX : (uint32_t)ns;
}
