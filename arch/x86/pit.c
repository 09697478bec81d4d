/*
 * The 8254 timer's channel 0: the tick, and the time between two ticks.
 *
 * The counter runs at 105/88 MHz. 1194 counts are the shortest tick that is not shorter than a
 * millisecond: 105072/105 us = 1000 us + 72/105 us, so that what is counted in ticks never ends
 * early. The time itself counts the fractions and is exact.
 */
#include "pit.h"

#include "cpu.h"
#include "pic.h"
#include "ports.h"

#define CHANNEL_0      0x40
#define COMMAND        0x43
#define RATE_GENERATOR 0x34 /* channel 0, low then high byte, mode 2 */
#define LATCH          0x00 /* channel 0 */

#define RELOAD         1194u
#define US_NUMERATOR   88u /* microseconds a count */
#define US_DENOMINATOR 105u
#define TICK_US        (RELOAD * US_NUMERATOR / US_DENOMINATOR)
#define TICK_FRACTION  (RELOAD * US_NUMERATOR % US_DENOMINATOR)

/* The reading at some earlier tick, from which the later ones are counted: fewer than TICKS_FOLD
   and those until kernel_tick_due, so that their counts times US_NUMERATOR fit a word. */
#define TICKS_FOLD 1000u
static uint64_t base_us;
static uint32_t base_fraction; /* and so many 1/105 us */
static uint32_t base_ticks;
static uint64_t last_us; /* what was answered last */

uint32_t pit_ticks; /* counted by trap.asm */

void pit_init(void)
{
    out8(COMMAND, RATE_GENERATOR);
    out8(CHANNEL_0, RELOAD & 0xff);
    out8(CHANNEL_0, RELOAD >> 8);
    pic_unmask_timer();
}

uint32_t arch_ticks(void)
{
    return pit_ticks;
}

/* The ticks since the base become part of it. */
static void fold(void)
{
    const uint32_t ticks = pit_ticks - base_ticks;
    const uint32_t fraction = base_fraction + ticks * TICK_FRACTION;
    base_us += ticks * TICK_US + fraction / US_DENOMINATOR;
    base_fraction = fraction % US_DENOMINATOR;
    base_ticks += ticks;
}

/* Counts down from RELOAD to 1. */
static uint32_t read_counter(void)
{
    out8(COMMAND, LATCH);
    const uint32_t low = in8(CHANNEL_0);
    return (uint32_t)in8(CHANNEL_0) << 8 | low;
}

/* Counts since the last tick that was counted. The counter may wrap at any moment, and then a tick
   waits that nobody has counted: when one waits, the counter is read again, behind the wrap. */
static uint32_t counts_since_tick(void)
{
    uint32_t counter = read_counter();
    const bool waiting = pic_requested(PIC_LINE_TIMER);
    if (waiting)
        counter = read_counter();
    const uint32_t counts = counter < RELOAD ? RELOAD - counter : 0;
    return waiting ? counts + RELOAD : counts;
}

uint64_t arch_time_us(void)
{
    uint32_t counts = counts_since_tick();
    if (pit_ticks - base_ticks >= TICKS_FOLD)
        fold();
    counts += (pit_ticks - base_ticks) * RELOAD;
    const uint64_t now = base_us + (counts * US_NUMERATOR + base_fraction) / US_DENOMINATOR;
    if (now > last_us)
        last_us = now;
    return last_us;
}

bool arch_counts_cycles(void)
{
    return cpu.counter;
}

uint64_t arch_counter(void)
{
    uint64_t cycles;
    if (!cpu.counter)
        return arch_time_us();
    __asm__ volatile("rdtsc" : "=A"(cycles));
    return cycles;
}
