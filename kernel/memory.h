/*
 * Physical memory at boot, and how a process's memory is reached.
 *
 * The boot takes whole pages, one after the other, from what the loader reported as usable, without
 * the kernel, the loader's tables and the modules; nothing is ever given back and nothing is taken
 * once the boot is over. All of it lies within the machine's window; what is beyond is for the
 * memory server alone (frame.h).
 *
 * A process's memory is read and written only through copy_from_process and copy_to_process, which
 * look up every page first: a bad address is an error and nothing has changed.
 */
#pragma once

#include <abi/system.h>
#include <arch/arch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void memory_init(const struct boot_info *boot);

enum memory_use {
    MEMORY_PROCESS, /* pages that a process sees */
    MEMORY_TABLES,  /* page tables */
};

/* A page, not cleared; 0 when there is none. */
phys_addr_t memory_take(enum memory_use use);
/* So many in one piece, for tables; 0 when there are not, and nothing was taken. */
phys_addr_t memory_take_block(uint32_t pages);
/* Whole pages that the window does not reach, by index; false: no more. */
bool memory_beyond(unsigned index, struct boot_region *region);
/* Behind the last page that memory_take could ever give, or that is beyond. */
phys_addr_t memory_end(void);
uint32_t memory_left_bytes(void); /* that memory_take can still give */

/* What has been taken so far; memory_undo gives back all that was taken since. */
struct memory_mark {
    unsigned range;
    phys_addr_t next;
    uint32_t taken[2];
};
struct memory_mark memory_mark(void);
void memory_undo(struct memory_mark mark);

/* Whether a device's range touches memory that the loader reported as usable. */
bool memory_is_usable(phys_addr_t start, uint32_t bytes);
void memory_describe(struct memory_info *info);

/* The page of which a copy or a call found last that the process may not use it so. */
struct memory_miss {
    const struct arch_space *space; /* NULL: none since it was set to that */
    uint32_t address, flags;
};
extern struct memory_miss memory_miss;
/* Finds it in a range that is not wholly there. -EFAULT. */
int memory_note_miss(const struct arch_space *space, uint32_t address, uint32_t bytes,
                     uint32_t flags);

/* 0, or -EFAULT and nothing has changed. */
int copy_from_process(const struct arch_space *space, void *to, uint32_t from, uint32_t bytes);
int copy_to_process(const struct arch_space *space, uint32_t to, const void *from, uint32_t bytes);
/* Whether the whole range may be read or (SPACE_WRITE) written. */
bool process_memory_ok(const struct arch_space *space, uint32_t address, uint32_t bytes,
                       uint32_t flags);
/* Writes where the process itself may only read (its code, when it is loaded). The range must be
   mapped. `from` NULL: zeros. */
void load_into_process(const struct arch_space *space, uint32_t to, const void *from,
                       uint32_t bytes);
