/*
 * What every frame of memory is used for: the table of abi/memory.h.
 *
 * Frames that the boot did not use belong to the memory server, and this table keeps what it does
 * with them honest: a page table is never mapped, a mapped frame never becomes a page table, and a
 * frame is cleared before it is mapped for the first time. Frames beyond the window may be mapped,
 * and nothing else: a page table must be within reach.
 */
#pragma once

#include <abi/memory.h>
#include <abi/system.h>
#include <arch/arch.h>
#include <stdbool.h>

/* Takes memory for the table: before the modules take theirs. */
void frame_init(void);
/* All that the boot has not taken is free now. */
void frame_open(void);
/* Maps the table read-only at USER_FRAMES. False: no memory for page tables. */
bool frame_map_table(struct arch_space *space, arch_page_source source, void *context);

/* The address of a frame that is free, or 0; that can be a page table as well. */
phys_addr_t frame_free(uint32_t number);
phys_addr_t frame_for_table(uint32_t number);
/* The address of a frame that may be mapped, free or mapped already, or 0. */
phys_addr_t frame_mappable(uint32_t number);
/* Is mapped once more; `clear` if it was free: with zeros. */
void frame_mapped(phys_addr_t page, bool clear);
void frame_unmapped(phys_addr_t page);
void frame_becomes_table(phys_addr_t page);
void frame_was_table(phys_addr_t page);

/* Says how many there are and are free, and adds what the others take. */
void frame_account(struct memory_info *info);
