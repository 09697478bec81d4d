/*
 * The kernel's log on the console. The tty begins at the log's end: what came before, the kernel
 * itself has printed. How far it has read is all that it keeps; text that must wait for room waits
 * in the log.
 */
#include "tty.h"

#include <abi/system.h>
#include <parley/system.h>

#define CHUNK 256

static bool claimed, grown;
static bool open; /* the first part is printed, the rest waits for room */
static uint64_t position;

/* To the end of what is there now, before the line is claimed: a message that falls between is
   printed twice rather than never. */
static void skip_to_end(void)
{
    char text[CHUNK];
    while (sys_log_read(&position, text, sizeof text) > 0)
        ;
}

void log_start(void)
{
    skip_to_end();
    claimed = sys_irq_claim(IRQ_LINE_LOG, EVENT_BIT_LOG) == 0;
}

void log_changed(void)
{
    (void)sys_irq_done(IRQ_LINE_LOG);
    grown = true;
}

bool log_due(void)
{
    return claimed && grown;
}

bool log_open(void)
{
    return open;
}

void log_advance(bool late)
{
    char text[CHUNK];
    while (log_due() && console_room(4 * CHUNK)) {
        const uint64_t before = position;
        const int count = sys_log_read(&position, text, sizeof text);
        if (count <= 0) {
            grown = false;
            break;
        }
        if (!open && !console_aside_begin(late)) {
            position = before;
            return;
        }
        open = true;
        console_aside(text, (size_t)count);
    }
    if (open && !grown) {
        console_aside_end();
        open = false;
    }
}
