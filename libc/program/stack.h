/*
 * The stack that a program begins with which is started from a file: abi/layout.h says what is on
 * it. Pure: builds an image of the last bytes below USER_STACK_TOP.
 */
#pragma once

#include <abi/layout.h>
#include <stdint.h>

#define PROGRAM_IMAGE_BYTES 4096u
#define PROGRAM_ARGUMENTS   64

struct program_words {
    char *const *argv; /* ends with NULL */
    uint32_t self, heap_bytes, input, output, console;
};

/* Returns the stack pointer, or 0 when it does not fit. */
uint32_t program_stack(const struct program_words *words, uint32_t image[PROGRAM_IMAGE_BYTES / 4]);
