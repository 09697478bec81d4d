/*
 * Does one wrong thing, named by argv[1], after telling its judge how that must end.
 * argv[1]: the index of a case in cases.h in hexadecimal; or a letter CASE_*, then argv[2] a
 * number.
 */
#include "hostile.h"

#include <stdlib.h>

static endpoint_t judge;
static uint8_t code[16];

static void (*const cases[])(void) = {
#define HOSTILE_CASE_FUNCTION(function, text) function,
    HOSTILE_CASES(HOSTILE_CASE_FUNCTION)
#undef HOSTILE_CASE_FUNCTION
};

void expect(const struct expectation *e)
{
    message m = {.m_type = EXPECT_MESSAGE};

    *(struct expectation *)m.m_words = *e;
    if (send(judge, &m))
        sys_exit(98);
}

void expect_exit(void)
{
    expect(&(struct expectation){.cause = DEATH_EXIT});
}

void expect_fault(uint32_t vector, uint32_t error, const void *ip)
{
    expect(&(struct expectation){DEATH_FAULT, vector, vector, EXPECT_ERROR | EXPECT_IP, error,
                                 (uint32_t)ip, 0});
}

void expect_either(uint32_t vector, uint32_t error, uint32_t other, const void *ip)
{
    expect(&(struct expectation){DEATH_FAULT, vector, other, EXPECT_ERROR | EXPECT_IP, error,
                                 (uint32_t)ip, 0});
}

void expect_page_fault(uint32_t error, uint32_t address, const void *ip, uint32_t what)
{
    expect(&(struct expectation){DEATH_FAULT, PAGE_FAULT, PAGE_FAULT,
                                 what | EXPECT_ERROR | (ip ? EXPECT_IP : 0), error, (uint32_t)ip,
                                 address});
}

void went_wrong(int status)
{
    sys_exit(status);
}

static int has_cpuid(void)
{
    uint32_t before;
    uint32_t after;

    __asm__ volatile("pushfl\n\tpopl %0\n\tmovl %0, %1\n\txorl $0x200000, %1\n\t"
                     "pushl %1\n\tpopfl\n\tpushfl\n\tpopl %1\n\tpushl %0\n\tpopfl"
                     : "=&r"(before), "=&r"(after)
                     :
                     : "cc");
    return ((before ^ after) & 0x200000) != 0;
}

struct cpuid cpuid(uint32_t leaf)
{
    struct cpuid r = {0};

    if (!has_cpuid())
        return r;
    __asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx) : "a"(0), "c"(0));
    if (r.eax < leaf)
        return (struct cpuid){0};
    __asm__ volatile("cpuid"
                     : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
                     : "a"(leaf), "c"(0));
    return r;
}

#define LEAF1_EDX_SEP (1u << 11)

void expect_sysenter(void)
{
    if (cpuid(1).edx & LEAF1_EDX_SEP)
        expect(&(struct expectation){DEATH_FAULT, PAGE_FAULT, PAGE_FAULT, 0, 0, 0, 0});
    else
        expect(&(struct expectation){DEATH_FAULT, INVALID_OPCODE, GENERAL_PROTECTION, 0, 0, 0, 0});
}

uint32_t return_vector(uint32_t vector)
{
    return cpuid(7).ebx & 1u << 20 ? PAGE_FAULT : vector;
}

/* Generated: int n; ret. */
static void software_interrupt(uint32_t n)
{
    bool open = n == BREAKPOINT || n == OVERFLOW;

    code[0] = 0xcd;
    code[1] = (uint8_t)n;
    code[2] = 0xc3;
    if (n == IPC_VECTOR)
        expect_exit();
    else if (open)
        expect_fault(n, 0, code + 2);
    else
        expect_fault(GENERAL_PROTECTION, n * 8 + 2, code);
    __asm__ volatile("call *%0"
                     :
                     : "r"(code), "a"(0), "c"(0)
                     : "edx", "esi", "edi", "memory", "cc");
    if (n != IPC_VECTOR)
        went_wrong(77);
}

extern const char here_read[];
extern const char here_write[];

static void touch(uint32_t address, bool write)
{
    if (write) {
        expect_page_fault(PF_USER | PF_WRITE, address, here_write, EXPECT_ADDRESS | EXPECT_P_FREE);
        __asm__ volatile("here_write: movb $1, (%0)" : : "r"(address) : "memory");
    } else {
        expect_page_fault(PF_USER, address, here_read, EXPECT_ADDRESS | EXPECT_P_FREE);
        __asm__ volatile("here_read: movb (%0), %%al" : : "r"(address) : "memory", "eax");
    }
    went_wrong(77);
}

extern const char here_frame[];

/* The kernel's report follows ebp; it may lead anywhere. */
static void fault_with_frame(uint32_t ebp)
{
    expect_fault(INVALID_OPCODE, 0, here_frame);
    __asm__ volatile("movl %0, %%ebp\n"
                     "here_frame: ud2"
                     :
                     : "r"(ebp)
                     : "memory");
}

extern const char here_iret[];

static void iret_to(uint32_t selector)
{
    expect_either(GENERAL_PROTECTION, selector & 0xfffc, return_vector(GENERAL_PROTECTION),
                  here_iret);
    __asm__ volatile("pushl $0x2\n\t"
                     "pushl %0\n\t"
                     "pushl $0x1000\n"
                     "here_iret: iret"
                     :
                     : "r"(selector)
                     : "memory");
}

static void numbered(char which, uint32_t number)
{
    switch (which) {
    case CASE_INT:
        software_interrupt(number);
        break;
    case CASE_READ:
    case CASE_WRITE:
        touch(number, which == CASE_WRITE);
        break;
    case CASE_FRAME:
        fault_with_frame(number);
        break;
    case CASE_IRET:
        iret_to(number);
        break;
    }
}

int main(int argc, char **argv)
{
    if (argc < 2 || sys_lookup("judge", &judge))
        return 97;
    if (argc == 3) {
        numbered(argv[1][0], (uint32_t)strtoul(argv[2], NULL, 16));
        return 0;
    }
    uint32_t index = (uint32_t)strtoul(argv[1], NULL, 16);
    if (index >= sizeof cases / sizeof *cases)
        return 96;
    cases[index]();
    return 0;
}
