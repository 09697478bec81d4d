/*
 * Jumps to where nobody may go, flags and stack pointers that nobody expects at a trap.
 */
#include "hostile.h"

#include <string.h>

#define FLAG_TF 0x100u
#define FLAG_DF 0x400u
#define FLAG_NT 0x4000u
#define FLAG_VM 0x20000u
#define FLAG_AC 0x40000u

/* ---- Near jumps --------------------------------------------------------------------------------
 */

static void jump_to(uint32_t address)
{
    const struct expectation e = {
        DEATH_FAULT, PAGE_FAULT,
        PAGE_FAULT,  EXPECT_ERROR | EXPECT_P_FREE | EXPECT_IP | EXPECT_ADDRESS,
        PF_USER,     address,
        address};

    expect(&e);
    __asm__ volatile("jmp *%0" : : "r"(address));
}

void jump_zero(void)
{
    jump_to(0);
}

void jump_unmapped(void)
{
    jump_to(0x70000123);
}

void jump_kernel(void)
{
    jump_to(0xc0100000);
}

void jump_top(void)
{
    jump_to(0xffffffff);
}

/* ---- Far jumps and returns ------------------------------------------------------------------- */

#define KERNEL_CODE  0x08 /* as in every such table; any selector of ring 0 must do the same */
#define TASK_STATE   0x28
#define DOUBLE_FAULT 0x48

INSTRUCTION(far_jump, GENERAL_PROTECTION, KERNEL_CODE, "ljmp $0x08, $0xc0100000")
INSTRUCTION(far_call, GENERAL_PROTECTION, KERNEL_CODE, "lcall $0x08, $0xc0100000")
INSTRUCTION(far_jump_tss, GENERAL_PROTECTION, TASK_STATE, "ljmp $0x28, $0")
INSTRUCTION(far_jump_task, GENERAL_PROTECTION, DOUBLE_FAULT, "ljmp $0x48, $0")

extern const char here_iret_0[];
__attribute__((noinline)) void iret_ring_0(void)
{
    expect_either(GENERAL_PROTECTION, KERNEL_CODE, return_vector(GENERAL_PROTECTION), here_iret_0);
    __asm__ volatile("pushl $0x10\n\t"
                     "pushl $0xc0100000\n\t"
                     "pushl $0x2\n\t"
                     "pushl $0x08\n\t"
                     "pushl $0xc0100000\n"
                     "here_iret_0: iret" ::
                         : "memory");
}

extern const char here_retf_0[];
__attribute__((noinline)) void retf_ring_0(void)
{
    expect_either(GENERAL_PROTECTION, KERNEL_CODE, return_vector(GENERAL_PROTECTION), here_retf_0);
    __asm__ volatile("pushl $0x08\n\t"
                     "pushl $0xc0100000\n"
                     "here_retf_0: lret" ::
                         : "memory");
}

/* What sysenter does not clear. */
void flags_sysenter(void)
{
    expect_sysenter();
    __asm__ volatile("pushl %0\n\t"
                     "popfl\n\t"
                     "sysenter"
                     :
                     : "r"(FLAG_NT | FLAG_AC | FLAG_DF | FLAG_TF | 0x202), "a"(0), "b"(0), "c"(0)
                     : "memory", "cc");
    went_wrong(77);
}

/* An interrupt between popf and iret takes NT away; then the iret is an ordinary one, and the
   experiment begins again. */
extern const char here_nested[];
__attribute__((noinline)) void iret_nested(void)
{
    expect_fault(INVALID_TASK, 0, here_nested);
    __asm__ volatile("1:\n\t"
                     "pushfl\n\t"
                     "pushl %%cs\n\t"
                     "pushl $1b\n\t"
                     "pushl %0\n\t"
                     "popfl\n"
                     "here_nested: iret"
                     :
                     : "r"(FLAG_NT | 0x202)
                     : "memory", "cc");
}

static message probe;

/*
 * At CPL 3 VM in iret's flags is ignored. Emulators that let it through go on in virtual-8086 mode
 * at CS * 16 + IP, and the kernel must cope with the frames that come from there.
 */
__attribute__((noinline)) static void iret_with_vm(uint32_t cs, uint32_t ip)
{
    __asm__ volatile("movl %%esp, %%edi\n\t"
                     "pushl $0\n\t"
                     "pushl $0\n\t"
                     "pushl $0\n\t"
                     "pushl $0\n\t"
                     "pushl %%ss\n\t"
                     "pushl %%edi\n\t"
                     "pushl %0\n\t"
                     "pushl %1\n\t"
                     "pushl %2\n\t"
                     "iret\n\t"
                     ".globl v86_home\n"
                     "v86_home:\n\t"
                     "movl %%edi, %%esp"
                     :
                     : "i"(FLAG_VM | 0x3202), "d"(cs), "S"(ip), "a"(0), "b"(&probe), "c"(IPC_ECHO)
                     : "edi", "memory", "cc");
}

