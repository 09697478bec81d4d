/*
 * Checks that a new process begins with nothing of anybody: registers, stack, heap, bss, data and
 * FPU as they have to be. Then it dirties all of them, for its successor. Exit status 0, or the
 * number of the first thing that was wrong.
 */
#include "../lib/machine.h"
#include "fpu.h"

#include <abi/layout.h>
#include <parley/system.h>
#include <string.h>

extern uint32_t fresh_registers[12];
extern uint32_t fresh_stack_dirty;

#define HEAP_BYTES (64 * 1024) /* as suites/state.conf says */
#define WORDS      5000

static uint32_t bss[WORDS];
static uint32_t data[WORDS] = {[0 ... WORDS - 1] = 0x12345678};

static int look_at_registers(void)
{
    const uint32_t *r = fresh_registers;

    for (unsigned i = 0; i < 7; i++)
        if (r[i])
            return 1 + (int)i;
    /* scasd has set the arithmetic flags. */
    if ((r[7] & ~0x8d5u) != FLAGS_FIXED)
        return 8;
    if (r[8] != flat_data_selector() || r[9] != r[8] || r[10] || r[11])
        return 9;
    return fresh_stack_dirty ? 10 : 0;
}

static bool all_are(const uint32_t *words, size_t count, uint32_t value)
{
    for (size_t i = 0; i < count; i++)
        if (words[i] != value)
            return false;
    return true;
}

static int look_at_memory(void)
{
    if (!all_are(bss, WORDS, 0))
        return 11;
    if (!all_are(data, WORDS, 0x12345678))
        return 12;
    if (!all_are((const uint32_t *)USER_HEAP, HEAP_BYTES / 4, 0))
        return 13;
    return 0;
}

static void dirty_all(void)
{
    volatile uint8_t stack[6000];

    for (unsigned i = 0; i < sizeof stack; i++)
        stack[i] = 0xdd;
    memset(bss, 0xdd, sizeof bss);
    memset(data, 0xdd, sizeof data);
    memset((void *)USER_HEAP, 0xdd, HEAP_BYTES);
    fpu_dirty(0xdddddddd);
}

int main(void)
{
    int wrong = look_at_registers();

    if (!wrong)
        wrong = look_at_memory();
    if (!wrong && !fpu_is_fresh())
        wrong = 20;
    dirty_all();
    return wrong;
}
