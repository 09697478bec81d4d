/* The trace, for tests of what it is called from: it is off. */
#include "cmocka_all.h"
#include "trace.h"

bool trace_on;

#define NEVER fail_msg("%s: nobody watches", __func__)

void trace_call(const struct process *caller, const struct arch_call *call, const message *m)
{
    (void)caller, (void)call, (void)m;
    NEVER;
}

void trace_return(const struct process *caller, int32_t result, uint32_t second)
{
    (void)caller, (void)result, (void)second;
    NEVER;
}

void trace_deliver(endpoint_t receiver, const message *m)
{
    (void)receiver, (void)m;
    NEVER;
}

void trace_event(endpoint_t source, endpoint_t receiver, uint32_t bits)
{
    (void)source, (void)receiver, (void)bits;
    NEVER;
}

void trace_irq(unsigned line, endpoint_t owner)
{
    (void)line, (void)owner;
    NEVER;
}

void trace_clock(uint64_t microseconds)
{
    (void)microseconds;
    NEVER;
}

void trace_entered(endpoint_t running)
{
    (void)running;
    NEVER;
}
