/* See selftest.h. */
#include "selftest.h"
#include "options.h"
#include "panic.h"
#include <stdint.h>

#define AT_CALL 30

/* Uses up the kernel's stack, whatever its size. */
static unsigned overflow(unsigned depth)
{
    volatile unsigned here[64] = {depth};
    return depth == UINT32_MAX ? 0 : overflow(depth + 1) + here[0];
}

/* Not inlined: the backtrace of its panic names it. */
__attribute__((noinline)) void selftest_call(void)
{
    static unsigned calls;
    if (option_selftest() == SELFTEST_NONE || ++calls != AT_CALL)
        return;
    if (option_selftest() == SELFTEST_OVERFLOW)
        (void)overflow(0);
    KERNEL_ASSERT(option_selftest() != SELFTEST_ASSERT);
    kernel_panic("asked for by selftest=panic");
}
