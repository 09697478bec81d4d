/*
 * Calls to SYSTEM about the machine: time, alarm, irq, gate, power. Messages: abi/system.h.
 */
#include "clock.h"
#include "irq.h"
#include "system.h"
#include "timer.h"

static void put_time(uint32_t *out)
{
    system_put_u64(out, arch_time_us());
    out[2] = arch_ticks();
    out[3] = ARCH_TICKS_PER_SECOND;
}

/* The two that are asked for all the time, without all that is around the others. */
bool kernel_ask(const int32_t *type, message *answer)
{
    if (*type != SYS_TIME)
        return *type == SYS_MOVE && system_move_at_once((const uint32_t *)type + 1, answer);
    put_time(answer->m_words);
    for (unsigned i = 4; i < MESSAGE_PAYLOAD_WORDS; i++)
        answer->m_words[i] = 0;
    answer->m_source = SYSTEM;
    answer->m_type = 0;
    return true;
}

int system_time(const struct system_request *r)
{
    put_time(r->out);
    return 0;
}

int system_alarm(const struct system_request *r)
{
    unsigned slot = process_slot(r->caller);
    uint64_t now = arch_time_us(), delay = system_u64(r->in), former;
    if (timer_get(slot, TIMER_ALARM, &former))
        system_put_u64(r->out, former > now ? former - now : 0);
    if (delay)
        clock_set(slot, TIMER_ALARM, now, delay);
    else
        timer_cancel(slot, TIMER_ALARM);
    return 0;
}

int system_irq(const struct system_request *r)
{
    unsigned slot = process_slot(r->caller), line = r->in[1];
    if (line > IRQ_LINE_LOG)
        return -EINVAL;
    if (!(r->caller->module->irq_lines & 1u << line))
        return -EPERM;
    switch (r->in[0]) {
    case IRQ_CLAIM:
        return irq_claim(slot, line, r->in[2]);
    case IRQ_DONE:
        return irq_done(slot, line);
    case IRQ_RELEASE:
        return irq_release(slot, line);
    default:
        return -EINVAL;
    }
}

int system_gate(const struct system_request *r)
{
    return arch_gate(&r->caller->arch, r->in[0]);
}

int system_power(const struct system_request *r)
{
    if (r->in[0] > POWER_REBOOT || r->in[1] > 127)
        return -EINVAL;
    arch_console_drain();
    if (r->in[0] == POWER_REBOOT)
        arch_reboot();
    arch_power_off(r->in[1]);
}
