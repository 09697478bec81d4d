/*
 * Pages that come when they are touched: of regions, all zero; of a clone, a copy when one of the
 * two writes. Whether a process touches them or a copy by grant does is the same.
 */
#pragma once

#include <abi/message.h>
#include <parley/space.h>

/* What a fault's message asks: 0, or -EFAULT, and the process dies of it. */
int demand_fault(message *m);
/* The page can be read or written then. 0, or -EFAULT, -ENOMEM, -ENOSPC (its stack is used up). */
int demand_page(endpoint_t process, uint32_t address, bool write);
/* sys_move, with the pages that it misses. Also -EFAULT, -ENOMEM, -ENOSPC. */
int demand_move(const struct system_move *move);
/* `child`, which has no pages but its ledger, gets what `parent` has. 0 or -ENOMEM. */
int demand_clone(endpoint_t parent, endpoint_t child);