extern const char v86_home[];
void v86_here(void)
{
    uint32_t cs;

    expect(&(struct expectation){DEATH_FAULT, PAGE_FAULT, GENERAL_PROTECTION, EXPECT_OR_EXIT, 0, 0,
                                 0});
    __asm__("movl %%cs, %0" : "=r"(cs));
    iret_with_vm(cs & 0xffff, (uint32_t)v86_home);
}

/* With memory below 1 MB (the screen, see suites/hostile.conf) there is something to execute. */
#define SCREEN_SEGMENT 0xb800u

static void v86_execute_at(uint32_t segment, const uint8_t *bytes, unsigned count, uint32_t vector)
{
    volatile uint8_t *code = (volatile uint8_t *)(segment * 16);

    expect(
        &(struct expectation){DEATH_FAULT, vector, return_vector(GENERAL_PROTECTION), 0, 0, 0, 0});
    for (unsigned i = 0; i < count; i++)
        code[i] = bytes[i];
    code[count] = 0x0f; /* ud2 */
    code[count + 1] = 0x0b;
    iret_with_vm(segment, 0);
    went_wrong(77);
}

static void v86_execute(uint8_t first, uint8_t second, uint32_t vector)
{
    const uint8_t code[] = {first, second};

    v86_execute_at(SCREEN_SEGMENT, code, sizeof code, vector);
}

void v86_fault(void)
{
    v86_execute(0x0f, 0x0b, INVALID_OPCODE);
}

/* The kernel makes ring 3 of it and goes on behind the trap, where ring 3 has nothing mapped. */
void v86_trap(void)
{
    v86_execute(0xcd, IPC_VECTOR, PAGE_FAULT);
}

void v86_int(void)
{
    v86_execute(0xcd, 0x21, GENERAL_PROTECTION);
}

void v86_int3(void)
{
    v86_execute(0xcc, 0x90, BREAKPOINT);
}

/* jmp to itself, until the timer comes. */
void v86_spin(void)
{
    v86_execute(0xeb, 0xfe, PAGE_FAULT);
}

/* More instructions than fit between two ticks, and fewer than its share, in a segment whose number
   ends as the selectors of ring 3 do: the first tick ends it, not what comes behind them. */
void v86_spin_as_ring_3(void)
{
    /* mov ecx, 2000000; loop on itself */
    static const uint8_t code[] = {0x66, 0xb9, 0x80, 0x84, 0x1e, 0, 0x67, 0xe2, 0xfd};

    v86_execute_at(SCREEN_SEGMENT | 3, code, sizeof code, PAGE_FAULT);
}

void popf_iopl(void)
{
    uint32_t flags;

    expect_exit();
    __asm__ volatile("pushl %1\n\t"
                     "popfl\n\t"
                     "pushfl\n\t"
                     "popl %0"
                     : "=r"(flags)
                     : "r"(0x3002)
                     : "memory", "cc");
    if ((flags & 0x3200) != 0x200)
        went_wrong(1);
}

/* ---- TF: one debug trap, after the instruction that follows ---------------------------------- */

