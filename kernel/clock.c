/*
 * The tick: who used the processor, whose quantum is over, which deadlines have passed.
 */
#include "clock.h"
#include "process.h"
#include "schedule.h"
#include "timer.h"

static uint32_t ticks;

uint32_t clock_ticks(void)
{
    return ticks;
}

static void expire(void)
{
    uint64_t now = arch_time_us();
    unsigned slot;
    enum timer_kind kind;
    while (timer_take_due(now, &slot, &kind)) {
        if (kind == TIMER_CALL)
            ipc_timeout(&ipc_table, slot);
        else
            ipc_post(&ipc_table, slot, EVENT_ALARM);
    }
}

void kernel_tick(struct arch_context *running)
{
    ticks++;
    if (running)
        process_of(running)->ticks++;
    schedule_tick();
    if (timer_any())
        expire();
}
