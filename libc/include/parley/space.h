/*
 * Calls to SYSTEM for a memory server: address spaces and what lies in them. Contracts:
 * abi/memory.h. Each needs its name on the module's line
 * (kernel=create:map:unmap:space:begin:move); with `map` the kernel's table of frames is at
 * USER_FRAMES. All return a negative error.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/layout.h>
#include <abi/memory.h>
#include <stdbool.h>
#include <stdint.h>

struct system_death; /* parley/system.h */

struct system_map {
    uint32_t address, frame, pages;
    uint32_t flags; /* MAP_* */
    uint32_t table; /* a frame in case that a page table is missing, or 0 */
};

struct system_move {
    endpoint_t from;
    uint32_t from_address;
    endpoint_t to;
    uint32_t to_address, bytes;
    bool forced; /* only to what sys_map mapped, but read-only or not */
};

/* The page for want of which nothing was copied. */
struct system_miss {
    bool missing;
    uint32_t address;
    endpoint_t whose;
};

int sys_create(const char *name, unsigned priority, uint32_t root, endpoint_t *endpoint);
int sys_begin(endpoint_t endpoint, uint32_t ip, uint32_t sp);
/* How many pages. */
int sys_map(endpoint_t endpoint, const struct system_map *map, bool *table_used);
int sys_unmap(endpoint_t endpoint, uint32_t address, uint32_t pages);
/* The first page that sys_map mapped at `address` or above. */
int sys_space_next(endpoint_t endpoint, uint32_t address, struct system_map *found);
/* The frame of a page table that was not needed any more. */
int sys_space_shrink(endpoint_t endpoint);
/* How many pages and tables were taken out of a dead process's space; less than
   SPACE_RELEASE_PAGES: that was all. */
int sys_space_release(endpoint_t endpoint);
/* How some process died that waits for its release. */
int sys_space_owed(struct system_death *death);
/* All or, when miss->missing, nothing. */
int sys_move(const struct system_move *move, struct system_miss *miss);
