/*
 * The processor: what it is, what it can do, what of that is switched on.
 *
 * A 486 may lack CPUID and CR4; both are touched only after the flags register has shown that the
 * ID bit can be toggled.
 */
#include "cpu.h"

#include "layout.h"
#include "text.h"
#include <arch/arch.h>

#define FLAGS_ID 0x00200000u

#define LEAF1_EDX_FPU  (1u << 0)
#define LEAF1_EDX_PSE  (1u << 3)
#define LEAF1_EDX_TSC  (1u << 4)
#define LEAF1_EDX_SEP  (1u << 11)
#define LEAF1_EDX_PGE  (1u << 13)
#define LEAF1_EDX_PAT  (1u << 16)
#define LEAF1_EDX_FXSR (1u << 24)
#define LEAF1_EDX_SSE  (1u << 25)
#define LEAF7_EBX_SMEP (1u << 7)
#define LEAF7_EBX_SMAP (1u << 20)
#define LEAF7_ECX_UMIP (1u << 2)

struct cpu cpu;

struct cpuid {
    uint32_t eax, ebx, ecx, edx;
};

static struct cpuid cpuid(uint32_t leaf)
{
    struct cpuid r;
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(0));
    return r;
}

static bool has_cpuid(void)
{
    uint32_t before, after;
    __asm__ volatile("pushfl\n\t"
                     "popl %0\n\t"
                     "movl %0, %1\n\t"
                     "xorl %2, %1\n\t"
                     "pushl %1\n\t"
                     "popfl\n\t"
                     "pushfl\n\t"
                     "popl %1\n\t"
                     "pushl %0\n\t"
                     "popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(FLAGS_ID)
                     : "cc");
    return ((before ^ after) & FLAGS_ID) != 0;
}

/* Without CPUID: a unit that is there answers FNINIT with known status and control words. */
static bool fpu_answers(void)
{
    uint16_t status = 0x5a5a, control = 0x5a5a;
    cpu_cr0_load(cpu_cr0() & ~(CR0_NO_FPU | CR0_TASK_SWITCHED));
    __asm__ volatile("fninit\n\t"
                     "fnstsw %0\n\t"
                     "fnstcw %1"
                     : "+m"(status), "+m"(control));
    return (status & 0xff) == 0 && (control & 0x103f) == 0x003f;
}

static void copy_word(char *to, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (char)(word >> 8 * i);
}

void cpu_probe(void)
{
    cpu.cpuid = has_cpuid();
    if (!cpu.cpuid) {
        cpu.fpu = fpu_answers();
        return;
    }
    const struct cpuid leaf0 = cpuid(0);
    copy_word(&cpu.vendor[0], leaf0.ebx);
    copy_word(&cpu.vendor[4], leaf0.edx);
    copy_word(&cpu.vendor[8], leaf0.ecx);
    if (leaf0.eax < 1) {
        cpu.fpu = fpu_answers();
        return;
    }
    const struct cpuid leaf1 = cpuid(1);
    cpu.signature = leaf1.eax;
    cpu.fpu = leaf1.edx & LEAF1_EDX_FPU;
    cpu.counter = leaf1.edx & LEAF1_EDX_TSC;
    cpu.large_pages = leaf1.edx & LEAF1_EDX_PSE;
    cpu.global_pages = leaf1.edx & LEAF1_EDX_PGE;
    cpu.combines = leaf1.edx & LEAF1_EDX_PAT;
    cpu.fxsave = cpu.fpu && (leaf1.edx & LEAF1_EDX_FXSR);
    cpu.sse = cpu.fxsave && (leaf1.edx & LEAF1_EDX_SSE);
    /* The first Pentium Pros claim to have it and have not (Intel's manual, volume 2, SYSENTER). */
    cpu.sysenter = (leaf1.edx & LEAF1_EDX_SEP) && (leaf1.eax & 0xfff) >= 0x633;
    if (leaf0.eax < 7)
        return;
    const struct cpuid leaf7 = cpuid(7);
    cpu.smep = leaf7.ebx & LEAF7_EBX_SMEP;
    cpu.smap = leaf7.ebx & LEAF7_EBX_SMAP;
    cpu.umip = leaf7.ecx & LEAF7_ECX_UMIP;
}

