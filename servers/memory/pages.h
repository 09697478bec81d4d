/*
 * Pages of processes: given, found and taken back, by calls to SYSTEM that only this server may
 * make. There is no table of them here: the kernel's tables of frames and of pages are the truth,
 * so a memory server that is started again knows what the former knew.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/layout.h>
#include <parley/space.h>
#include <stdbool.h>
#include <stdint.h>

void pages_init(void);
uint32_t pages_free(void);
uint32_t pages_total(void); /* that are this server's to give, given or not */

/* Whether [address, +bytes) is of whole pages between USER_MEMORY and its end, and not empty. */
bool pages_are_ours(uint32_t address, uint32_t bytes);

/* Maps so many fresh pages, all zero, one behind the other: their address, or 0: no memory, and
   nothing has changed. */
uint32_t pages_give(endpoint_t process, uint32_t pages);
/* Whether each of them is mapped, and is the process's own. */
bool pages_have(endpoint_t process, uint32_t address, uint32_t pages);
/* 0 or the kernel's error; what was taken until then stays taken. */
int pages_take(endpoint_t process, uint32_t address, uint32_t pages);

/* Maps the owner's pages in the peer as well: where, or 0: no memory. They must be there. */
uint32_t pages_share(endpoint_t owner, uint32_t address, uint32_t pages, endpoint_t peer,
                     uint32_t flags);

/* Takes back all that processes that have died had. */
void pages_bury(void);
