/* What the processor can do, and its control registers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct cpu {
    bool cpuid;
    char vendor[13];
    uint32_t signature; /* leaf 1, eax */
    bool fpu, large_pages, global_pages, fxsave, sse, sysenter, counter;
    bool smep, smap, umip;
    bool combines; /* writes to pages with ENTRY_THROUGH alone */
};

extern struct cpu cpu;

#define CR0_PROTECTED     0x00000001u
#define CR0_MONITOR_FPU   0x00000002u
#define CR0_NO_FPU        0x00000004u
#define CR0_TASK_SWITCHED 0x00000008u
#define CR0_FPU_IS_387    0x00000010u
#define CR0_FPU_ERRORS    0x00000020u
#define CR0_WRITE_PROTECT 0x00010000u
#define CR0_ALIGNMENT     0x00040000u
#define CR0_PAGING        0x80000000u

#define CR4_LARGE_PAGES  0x00000010u
#define CR4_GLOBAL_PAGES 0x00000080u
#define CR4_FXSAVE       0x00000200u
#define CR4_SSE_ERRORS   0x00000400u
#define CR4_UMIP         0x00000800u
#define CR4_SMEP         0x00100000u
#define CR4_SMAP         0x00200000u

/* Asks the processor. First of all. */
void cpu_probe(void);
/* Switches on what protects the kernel: write protection, SMEP, SMAP, UMIP. With the final tables.
 */
void cpu_protect(void);
/* Makes pages with ENTRY_THROUGH alone, which nobody has yet, such that writes to them may wait and
   go out together. Where that is not to be had they stay as they are: written through. */
void cpu_combine(void);
/* CR4 exists: set bits in it. Never called with bits that the processor does not have. */
void cpu_cr4_set(uint32_t bits);

/* Model-specific registers of sysenter. */
#define MSR_SYSENTER_CS  0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_PAGE_TYPES   0x277 /* PAT */
void cpu_msr_set(uint32_t number, uint32_t value);

static inline uint32_t cpu_cr0(void)
{
    uint32_t value;
    __asm__ volatile("mov %%cr0, %0" : "=r"(value));
    return value;
}

static inline void cpu_cr0_load(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr0" : : "r"(value) : "memory");
}

static inline uint32_t cpu_cr2(void)
{
    uint32_t value;
    __asm__ volatile("mov %%cr2, %0" : "=r"(value));
    return value;
}

static inline uint32_t cpu_cr3(void)
{
    uint32_t value;
    __asm__ volatile("mov %%cr3, %0" : "=r"(value));
    return value;
}

static inline void cpu_cr3_load(uint32_t value)
{
    __asm__ volatile("mov %0, %%cr3" : : "r"(value) : "memory");
}

/* 0 on processors that have no CR4. */
uint32_t cpu_cr4(void);
