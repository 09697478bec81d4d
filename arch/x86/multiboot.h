/*
 * What a Multiboot 1 loader leaves behind, read with suspicion.
 *
 * The parser is pure: it sees physical memory through a view that may refuse, writes to `info`, and
 * reports through a callback. Tests on the workstation run it on memory images of their own.
 */
#pragma once

#define MULTIBOOT_HEADER_MAGIC 0x1badb002u
#define MULTIBOOT_LOADER_MAGIC 0x2badb002u
#define MULTIBOOT_WANT_ALIGNED 1u /* modules on page boundaries */
#define MULTIBOOT_WANT_MEMORY  2u /* how much memory there is */
#define MULTIBOOT_WANT_VIDEO   4u /* a video mode */

#include <arch/arch.h>

struct multiboot_view {
    /* Copies bytes from physical memory; false when they are not all within reach. */
    bool (*read)(void *context, phys_addr_t address, void *into, uint32_t bytes);
    void *context;
};

/* The machine that the parser has to respect. */
struct multiboot_machine {
    phys_addr_t kernel_start, kernel_end; /* the kernel's image */
    uint32_t window_most;                 /* physical addresses below this can be reached */
};

struct multiboot_result {
    const char *fatal;     /* why the machine can't be started from this, or NULL */
    uint32_t window_bytes; /* up to the end of usable memory, the kernel's image and window_most */
    bool text_screen;      /* false: the loader says that the screen shows no text */
};

/* Reads the loader's information at `information`. Modules that cannot be used are left out and
   counted; every such thing is reported as one line. */
struct multiboot_result multiboot_parse(struct boot_info *info, phys_addr_t information,
                                        const struct multiboot_machine *machine,
                                        const struct multiboot_view *view,
                                        void (*report)(const char *line));
