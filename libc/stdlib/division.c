/*
 * 64-bit division, which the compiler leaves to a library on this machine. The names are the
 * compiler's.
 */
#include <stddef.h>
#include <stdint.h>

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder);
uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

/* One digit of long division in base 2^32: (high * 2^32 + low) / divisor, for high < divisor.
   A divisor of zero faults here, as a division should. */
static uint32_t divide_step(uint32_t high, uint32_t low, uint32_t divisor, uint32_t *remainder)
{
    uint32_t quotient;
    __asm__("divl %[divisor]"
            : "=a"(quotient), "=d"(*remainder)
            : "a"(low), "d"(high), [divisor] "rm"(divisor)
            : "cc");
    return quotient;
}

static uint64_t divide_by_word(uint64_t dividend, uint32_t divisor, uint64_t *remainder)
{
    uint32_t rest;
    uint32_t high = divide_step(0, (uint32_t)(dividend >> 32), divisor, &rest);
    uint32_t low = divide_step(rest, (uint32_t)dividend, divisor, &rest);
    *remainder = rest;
    return (uint64_t)high << 32 | low;
}

/* A divisor of 2^32 or more: the quotient has at most 32 bits, found one at a time. */
static uint64_t divide_by_long(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    int shift = __builtin_clz((uint32_t)(divisor >> 32));
    uint64_t quotient = 0;
    for (divisor <<= shift; shift >= 0; shift--, divisor >>= 1) {
        quotient <<= 1;
        if (dividend >= divisor) {
            dividend -= divisor;
            quotient |= 1;
        }
    }
    *remainder = dividend;
    return quotient;
}

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t *remainder)
{
    uint64_t rest;
    uint64_t quotient = divisor >> 32 ? divide_by_long(dividend, divisor, &rest)
                                      : divide_by_word(dividend, (uint32_t)divisor, &rest);
    if (remainder)
        *remainder = rest;
    return quotient;
}

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    return __udivmoddi4(dividend, divisor, NULL);
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    uint64_t remainder;
    __udivmoddi4(dividend, divisor, &remainder);
    return remainder;
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static int64_t with_sign(uint64_t value, int negative)
{
    return (int64_t)(negative ? 0 - value : value);
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
    uint64_t quotient = __udivdi3(magnitude(dividend), magnitude(divisor));
    return with_sign(quotient, (dividend < 0) != (divisor < 0));
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
    return with_sign(__umoddi3(magnitude(dividend), magnitude(divisor)), dividend < 0);
}
