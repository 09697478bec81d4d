/*
 * What the files of hostile.c's cases share.
 */
#pragma once

#include "cases.h"
#include "expect.h"

#include <parley/ipc.h>
#include <parley/system.h>

#define DIVIDE_ERROR       0
#define DEBUG_TRAP         1
#define BREAKPOINT         3
#define OVERFLOW           4
#define BOUND              5
#define INVALID_OPCODE     6
#define INVALID_TASK       10
#define GENERAL_PROTECTION 13
#define PAGE_FAULT         14
#define FPU_ERROR          16
#define ALIGNMENT          17
#define SIMD_ERROR         19

/* Page faults' error code: bits. */
#define PF_PRESENT 1u
#define PF_WRITE   2u
#define PF_USER    4u

void expect(const struct expectation *e);
/* The case ends by returning: exit status 0. */
void expect_exit(void);
/* A fault at `ip` with this error code. */
void expect_fault(uint32_t vector, uint32_t error, const void *ip);
/* The same, or another vector with any error code. */
void expect_either(uint32_t vector, uint32_t error, uint32_t other, const void *ip);
/* sysenter without an address to come back to: it comes back to 0. A processor that lacks it says
   that there is no such instruction, or (as QEMU does) that nobody set it up. */
void expect_sysenter(void);
/* A page fault; `what`: EXPECT_ADDRESS or EXPECT_SAME_PAGE, and perhaps EXPECT_P_FREE. */
void expect_page_fault(uint32_t error, uint32_t address, const void *ip, uint32_t what);

/* Ends with this status: something that was allowed went wrong. */
_Noreturn void went_wrong(int status);

/* The processor's features: CPUID's registers of a leaf, or zeros. */
struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};
struct cpuid cpuid(uint32_t leaf);

/*
 * The vector that a return from ring 3 (iret, retf) may end with instead of `vector`. QEMU 7.2
 * reads the stack of a return as the kernel would, which SMAP forbids: a page fault.
 */
uint32_t return_vector(uint32_t vector);

/* A case that is one forbidden instruction; here_NAME is its address. */
#define INSTRUCTION(name, vector, error, text)                                                     \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_fault((vector), (error), here_##name);                                              \
        __asm__ volatile("here_" #name ":\n\t" text                                                \
                         :                                                                         \
                         : "a"(0), "b"(0), "c"(0), "d"(0x60)                                       \
                         : "memory", "cc");                                                        \
        went_wrong(77);                                                                            \
    }

/* The same, where processors before a feature say otherwise. */
#define INSTRUCTION_EITHER(name, vector, other, text)                                              \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_either((vector), 0, (other), here_##name);                                          \
        __asm__ volatile("here_" #name ":\n\t" text                                                \
                         :                                                                         \
                         : "a"(0), "b"(0), "c"(0), "d"(0x60)                                       \
                         : "memory", "cc");                                                        \
        went_wrong(77);                                                                            \
    }
