/* Page tables: the kernel's half, and the switch between address spaces. */
#pragma once

#include "multiboot.h"
#include <arch/arch.h>

/* During the boot, before paging_init: physical memory, one page at a time. */
extern const struct multiboot_view paging_boot_view;

/* Builds the window. Takes memory for page tables where it needs some, and notes it in
   info->reservation. NULL, or why it can't be done. */
const char *paging_init(struct boot_info *info, uint32_t window_bytes);

/* After paging_init: the first row of the loader's framebuffer, or NULL. */
extern void *paging_pixels;

/* Before a process runs. */
void paging_enter(const struct arch_space *space);
/* The processor lets go of the space. */
void paging_leave(const struct arch_space *space);
