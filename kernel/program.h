/*
 * Programs that are no boot modules: the memory server makes them (SYS_CREATE) and lets them begin.
 *
 * Each has a record of the same kind as a boot module, out of a pool, while it lives and until its
 * address space has been released. It has the rights of a plain program, and its faults go to the
 * one that made it.
 */
#pragma once

#include "module.h"

#define PROGRAM_PRIORITY_BEST 1

/* `root`: a free frame for its address space. Returns the slot of a process that has not begun, or
   -EAGAIN. */
int program_create(const char *name, unsigned priority, phys_addr_t root, const char *faults);
/* -EBUSY: it has begun. */
int program_begin(unsigned slot, uint32_t ip, uint32_t sp);

/* The dead program with this endpoint that waits for its release; 0: any. NULL: none. */
struct module *program_owed(endpoint_t endpoint);