/* Loads an echo (or another call), sets TF, does `text`; dies at `label`. */
#define STEP(name, vector, call, timeout, text)                                                    \
    extern const char at_##name[];                                                                 \
    __attribute__((noinline)) void name(void)                                                      \
    {                                                                                              \
        expect_fault((vector), 0, at_##name);                                                      \
        __asm__ volatile("pushfl\n\t"                                                              \
                         "orl $0x100, (%%esp)\n\t"                                                 \
                         "movl %%ss, %%edx\n\t"                                                    \
                         "popfl\n\t" text                                                          \
                         :                                                                         \
                         : "a"(NONE), "b"(&probe), "c"(call), "S"(timeout)                         \
                         : "edx", "memory", "cc");                                                 \
        went_wrong(77);                                                                            \
    }

STEP(tf_nop, DEBUG_TRAP, 0, 0, "nop\nat_tf_nop: nop\n\tnop")
STEP(tf_trap, DEBUG_TRAP, IPC_ECHO, 0, "int $0x94\n\tnop\nat_tf_trap: nop\n\tnop")
STEP(tf_blocked, DEBUG_TRAP, IPC_RECEIVE | IPC_TIMEOUT, 2000,
     "int $0x94\n\tnop\nat_tf_blocked: nop\n\tnop")
STEP(tf_int3, BREAKPOINT, 0, 0, "int3\nat_tf_int3: nop")
STEP(tf_fault, INVALID_OPCODE, 0, 0, "at_tf_fault: ud2")

/* A load of SS holds the trap back for one instruction; where it comes then is the processor's. */
void tf_mov_ss(void)
{
    expect(&(struct expectation){DEATH_FAULT, DEBUG_TRAP, DEBUG_TRAP, 0, 0, 0, 0});
    __asm__ volatile("pushfl\n\t"
                     "orl $0x100, (%%esp)\n\t"
                     "movl %%ss, %%edx\n\t"
                     "popfl\n\t"
                     "movl %%edx, %%ss\n\t"
                     "int $0x94\n\t"
                     "nop\n\t"
                     "nop"
                     :
                     : "a"(0), "b"(&probe), "c"(IPC_ECHO)
                     : "edx", "esi", "memory", "cc");
    went_wrong(77);
}

void mov_ss_trap(void)
{
    int32_t result = 0;

    expect_exit();
    __asm__ volatile("movl %%ss, %%edx\n\t"
                     "movl %%edx, %%ss\n\t"
                     "int $0x94"
                     : "+a"(result)
                     : "b"(&probe), "c"(IPC_ECHO)
                     : "edx", "esi", "memory", "cc");
    if (result)
        went_wrong(1);
}

void tf_iret(void)
{
    expect(&(struct expectation){DEATH_FAULT, DEBUG_TRAP, return_vector(DEBUG_TRAP), EXPECT_ERROR,
                                 0, 0, 0});
    __asm__ volatile("pushfl\n\t"
                     "orl $0x100, (%%esp)\n\t"
                     "pushl %%cs\n\t"
                     "pushl $1f\n\t"
                     "iret\n"
                     "1: nop\n\t"
                     "nop\n\t"
                     "nop" ::
                         : "memory", "cc");
    went_wrong(77);
}

/* ---- Other flags ----------------------------------------------------------------------------- */

/* Some emulators do not check alignment. */
void ac_unaligned(void)
{
    static uint32_t words[2];
    uint32_t value;

    expect(&(struct expectation){DEATH_FAULT, ALIGNMENT, ALIGNMENT, EXPECT_OR_EXIT | EXPECT_ERROR,
                                 0, 0, 0});
    __asm__ volatile("pushfl\n\t"
                     "orl %2, (%%esp)\n\t"
                     "popfl\n\t"
                     "movl 1(%1), %0\n\t"
                     "pushfl\n\t"
                     "andl %3, (%%esp)\n\t"
                     "popfl"
                     : "=&r"(value)
                     : "r"(words), "i"(FLAG_AC), "i"(~FLAG_AC)
                     : "memory", "cc");
    if (value)
        went_wrong(1);
}

/* Long enough for many ticks. */
void df_spin(void)
{
    uint32_t flags;

    expect_exit();
    __asm__ volatile("std\n"
                     "1:\tdecl %1\n\t"
                     "jnz 1b\n\t"
                     "pushfl\n\t"
                     "popl %0\n\t"
                     "cld"
                     : "=&r"(flags)
                     : "r"(20000000)
                     : "memory", "cc");
    if (!(flags & FLAG_DF))
        went_wrong(1);
}

/* ---- Stack pointers -------------------------------------------------------------------------- */

static void trap_with_stack(uint32_t esp)
{
    int32_t result = 0;

    expect_exit();
    __asm__ volatile("movl %%esp, %%edi\n\t"
                     "movl %3, %%esp\n\t"
                     "int $0x94\n\t"
                     "movl %%edi, %%esp"
                     : "+a"(result)
                     : "b"(&probe), "c"(IPC_ECHO), "d"(esp)
                     : "esi", "edi", "memory", "cc");
    if (result)
        went_wrong(1);
}

void esp_zero(void)
{
    trap_with_stack(0);
}

void esp_kernel(void)
{
    trap_with_stack(0xc0100000);
}

void esp_odd(void)
{
    trap_with_stack(0x33333333);
}

void esp_spin(void)
{
    expect_exit();
    __asm__ volatile("movl %%esp, %%edi\n\t"
                     "movl $0xc0200000, %%esp\n"
                     "1:\tdecl %%ecx\n\t"
                     "jnz 1b\n\t"
                     "movl %%edi, %%esp"
                     :
                     : "c"(20000000)
                     : "edi", "memory", "cc");
}

extern const char here_esp_fault[];
__attribute__((noinline)) void esp_fault(void)
{
    expect_fault(INVALID_OPCODE, 0, here_esp_fault);
    __asm__ volatile("xorl %%esp, %%esp\n"
                     "here_esp_fault: ud2" ::
                         : "memory");
}

/* ---- Allowed
 * -----------------------------------------------------------------------------------------------
 */

void odd_code(void)
{
    static uint8_t code[8] = {0, 0, 0, 0xc3};

    expect_exit();
    __asm__ volatile("call *%0" : : "r"(code + 3) : "memory");
}

void stack_code(void)
{
    volatile uint8_t code[4];

    expect_exit();
    code[0] = 0xc3;
    __asm__ volatile("call *%0" : : "r"(code) : "memory");
}

void exit_twice(void)
{
    message m = {.m_type = SYS_EXIT, .m_words = {5}};

    expect(&(struct expectation){.cause = DEATH_EXIT, .status = 5});
    send_rec(SYSTEM, &m);
    went_wrong(78);
}
