/*
 * Instructions that ring 3 must not execute, and those that raise exceptions of their own.
 */
#include "hostile.h"

#define GP GENERAL_PROTECTION

static const struct __attribute__((packed)) {
    uint16_t limit;
    uint32_t base;
} nowhere = {0xffff, 0};
static uint8_t place[16];

/* An instruction with a memory operand. */
#define WITH_MEMORY(name, text, operand)                                                           \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_fault(GP, 0, here_##name);                                                          \
        __asm__ volatile("here_" #name ":\n\t" text : : "m"(operand) : "memory");                  \
        went_wrong(77);                                                                            \
    }

INSTRUCTION(do_cli, GP, 0, "cli")
INSTRUCTION(do_sti, GP, 0, "sti")
INSTRUCTION(do_hlt, GP, 0, "hlt")
WITH_MEMORY(do_lgdt, "lgdt %0", nowhere)
WITH_MEMORY(do_lidt, "lidt %0", nowhere)
INSTRUCTION(do_lldt, GP, 0, "lldt %%ax")
INSTRUCTION(do_ltr, GP, 0, "ltr %%dx")
INSTRUCTION(do_lmsw, GP, 0, "lmsw %%ax")
INSTRUCTION(do_clts, GP, 0, "clts")
INSTRUCTION(do_read_cr0, GP, 0, "movl %%cr0, %%eax")
INSTRUCTION(do_write_cr0, GP, 0, "movl %%eax, %%cr0")
INSTRUCTION(do_read_cr2, GP, 0, "movl %%cr2, %%eax")
INSTRUCTION(do_read_cr3, GP, 0, "movl %%cr3, %%eax")
INSTRUCTION(do_write_cr3, GP, 0, "movl %%eax, %%cr3")
INSTRUCTION_EITHER(do_read_cr4, GP, INVALID_OPCODE, "movl %%cr4, %%eax")
INSTRUCTION_EITHER(do_write_cr4, GP, INVALID_OPCODE, "movl %%eax, %%cr4")
INSTRUCTION(do_read_dr0, GP, 0, "movl %%dr0, %%eax")
INSTRUCTION(do_write_dr0, GP, 0, "movl %%eax, %%dr0")
INSTRUCTION(do_read_dr7, GP, 0, "movl %%dr7, %%eax")
INSTRUCTION(do_write_dr7, GP, 0, "movl %%eax, %%dr7")
INSTRUCTION(do_invd, GP, 0, "invd")
INSTRUCTION(do_wbinvd, GP, 0, "wbinvd")
WITH_MEMORY(do_invlpg, "invlpg %0", place)
INSTRUCTION_EITHER(do_rdmsr, GP, INVALID_OPCODE, "rdmsr")
INSTRUCTION_EITHER(do_wrmsr, GP, INVALID_OPCODE, "wrmsr")
INSTRUCTION_EITHER(do_rdpmc, GP, INVALID_OPCODE, ".byte 0x0f, 0x33")
INSTRUCTION_EITHER(do_xsetbv, GP, INVALID_OPCODE, ".byte 0x0f, 0x01, 0xd1")
INSTRUCTION_EITHER(do_rsm, INVALID_OPCODE, GP, ".byte 0x0f, 0xaa")

void do_sysenter(void)
{
    expect_sysenter();
    __asm__ volatile(".byte 0x0f, 0x34" : : "a"(0), "b"(0), "c"(0), "d"(0) : "memory", "cc");
    went_wrong(77);
}

INSTRUCTION_EITHER(do_sysexit, GP, INVALID_OPCODE, ".byte 0x0f, 0x35")
INSTRUCTION_EITHER(do_syscall, INVALID_OPCODE, GP, ".byte 0x0f, 0x05")
INSTRUCTION_EITHER(do_sysret, INVALID_OPCODE, GP, ".byte 0x0f, 0x07")
INSTRUCTION_EITHER(do_mwait, INVALID_OPCODE, GP, ".byte 0x0f, 0x01, 0xc9")

INSTRUCTION(do_in_dx, GP, 0, "inb %%dx, %%al")
INSTRUCTION(do_in_imm, GP, 0, "inb $0x60, %%al")
INSTRUCTION(do_in_word, GP, 0, "inw %%dx, %%ax")
INSTRUCTION(do_in_long, GP, 0, "inl %%dx, %%eax")
INSTRUCTION(do_out_dx, GP, 0, "outb %%al, %%dx")
INSTRUCTION(do_out_imm, GP, 0, "outb %%al, $0x64")
INSTRUCTION(do_out_long, GP, 0, "outl %%eax, %%dx")
INSTRUCTION(do_insb, GP, 0, "insb")

