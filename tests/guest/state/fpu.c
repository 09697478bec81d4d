/*
 * x87 and SSE registers; see fpu.h. The pattern is two images, one as FNSAVE and one of the XMM
 * registers, so that comparing is comparing bytes.
 */
#include "fpu.h"

#include <string.h>

struct x87 {
    uint16_t control, r1, status, r2, tags, r3;
    uint32_t ip, cs, operand, ds;
    uint8_t stack[80];
};

_Static_assert(sizeof(struct x87) == 108, "FNSAVE's image");

#define CONTROL_FRESH 0x037f
#define MXCSR_FRESH   0x1f80u
#define CPUID_SSE     (1u << 25)

static bool has_sse(void)
{
    uint32_t before;
    uint32_t after;
    uint32_t edx;
    uint32_t eax = 1;

    __asm__ volatile("pushfl\n\tpopl %0\n\tmovl %0, %1\n\txorl $0x200000, %1\n\t"
                     "pushl %1\n\tpopfl\n\tpushfl\n\tpopl %1\n\tpushl %0\n\tpopfl"
                     : "=&r"(before), "=&r"(after)
                     :
                     : "cc");
    if (!((before ^ after) & 0x200000))
        return false;
    __asm__ volatile("cpuid" : "+a"(eax), "=d"(edx) : : "ebx", "ecx");
    return (edx & CPUID_SSE) != 0;
}

/* FNSAVE resets the unit, so it is loaded again. */
static void read_x87(struct x87 *image)
{
    __asm__ volatile("fnsave %0\n\tfrstor %0" : "+m"(*image));
}

static void read_xmm(uint32_t *xmm)
{
    __asm__ volatile("movups %%xmm0, (%0)\n\t"
                     "movups %%xmm1, 16(%0)\n\t"
                     "movups %%xmm2, 32(%0)\n\t"
                     "movups %%xmm3, 48(%0)\n\t"
                     "movups %%xmm4, 64(%0)\n\t"
                     "movups %%xmm5, 80(%0)\n\t"
                     "movups %%xmm6, 96(%0)\n\t"
                     "movups %%xmm7, 112(%0)"
                     :
                     : "r"(xmm)
                     : "memory");
}

static void write_xmm(const uint32_t *xmm)
{
    __asm__ volatile("movups (%0), %%xmm0\n\t"
                     "movups 16(%0), %%xmm1\n\t"
                     "movups 32(%0), %%xmm2\n\t"
                     "movups 48(%0), %%xmm3\n\t"
                     "movups 64(%0), %%xmm4\n\t"
                     "movups 80(%0), %%xmm5\n\t"
                     "movups 96(%0), %%xmm6\n\t"
                     "movups 112(%0), %%xmm7"
                     :
                     : "r"(xmm)
                     : "memory");
}

static uint32_t read_mxcsr(void)
{
    uint32_t value;

    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return value;
}

static bool is_zero(const void *bytes, unsigned count)
{
    const uint8_t *b = bytes;

    for (unsigned i = 0; i < count; i++)
        if (b[i])
            return false;
    return true;
}

bool fpu_is_fresh(void)
{
    struct x87 image;
    uint32_t xmm[32];

    read_x87(&image);
    if (image.control != CONTROL_FRESH || image.status || image.tags != 0xffff)
        return false;
    if (image.ip || image.operand || !is_zero(image.stack, sizeof image.stack))
        return false;
    if (!has_sse())
        return true;
    read_xmm(xmm);
    return is_zero(xmm, sizeof xmm) && read_mxcsr() == MXCSR_FRESH;
}

/* Eight valid numbers, another rounding and precision; all exceptions stay masked. */
static void make_x87(struct x87 *image, uint32_t seed)
{
    memset(image, 0, sizeof *image);
    image->control = (uint16_t)(0x007f | (seed & 0xc00) | (seed & 1 ? 0x300 : 0x200));
    image->tags = 0;
    for (unsigned i = 0; i < 8; i++) {
        uint8_t *number = image->stack + 10 * i;
        uint32_t mantissa[2] = {seed * 2654435761u + i, (seed ^ i) | 0x80000000u};
        uint16_t exponent = (uint16_t)(0x3fff + i);
        memcpy(number, mantissa, 8);
        memcpy(number + 8, &exponent, 2);
    }
}

static void make_xmm(uint32_t *xmm, uint32_t seed)
{
    for (unsigned i = 0; i < 32; i++)
        xmm[i] = (seed + i) * 0x9e3779b9u;
}

static uint32_t make_mxcsr(uint32_t seed)
{
    return MXCSR_FRESH | (seed & 3) << 13;
}

void fpu_dirty(uint32_t seed)
{
    struct x87 image;
    uint32_t xmm[32];
    uint32_t mxcsr = make_mxcsr(seed);

    make_x87(&image, seed);
    __asm__ volatile("frstor %0" : : "m"(image));
    if (!has_sse())
        return;
    make_xmm(xmm, seed);
    write_xmm(xmm);
    __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
}

bool fpu_is_dirty(uint32_t seed)
{
    struct x87 image;
    struct x87 expected;
    uint32_t xmm[32];
    uint32_t expected_xmm[32];

    make_x87(&expected, seed);
    read_x87(&image);
    if (image.control != expected.control || memcmp(image.stack, expected.stack, 80) != 0)
        return false;
    if (!has_sse())
        return true;
    make_xmm(expected_xmm, seed);
    read_xmm(xmm);
    return memcmp(xmm, expected_xmm, sizeof xmm) == 0 && read_mxcsr() == make_mxcsr(seed);
}
