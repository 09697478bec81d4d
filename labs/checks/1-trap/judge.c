/* Lab 1's checks: `int 0x60` from ring 3, by a process that lives on whatever it is told. */
#include "judge.h"
#include "lab_call.h"
#include "witness.h"

#include <abi/errors.h>
#include <parley/server.h>
#include <string.h>

#define PAGE       4096u
#define AREA_WORDS LAB_MOST_WORDS

static uint32_t area[AREA_WORDS] __attribute__((aligned(4096)));
static const uint32_t constants[4] __attribute__((aligned(16))) = {1, 2, 3, 4};

static int lab(const volatile void *address, uint32_t words, uint32_t addend)
{
    int result;

    __asm__ volatile("int %1"
                     : "=a"(result)
                     : "i"(LAB_VECTOR), "a"(address), "c"(words), "d"(addend)
                     : "memory");
    return result;
}

/* Words that can be told from one another. */
static uint32_t pattern(uint32_t index)
{
    return index * 2654435761u;
}

static void fill(void)
{
    for (uint32_t i = 0; i < AREA_WORDS; i++)
        area[i] = pattern(i);
}

/* How many words are not what they are when `addend` was added to those from `first` on. */
static uint32_t wrong_words(uint32_t first, uint32_t count, uint32_t addend)
{
    uint32_t wrong = 0;

    for (uint32_t i = 0; i < AREA_WORDS; i++)
        wrong += area[i] != pattern(i) + (i >= first && i < first + count ? addend : 0);
    return wrong;
}

static void check_adds(void)
{
    fill();
    IS(lab(&area[3], 1, 7), 0, "adds: to one word");
    IS(wrong_words(3, 1, 7), 0, "adds: how many of all words are wrong after that");
    fill();
    IS(lab(&area[100], 300, 0xfffffff0), 0, "adds: to three hundred words");
    IS(wrong_words(100, 300, 0xfffffff0), 0, "adds: how many of all words are wrong after that");
    IS(lab(&area[8], 0, 5), 0, "adds: to no word");
    IS(wrong_words(100, 300, 0xfffffff0), 0, "adds: how many of all words have changed then");
}

/* ---- Registers
 * --------------------------------------------------------------------------------------- */

/* In this order the code below stores them. */
static volatile struct {
    uint32_t eax, ecx, edx, ebx, esi, edi, ebp, flags, fs, gs, ds, es;
} after;

#define FLAG_DIRECTION 0x400u

/* The call to add 1 to area[0], with numbers of its own in the other registers, the direction flag
   set, no segment in DS and ES, another one in FS than in GS. */
__attribute__((noinline)) static void call_with_registers(void)
{
    __asm__ volatile("push %%ebp\n\t"
                     "push %%fs\n\t"
                     "push %%gs\n\t"
                     "mov %%ss, %%ebx\n\t"
                     "mov %%ebx, %%fs\n\t"
                     "xor %%ebx, %%ebx\n\t"
                     "mov %%ebx, %%gs\n\t"
                     "mov %%ebx, %%ds\n\t"
                     "mov %%ebx, %%es\n\t"
                     "mov $0x11111111, %%ebx\n\t"
                     "mov $0x22222222, %%esi\n\t"
                     "mov $0x33333333, %%edi\n\t"
                     "mov $0x44444444, %%ebp\n\t"
                     "std\n\t"
                     "int $%c[vector]\n\t"
                     "mov %%eax, %%ss:%[after]\n\t"
                     "mov %%ecx, %%ss:4+%[after]\n\t"
                     "mov %%edx, %%ss:8+%[after]\n\t"
                     "mov %%ebx, %%ss:12+%[after]\n\t"
                     "mov %%esi, %%ss:16+%[after]\n\t"
                     "mov %%edi, %%ss:20+%[after]\n\t"
                     "mov %%ebp, %%ss:24+%[after]\n\t"
                     "pushf\n\t"
                     "pop %%ss:28+%[after]\n\t"
                     "mov %%fs, %%ss:32+%[after]\n\t"
                     "mov %%gs, %%ss:36+%[after]\n\t"
                     "mov %%ds, %%ss:40+%[after]\n\t"
                     "mov %%es, %%ss:44+%[after]\n\t"
                     "cld\n\t"
                     "mov %%ss, %%ebx\n\t"
                     "mov %%ebx, %%ds\n\t"
                     "mov %%ebx, %%es\n\t"
                     "pop %%gs\n\t"
                     "pop %%fs\n\t"
                     "pop %%ebp"
                     : [after] "+m"(after)
                     : [vector] "i"(LAB_VECTOR), "a"(area), "c"(1), "d"(1)
                     : "ebx", "esi", "edi", "memory", "cc");
}

