/*
 * The loader's eye: what of a module's file may be believed.
 *
 * Nothing in the file is trusted. elf_check refuses whatever is not a static 32-bit i386 program
 * that fits where programs belong (abi/layout.h); what it accepts can be copied and mapped without
 * another check. Pure: reads the image, changes nothing else.
 */
#pragma once

#include <abi/version.h>
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

/* For which version of the interfaces an image that elf_check accepts was built, as its note says
   (abi/version.h); false: it does not say. */
bool elf_version(const void *image, uint32_t bytes, uint32_t *version);
#define ELF_UNSAID_VERSION "does not say for which version of the interfaces it was built"
#define ELF_OTHER_VERSION                                                                          \
    "built for version %u of the interfaces, and this is version " ABI_VERSION_TEXT

/* The function of the image's symbol table that holds `address`: its name (inside the image) and
   how far in. NULL when there is none or the table cannot be believed. */
const char *elf_symbol(const void *image, uint32_t bytes, uint32_t address, uint32_t *offset);
