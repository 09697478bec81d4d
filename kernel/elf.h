/*
 * The loader's eye: what of a module's file may be believed.
 *
 * Nothing in the file is trusted. elf_check refuses whatever is not a static 32-bit i386 program
 * that fits where programs belong (abi/layout.h); what it accepts can be copied and mapped without
 * another check. Pure: reads the image, changes nothing else.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define ELF_SEGMENTS_MAX 8
#define ELF_LOWEST       0x00100000u /* below lies the low megabyte's device memory */

struct elf_segment {
    uint32_t address, memory_bytes;
    uint32_t file_offset, file_bytes;
    bool write, execute;
};

struct elf_program {
    uint32_t entry;
    unsigned segment_count;
    struct elf_segment segment[ELF_SEGMENTS_MAX];
};

/* NULL when the image is a program that may be loaded, and then *program says how; else why not.
   What is accepted: segments lie in ELF_LOWEST..USER_HEAP, no two touch the same page, none is
   empty, each one's file part lies in the image and is not larger than its memory. */
const char *elf_check(const void *image, uint32_t bytes, struct elf_program *program);

/* NULL when an image that elf_check accepts says in a note that it was built for these interfaces
   (abi/version.h); else why it is not to be loaded. */
const char *elf_check_version(const void *image, uint32_t bytes);

/* The function of the image's symbol table that holds `address`: its name (inside the image) and
   how far in. NULL when there is none or the table cannot be believed. */
const char *elf_symbol(const void *image, uint32_t bytes, uint32_t address, uint32_t *offset);