static void expect_not(enum witness witness, const char *what)
{
    OK((int)after.eax != (int)witness, "%s", what);
}

static void check_registers(void)
{
    uint16_t flat;

    __asm__("mov %%ss, %0" : "=r"(flat));
    fill();
    memset((void *)&after, 0xee, sizeof after);
    call_with_registers();
    expect_not(WITNESS_SEGMENTS, "registers: DS and ES are the flat selector when C begins");
    expect_not(WITNESS_DIRECTION, "registers: the direction flag is clear when C begins");
    expect_not(WITNESS_STACK, "registers: C runs on the kernel's stack, from its top");
    expect_not(WITNESS_CONTEXT, "registers: lab_call is given the caller's context");
    IS(after.eax, 0, "registers: eax, the result");
    IS(after.ecx, 1, "registers: ecx");
    IS(after.edx, 1, "registers: edx");
    IS(after.ebx, 0x11111111, "registers: ebx");
    IS(after.esi, 0x22222222, "registers: esi");
    IS(after.edi, 0x33333333, "registers: edi");
    IS(after.ebp, 0x44444444, "registers: ebp");
    OK((after.flags & FLAG_DIRECTION) != 0, "registers: the direction flag is as it was");
    IS(after.fs & 0xffff, flat, "registers: fs");
    IS(after.gs & 0xffff, 0, "registers: gs");
    IS(after.ds & 0xffff, flat, "registers: ds is the flat selector");
    IS(after.es & 0xffff, flat, "registers: es is the flat selector");
}

/* ---- Memory
 * -------------------------------------------------------------------------------------------- */

static void check_pages(void)
{
    fill();
    IS(lab(&area[1022], 4, 9), 0, "pages: two words on each of two pages");
    IS(wrong_words(1022, 4, 9), 0, "pages: how many of all words are wrong after that");
    fill();
    IS(lab(area, AREA_WORDS, 11), 0, "pages: as many words as are legal");
    IS(wrong_words(0, AREA_WORDS, 11), 0, "pages: how many of all words are wrong after that");
}

static void check_refuses(void)
{
    void *const code = (void *)((uintptr_t)check_refuses & ~3u);
    const uint32_t instruction = *(volatile uint32_t *)code;
    const volatile uint32_t *constant = constants;

    fill();
    IS(lab((char *)area + 2, 1, 1), -EINVAL, "refuses: an address that is no word's");
    IS(lab(area, LAB_MOST_WORDS + 1, 1), -EINVAL, "refuses: one word too many");
    IS(lab(area, 0x40000001, 1), -EINVAL, "refuses: a count whose bytes are more than 32 bits say");
    IS(lab((void *)0x1000, 1, 1), -EFAULT, "refuses: a page that is not there");
    IS(lab((void *)0xc0100000, 1, 1), -EFAULT, "refuses: the kernel's memory");
    IS(lab((void *)0xfffffffc, 4, 1), -EFAULT,
       "refuses: words around the end of the address space");
    IS(lab(code, 1, 1), -EFAULT, "refuses: the caller's code, which it can't write");
    OK(*(volatile uint32_t *)code == instruction, "refuses: that code is what it was");
    IS(lab(constants, 1, 1), -EFAULT, "refuses: a constant");
    IS(constant[0], 1, "refuses: the constant is what it was");
    IS(wrong_words(0, 0, 0), 0, "refuses: how many words of the caller have changed by all that");
}

static void check_whole(void)
{
    fill();
    IS(lab(&area[AREA_WORDS - PAGE], AREA_WORDS, 1), -EFAULT,
       "whole: words that end where no page is");
    IS(wrong_words(0, 0, 0), 0, "whole: how many of them have changed");
}

/* ---- Other processes
 * --------------------------------------------------------------------------------- */

/* The name server is asked and answers by the machine's own path, which leaves this process's entry
   in the kernel's table as it was while it waited. */
static void check_between(void)
{
    endpoint_t nobody;
    int result;

    fill();
    for (unsigned i = 0; i < 3; i++) {
        (void)names_lookup("nobody", &nobody);
        result = lab(area, 1, 1);
        OK(result != WITNESS_ENTERED, "between: the kernel knows that it was entered, and by whom");
        IS(result, 0, "between: the call after an answer");
    }
    IS(area[0], 3 + pattern(0), "between: the word");
    OK(answers(NONE), "between: the system goes on");
}

int main(void)
{
    check_adds();
    check_registers();
    check_pages();
    check_refuses();
    check_whole();
    check_between();
    tap_done();
}
