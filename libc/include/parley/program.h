/*
 * Programs at run time, by the memory server: a child in an address space of its own. Contracts:
 * servers/protocols/memory.toml. All return a negative error; -ESRCH: no memory server runs.
 * Out-parameters are written only on success.
 *
 *     child_create("hello", 0, &child);
 *     child_region(child, start, bytes, ACCESS_READ);              // its code
 *     child_fill(child, start, code, bytes);
 *     child_region(child, stack, bytes, ACCESS_READ | ACCESS_WRITE | ACCESS_STACK);
 *     child_begin(child, start, stack + bytes);
 *     child_wait(child, &end);
 */
#pragma once

#include <parley/memory.h>
#include <stdbool.h>

#define ACCESS_STACK 4u /* of a region: the page below it stays empty */

/* `priority` 0: the caller's own. */
int child_create(const char *name, unsigned priority, endpoint_t *child);
/* Pages that come when they are touched. SELF: of the caller, which must be a program. */
int child_region(endpoint_t child, uint32_t address, size_t bytes, unsigned access);
int child_fill(endpoint_t child, uint32_t address, const void *from, size_t bytes);
int child_begin(endpoint_t child, uint32_t ip, uint32_t sp);
int child_kill(endpoint_t child);

struct child_end {
    endpoint_t child;
    uint32_t cause;  /* DEATH_* (abi/system.h) */
    uint32_t status; /* exit status, or the fault's vector */
    int why;         /* of a fault: -ENOMEM, -ENOSPC (its stack), -EFAULT; else 0 */
    uint32_t ip, address;
};

/* Waits until the child (ANY: one that was not told yet) has ended. */
int child_wait(endpoint_t child, struct child_end *end);
/* -EAGAIN: it lives. */
int child_ended(endpoint_t child, struct child_end *end);

/*
 * Returns twice: in the caller with the child's endpoint, in the child with 0. The child has the
 * caller's memory as it is now, but for what is shared; no grants, no boxes, fresh FPU state. A
 * program alone may do that, not a boot module (EPERM).
 */
int program_fork(void);
