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

/* The first gap of so many pages; 0: none. */
uint32_t pages_room(endpoint_t process, uint32_t pages);
/* Maps the owner's pages, which must be there, in that gap of the peer's as well. 0 or -ENOMEM. */
int pages_share(endpoint_t owner, uint32_t address, uint32_t pages, endpoint_t peer, uint32_t at,
                uint32_t flags);
/* What pages_share mapped there, or was mapping or pages_take was taking when a server died:
   whether it is all there. If not, none of it is from now on. */
bool pages_settle(endpoint_t process, uint32_t address, uint32_t pages);

/* ---- One page -------------------------------------------------------------------------------- */

/* A free frame; some are kept for page tables. 0: none. */
uint32_t pages_to_give(void);
/* One of those that can be page tables. */
uint32_t pages_for_table(void);
/* 0, or the kernel's error; -ENOMEM as well when `frame` is 0. */
int pages_map(endpoint_t process, uint32_t address, uint32_t frame, uint32_t flags);
/* Maps a page that is all zero. 0 or -ENOMEM. */
int pages_fresh(endpoint_t process, uint32_t address, uint32_t flags);
/* The page gets other flags. 0, or -EBUSY: a message lies there. */
int pages_change(endpoint_t process, const struct system_map *page, uint32_t flags);
/* A page that is read-only becomes writable; if anybody else has it, a copy takes its place. 0, or
   -ENOMEM, -EBUSY. */
int pages_own(endpoint_t process, const struct system_map *page);
/* Whether somebody else has the page as well. */
bool pages_is_lent(const struct system_map *page);

/* Takes back all that a process which has died had; the kernel forgets it. */
bool pages_release(endpoint_t dead);
