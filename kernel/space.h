/*
 * Address spaces that change while the system runs, for the memory server: the checks behind
 * SYS_MAP, SYS_UNMAP and SYS_SPACE (abi/memory.h).
 *
 * What always holds: a page in which the kernel may still write or read for a process that waits
 * (its boxes, its call's message) stays where it is; a lent page is counted in the table of frames
 * as often as it is mapped; a process that died with lent pages keeps its module until they are
 * released.
 */
#pragma once

#include "module.h"
#include <abi/memory.h>

/* The living process's module, whose space is its memory; or NULL. */
struct module *space_living(endpoint_t endpoint);
/* The same of one that has died and waits for its release; 0: any such. Or NULL. */
struct module *space_owed(endpoint_t endpoint);

struct space_range {
    uint32_t address, pages;
};

/* Return how many pages it was done for, or the error of the first. */
int space_map(struct module *m, const struct space_range *range, uint32_t frame, uint32_t flags,
              uint32_t table, bool *table_used);
int space_unmap(struct module *m, const struct space_range *range);
/* Frame of a page table that was taken out, or -ENOENT. */
int space_shrink(struct module *m);
/* How many pages and tables of a dead process were taken out; less than the most: it is done. */
int space_release(struct module *m);