INSTRUCTION(do_ud2, INVALID_OPCODE, 0, "ud2")
INSTRUCTION(do_lock_add, INVALID_OPCODE, 0, ".byte 0xf0, 0x01, 0xc0")
INSTRUCTION(do_f00f, INVALID_OPCODE, 0, ".byte 0xf0, 0x0f, 0xc7, 0xc8")
INSTRUCTION(do_aam, DIVIDE_ERROR, 0, ".byte 0xd4, 0x00")
INSTRUCTION(do_divide, DIVIDE_ERROR, 0, "divl %%ecx")

extern const char here_rep_outsb[];
__attribute__((noinline)) void do_rep_outsb(void)
{
    expect_fault(GP, 0, here_rep_outsb);
    __asm__ volatile("here_rep_outsb: rep outsb" : : "c"(3), "d"(0x80), "S"(place) : "memory");
    went_wrong(77);
}

extern const char after_int3[];
__attribute__((noinline)) void do_int3(void)
{
    expect_fault(BREAKPOINT, 0, after_int3);
    __asm__ volatile("int3\nafter_int3:");
    went_wrong(77);
}

extern const char after_int1[];
__attribute__((noinline)) void do_int1(void)
{
    /* Some emulators do not know it. */
    expect_either(DEBUG_TRAP, 0, INVALID_OPCODE, after_int1);
    __asm__ volatile(".byte 0xf1\nafter_int1:");
    went_wrong(77);
}

extern const char after_into[];
__attribute__((noinline)) void do_into(void)
{
    expect_fault(OVERFLOW, 0, after_into);
    __asm__ volatile("movb $0x7f, %%al\n\tincb %%al\n\tinto\nafter_into:" : : : "eax", "cc");
    went_wrong(77);
}

void do_into_not(void)
{
    expect_exit();
    __asm__ volatile("xorl %%eax, %%eax\n\tinto" : : : "eax", "cc");
}

extern const char here_bound[];
__attribute__((noinline)) void do_bound(void)
{
    static const int32_t limits[2] = {0, 10};

    expect_fault(BOUND, 0, here_bound);
    __asm__ volatile("here_bound: .byte 0x62, 0x02" /* bound eax, [edx] */
                     :
                     : "a"(11), "d"(limits), "m"(limits));
    went_wrong(77);
}

extern const char here_idivide[];
__attribute__((noinline)) void do_idivide(void)
{
    expect_fault(DIVIDE_ERROR, 0, here_idivide);
    __asm__ volatile("here_idivide: idivl %2" : : "a"(0x80000000u), "d"(-1), "r"(-1) : "cc");
    went_wrong(77);
}

extern const char here_x87[];
__attribute__((noinline)) void do_x87_error(void)
{
    static const uint16_t unmasked = 0x037b;

    expect_fault(FPU_ERROR, 0, here_x87);
    __asm__ volatile("fninit\n\tfldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n"
                     "here_x87: fwait"
                     :
                     : "m"(unmasked));
    went_wrong(77);
}

extern const char here_sse[];
__attribute__((noinline)) void do_sse_error(void)
{
    static const uint32_t unmasked = 0x1d80;
    static const float one = 1.0f;

    if (!(cpuid(1).edx & 1u << 25)) {
        expect_exit();
        return;
    }
    /* Some emulators do not raise it. */
    expect(&(struct expectation){DEATH_FAULT, SIMD_ERROR, SIMD_ERROR,
                                 EXPECT_OR_EXIT | EXPECT_ERROR | EXPECT_IP, 0, (uint32_t)here_sse,
                                 0});
    __asm__ volatile("ldmxcsr %0\n\tmovss %1, %%xmm0\n\txorps %%xmm1, %%xmm1\n"
                     "here_sse: divss %%xmm1, %%xmm0"
                     :
                     : "m"(unmasked), "m"(one));
}

static bool has_umip(void)
{
    return (cpuid(7).ecx & 1u << 2) != 0;
}

/* They tell where the kernel's tables are: harmless, unless the processor can forbid them. */
#define TELLTALE(name, text)                                                                       \
    extern const char here_##name[];                                                               \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        if (has_umip())                                                                            \
            expect_fault(GP, 0, here_##name);                                                      \
        else                                                                                       \
            expect_exit();                                                                         \
        __asm__ volatile("here_" #name ":\n\t" text : "=m"(place) : : "eax", "memory");            \
        if (has_umip())                                                                            \
            went_wrong(77);                                                                        \
    }

TELLTALE(do_sgdt, "sgdt %0")
TELLTALE(do_sidt, "sidt %0")
TELLTALE(do_sldt, "sldt %%eax")
TELLTALE(do_str, "str %%eax")
TELLTALE(do_smsw, "smsw %%eax")
