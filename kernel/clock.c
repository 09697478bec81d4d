/*
 * See clock.h. The machine counts the ticks and calls when one of them may matter (arch/arch.h:
 * kernel_tick); the scheduler has its own reason for that.
 *
 * A tick is at least 1000 us and less than LONGEST_TICK_US. So as many ticks as whole
 * LONGEST_TICK_US fit before a deadline cannot pass it; the tick at which it has passed is never
 * one that nobody looks at.
 */
#include "clock.h"
#include "process.h"
#include "trace.h"

#define LONGEST_TICK_US 1001u
#define LOOK_AFTER_US   10000000u /* at least so often, deadline or not */
#define TRACE_AFTER_US  100000u   /* the same, for the trace to know the time */

uint32_t kernel_tick_due = 1;

static void look_before(uint64_t now, uint64_t deadline)
{
    uint64_t until = deadline > now ? deadline - now : 0;
    uint32_t most = trace_on ? TRACE_AFTER_US : LOOK_AFTER_US;
    uint32_t ticks = (until < most ? (uint32_t)until : most) / LONGEST_TICK_US;
    kernel_tick_due = arch_ticks() + (ticks ? ticks : 1);
}

static void look_before_the_first(uint64_t now)
{
    uint64_t deadline;
    look_before(now, timer_first(&deadline) ? deadline : UINT64_MAX);
}

void clock_set(unsigned slot, enum timer_kind kind, uint64_t now, uint64_t delay)
{
    timer_set(slot, kind, timer_deadline(now, delay));
    look_before_the_first(now);
}

void kernel_tick(void)
{
    uint64_t now = arch_time_us();
    unsigned slot;
    if (trace_on)
        trace_clock(now);
    enum timer_kind kind;
    while (timer_take_due(now, &slot, &kind)) {
        if (kind == TIMER_CALL)
            ipc_timeout(&ipc_table, slot);
        else
            process_post(slot, EVENT_ALARM);
    }
    look_before_the_first(now);
}
