/*
 * Interrupt lines and the log as sources of events: who owns them.
 *
 * A line has one owner at most and is masked while it has none, and from each interrupt until its
 * owner says that the device has been served. The log is claimed like a line: its owner shows it,
 * and is told once that it has grown; IRQ_DONE arms the event again, and posts it at once when
 * there is text that the owner has not read.
 */
#pragma once

#include <stdint.h>

/* The three operations of SYS_IRQ; whether the line is on the module's line is the caller's to
   check. 0 or a negative error. */
int irq_claim(unsigned slot, unsigned line, unsigned event_bit);
int irq_done(unsigned slot, unsigned line);
int irq_release(unsigned slot, unsigned line);
/* The process is dead: what it owned is free. */
void irq_release_all(unsigned slot);

/* The log's owner has read up to here. */
void irq_log_was_read(unsigned slot, uint64_t position);
/* Posts the log's event when it is due. Logging itself never touches the core: it may happen in
   the middle of anything. */
void irq_log_post(void);
/* Everything logged from here on has not been shown by anyone but the console. */
uint64_t irq_log_unshown(void);
