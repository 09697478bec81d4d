/*
 * Memory that is not the process's, or not to be written.
 */
#include "hostile.h"

#include <abi/layout.h>

/* As suites/hostile.conf says. */
#define HEAP_BYTES  4096u
#define STACK_BYTES 8192u

#define READ(name, error, address, what)                                                           \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_page_fault((error) | PF_USER, (address), here_##name, (what));                      \
        __asm__ volatile("here_" #name ": movl (%0), %%eax" : : "r"(address) : "eax", "memory");   \
        went_wrong(77);                                                                            \
    }

#define WRITE(name, error, address, what)                                                          \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_page_fault((error) | PF_USER | PF_WRITE, (uint32_t)(address), here_##name, (what)); \
        __asm__ volatile("here_" #name ": movl %%eax, (%0)" : : "r"(address), "a"(1) : "memory");  \
        went_wrong(77);                                                                            \
    }

#define PUSH(name, stack)                                                                          \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_page_fault(PF_USER | PF_WRITE, (stack)-4u, here_##name,                             \
                          EXPECT_ADDRESS | EXPECT_P_FREE);                                         \
        __asm__ volatile("movl %0, %%esp\n here_" #name ": pushl %%eax"                            \
                         :                                                                         \
                         : "r"(stack)                                                              \
                         : "memory");                                                              \
    }

static const uint32_t constant = 7;

READ(read_null, 0, 0, EXPECT_ADDRESS)
WRITE(write_null, 0, 0, EXPECT_ADDRESS)
READ(read_unmapped, 0, 0x70000000, EXPECT_ADDRESS)
WRITE(write_code, PF_PRESENT, write_code, EXPECT_ADDRESS)
WRITE(write_const, PF_PRESENT, &constant, EXPECT_ADDRESS)
READ(read_kernel, PF_PRESENT, 0xc0000000, EXPECT_ADDRESS | EXPECT_P_FREE)
WRITE(write_kernel, PF_PRESENT, 0xc0100000, EXPECT_ADDRESS | EXPECT_P_FREE)
READ(read_top, PF_PRESENT, 0xfffffffc, EXPECT_ADDRESS | EXPECT_P_FREE)
READ(read_edge, 0, 0xbffffffe, EXPECT_SAME_PAGE | EXPECT_P_FREE)
READ(read_vga, 0, 0xb8000, EXPECT_ADDRESS)
PUSH(push_zero, 0u)
PUSH(push_kernel, 0xc0100000u)
WRITE(heap_end, 0, USER_HEAP + HEAP_BYTES, EXPECT_ADDRESS)
WRITE(heap_before, 0, USER_HEAP - 4, EXPECT_ADDRESS)
WRITE(stack_above, 0, USER_STACK_TOP, EXPECT_ADDRESS)

static unsigned recurse(unsigned depth)
{
    volatile unsigned here[4] = {depth};

    return depth == UINT32_MAX ? 0 : recurse(depth + 1) + here[0];
}

void stack_over(void)
{
    expect_page_fault(PF_USER | PF_WRITE, USER_STACK_TOP - STACK_BYTES - 4, NULL, EXPECT_SAME_PAGE);
    recurse(0);
    went_wrong(77);
}

extern const char here_movs[];
__attribute__((noinline)) void movs_kernel(void)
{
    expect_page_fault(PF_USER | PF_WRITE, 0xc0000000, here_movs, EXPECT_ADDRESS | EXPECT_P_FREE);
    __asm__ volatile("here_movs: rep movsl"
                     :
                     : "c"(16), "S"(&constant), "D"(0xc0000000)
                     : "memory");
    went_wrong(77);
}

extern const char here_cmpxchg[];
__attribute__((noinline)) void cmpxchg_kernel(void)
{
    /* Emulators read first, so the error code may be a read's. */
    expect(&(struct expectation){DEATH_FAULT, PAGE_FAULT, PAGE_FAULT, EXPECT_IP | EXPECT_ADDRESS, 0,
                                 (uint32_t)here_cmpxchg, 0xc0001000});
    __asm__ volatile("here_cmpxchg: lock cmpxchgl %%ecx, (%%edx)"
                     :
                     : "a"(0), "c"(0), "d"(0xc0001000)
                     : "memory", "cc");
    went_wrong(77);
}
