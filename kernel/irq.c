/* See irq.h. The machine's upcall for a raised line is here, too. */
#include "irq.h"
#include "log.h"
#include "process.h"
#include "trace.h"

struct line {
    uint16_t owner; /* slot + 1; 0: nobody */
    uint8_t event_bit;
};

static struct line lines[IRQ_LINES + 1]; /* the last is the log */
static bool log_armed;
static uint64_t log_shown; /* what the log's owner has read */

_Static_assert(IRQ_LINE_LOG == IRQ_LINES, "the log comes after the wires");

static void release(unsigned line)
{
    lines[line].owner = 0;
    arch_line_owner(line, NULL, 0);
    if (line == IRQ_LINE_LOG) {
        log_set_console(true);
        log_show_from(log_shown);
    } else {
        arch_line_mask(line);
    }
}

/* 0 when `slot` owns the line. */
static int check_owner(unsigned slot, unsigned line)
{
    if (lines[line].owner == slot + 1)
        return 0;
    return lines[line].owner ? -EBUSY : -EINVAL;
}

int irq_claim(unsigned slot, unsigned line, unsigned event_bit)
{
    if (event_bit > 23)
        return -EINVAL;
    if (lines[line].owner && lines[line].owner != slot + 1)
        return -EBUSY;
    bool is_new = lines[line].owner == 0;
    lines[line] = (struct line){(uint16_t)(slot + 1), (uint8_t)event_bit};
    arch_line_owner(line, &process_at(slot)->arch, 1u << event_bit);
    if (!is_new)
        return 0;
    if (line == IRQ_LINE_LOG) {
        log_set_console(false);
        log_armed = true;
        log_shown = log_end();
    } else {
        arch_line_unmask(line);
    }
    return 0;
}

int irq_done(unsigned slot, unsigned line)
{
    int error = check_owner(slot, line);
    if (error)
        return error;
    if (line == IRQ_LINE_LOG)
        log_armed = true;
    else
        arch_line_unmask(line);
    return 0;
}

int irq_release(unsigned slot, unsigned line)
{
    int error = check_owner(slot, line);
    if (!error)
        release(line);
    return error;
}

void irq_release_all(unsigned slot)
{
    for (unsigned line = 0; line <= IRQ_LINE_LOG; line++)
        if (lines[line].owner == slot + 1)
            release(line);
}

void irq_log_was_read(unsigned slot, uint64_t position)
{
    if (lines[IRQ_LINE_LOG].owner == slot + 1 && position > log_shown)
        log_shown = position;
}

void irq_log_post(void)
{
    const struct line *log = &lines[IRQ_LINE_LOG];
    if (!log->owner || !log_armed || log_end() <= log_shown)
        return;
    log_armed = false;
    process_post(log->owner - 1u, 1u << log->event_bit);
}

uint64_t irq_log_unshown(void)
{
    return lines[IRQ_LINE_LOG].owner ? log_shown : log_end();
}

void kernel_interrupt(unsigned line)
{
    if (line >= IRQ_LINES)
        return;
    const struct line *l = &lines[line];
    if (trace_on)
        trace_irq(line, l->owner ? ipc_table.process[l->owner - 1u].endpoint : NONE);
    if (l->owner)
        process_post(l->owner - 1u, 1u << l->event_bit);
}
