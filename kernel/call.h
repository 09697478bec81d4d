/*
 * A call in the making: what the trap brought, and where its message lies.
 */
#pragma once

#include "process.h"

struct call {
    struct process *caller;
    unsigned slot;
    struct arch_call registers;
    phys_addr_t out, in;        /* the message to send; where one may come */
    struct arch_place explicit; /* where the caller has it, when the bounce stands in for it */
};

/*
 * Finds what the call sends and where it receives: the message that the caller named, both ways, or
 * with NULL its boxes. 0; EFAULT, EINVAL: the caller's, and nothing has changed.
 */
int message_locate(struct call *c, bool sends, bool receives);

/* Finds a box: aligned, in one page. The same errors. */
int message_locate_box(const struct process *p, uint32_t address, uint32_t flags, phys_addr_t *box);

/* Copies a message out of or into the place that message_locate found. */
void message_read(const struct call *c, message *m);
void message_write(const struct call *c, const message *m);