void cpu_msr_set(uint32_t number, uint32_t value)
{
    __asm__ volatile("wrmsr" : : "c"(number), "a"(value), "d"(0));
}

/* Memory types 0 to 3, one a byte: the first, third and fourth are what they are after a reset. */
#define TYPE_WRITE_BACK  6u
#define TYPE_COMBINING   1u
#define TYPE_UNCACHED_OR 7u /* or combining, if the firmware says so */
#define TYPE_UNCACHED    0u

void cpu_combine(void)
{
    if (cpu.combines)
        cpu_msr_set(MSR_PAGE_TYPES, TYPE_UNCACHED << 24 | TYPE_UNCACHED_OR << 16 |
                                        TYPE_COMBINING << 8 | TYPE_WRITE_BACK);
}

/* Every processor with one of the features that we use in CR4 has CPUID and CR4. */
static bool has_cr4(void)
{
    return cpu.large_pages || cpu.global_pages || cpu.fxsave || cpu.smep || cpu.smap || cpu.umip;
}

uint32_t cpu_cr4(void)
{
    uint32_t value = 0;
    if (has_cr4())
        __asm__ volatile("mov %%cr4, %0" : "=r"(value));
    return value;
}

void cpu_cr4_set(uint32_t bits)
{
    __asm__ volatile("mov %0, %%cr4" : : "r"(cpu_cr4() | bits) : "memory");
}

void cpu_protect(void)
{
    /* CD and NW off, whatever the loader left. AM on, so that a process's AC means something. */
    cpu_cr0_load(CR0_PROTECTED | CR0_MONITOR_FPU | CR0_FPU_IS_387 | CR0_FPU_ERRORS |
                 CR0_WRITE_PROTECT | CR0_ALIGNMENT | CR0_PAGING |
                 (cpu.fpu ? CR0_TASK_SWITCHED : CR0_NO_FPU));
    const uint32_t bits =
        (cpu.smep ? CR4_SMEP : 0) | (cpu.smap ? CR4_SMAP : 0) | (cpu.umip ? CR4_UMIP : 0);
    if (bits != 0)
        cpu_cr4_set(bits);
}

static void describe_identity(struct text *t)
{
    if (!cpu.cpuid) {
        text_put(t, "486 without CPUID");
        return;
    }
    const uint32_t s = cpu.signature;
    uint32_t family = s >> 8 & 15, model = s >> 4 & 15;
    if (family == 6 || family == 15)
        model |= s >> 12 & 0xf0;
    if (family == 15)
        family += s >> 20 & 0xff;
    text_put(t, cpu.vendor);
    text_put(t, " family ");
    text_decimal(t, family);
    text_put(t, " model ");
    text_decimal(t, model);
    text_put(t, " stepping ");
    text_decimal(t, s & 15);
}

void arch_describe(void (*print)(const char *line))
{
    struct text t;
    text_begin(&t, "processor: ");
    describe_identity(&t);
    text_put(&t, !cpu.fpu     ? "; no fpu"
                 : cpu.sse    ? "; fpu sse"
                 : cpu.fxsave ? "; fpu fxsave"
                              : "; fpu");
    text_put(&t, cpu.sysenter ? " sysenter" : "");
    text_put(&t, cpu.smep ? " smep" : "");
    text_put(&t, cpu.smap ? " smap" : "");
    text_put(&t, cpu.umip ? " umip" : "");
    text_put(&t, cpu.large_pages ? "; 4 MB" : "; 4 KB");
    text_put(&t, cpu.global_pages ? " global pages, " : " pages, ");
    text_decimal(&t, (arch_window_bytes() + 0xfffff) >> 20);
    text_put(&t, " MB within reach");
    print(t.line);
}
