/*
 * The version of all that programs rely on: the calls and structures of this folder, libc's
 * headers, the protocols. A program says in an ELF note which one it was built for (libc/program.ld
 * puts it there), and one of another version is not loaded.
 *
 * It goes up when a program that was built before could go wrong. docs/changes.md tells what each
 * version changed, and what came to it that harms nobody.
 */
#pragma once

#include <stdint.h>

#define ABI_VERSION 1

#define ABI_VERSION_TEXT_OF(number)   #number
#define ABI_VERSION_TEXT_WITH(number) ABI_VERSION_TEXT_OF(number)
#define ABI_VERSION_TEXT              ABI_VERSION_TEXT_WITH(ABI_VERSION)

/* As the System V ABI, chapter 5, has notes. */
struct abi_note {
    uint32_t name_bytes, version_bytes, type;
    char name[8];
    uint32_t version;
};

#define ABI_NOTE_NAME "Parley"
#define ABI_NOTE_TYPE 1
