/*
 * Floating-point and SSE state.
 *
 * What always holds when a process runs: the registers hold its own state (`live` is its context),
 * or the fresh one and CR0.TS makes its first FPU instruction trap. Another process's values are
 * never in them, not even behind TS, where a processor could still read them speculatively
 * (CVE-2018-3665). While the kernel runs they may be those of the process that ran last; it is
 * compiled not to touch them.
 *
 * A state is saved only when another process is to run; a trap, a fault or the idle loop between
 * two turns of one process costs nothing.
 */
#include "fpu.h"

#include "cpu.h"
#include <stddef.h>

#define CONTROL_DEFAULT 0x037fu /* all exceptions masked, extended precision */
#define MXCSR_DEFAULT   0x1f80u

/* FXSAVE's image; FNSAVE's is words of 32 bits from the start. */
#define FXSAVE_CONTROL 0 /* word 0 */
#define FXSAVE_MXCSR   6 /* word 6 */
#define FNSAVE_CONTROL 0
#define FNSAVE_TAGS    2
#define FNSAVE_EMPTY   0xffffu
#define IMAGE_WORDS    128

static _Alignas(16) uint32_t fresh[IMAGE_WORDS];
static struct arch_context *live;
static bool closed; /* CR0.TS is set */

static void save(struct arch_context *context)
{
    if (cpu.fxsave)
        __asm__ volatile("fxsave %0" : "=m"(context->fpu));
    else
        __asm__ volatile("fnsave %0" : "=m"(context->fpu));
}

/* AMD's FXSAVE and FXRSTOR leave the last instruction's and operand's addresses alone unless an
   exception is pending; FNINIT clears them, and the pending exceptions, everywhere. */
static void load(const void *image)
{
    __asm__ volatile("fninit");
    if (cpu.fxsave)
        __asm__ volatile("fxrstor %0" : : "m"(*(const uint8_t(*)[512])image));
    else
        __asm__ volatile("frstor %0" : : "m"(*(const uint8_t(*)[512])image));
}

static void open(void)
{
    if (closed)
        __asm__ volatile("clts");
    closed = false;
}

static void close(void)
{
    if (!closed)
        cpu_cr0_load(cpu_cr0() | CR0_TASK_SWITCHED);
    closed = true;
}

void fpu_init(void)
{
    if (!cpu.fpu)
        return;
    if (cpu.fxsave) {
        cpu_cr4_set(CR4_FXSAVE | (cpu.sse ? CR4_SSE_ERRORS : 0));
        fresh[FXSAVE_CONTROL] = CONTROL_DEFAULT; /* the abridged tags' 0 means empty */
        fresh[FXSAVE_MXCSR] = MXCSR_DEFAULT;
    } else {
        fresh[FNSAVE_CONTROL] = 0xffff0000u | CONTROL_DEFAULT;
        fresh[FNSAVE_TAGS] = 0xffff0000u | FNSAVE_EMPTY;
    }
    closed = true; /* cpu_protect set TS; what the loader left in the registers goes now */
    open();
    load(fresh);
    close();
}

void fpu_create(struct arch_context *context)
{
    fpu_forget(context);
    context->fpu_used = false;
    uint32_t *image = (uint32_t *)(void *)context->fpu;
    for (size_t i = 0; i < IMAGE_WORDS; i++)
        image[i] = fresh[i];
}

bool fpu_begin(struct arch_context *process)
{
    if (!cpu.fpu)
        return false;
    process->fpu_used = true; /* fpu_enter, on the way back, loads the fresh image */
    return true;
}

void fpu_enter(struct arch_context *next)
{
    if (!cpu.fpu)
        return;
    if (live != next && live != NULL) {
        open();
        save(live);
        load(fresh);
        live = NULL;
    }
    if (!next->fpu_used) {
        close();
        return;
    }
    open();
    if (live != next) {
        load(next->fpu);
        live = next;
    }
}

void fpu_forget(const struct arch_context *context)
{
    if (live != context || live == NULL)
        return;
    open();
    load(fresh);
    live = NULL;
}
