/*
 * The stack that a program finds at its entry point: abi/layout.h says what is on it.
 *
 * Pure: builds an image of the stack's uppermost bytes.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/framebuffer.h>
#include <abi/layout.h>
#include <stdbool.h>
#include <stdint.h>

#define STACK_IMAGE_BYTES 560 /* holds the most that name, arguments and pointers can take */

struct stack_start {
    const char *name;      /* argv[0] */
    const char *arguments; /* split at blanks */
    uint32_t heap_bytes;
    uint32_t data_bytes; /* of the data module at USER_DATA_MODULE; 0: none */
    endpoint_t self;
    uint32_t console;
    struct framebuffer framebuffer; /* mapped at that address; width 0: none */
};

/* Fills `image`, which belongs at USER_STACK_TOP - STACK_IMAGE_BYTES. Returns the stack pointer to
   begin with, or 0 when there are more arguments than fit. */
uint32_t stack_build(const struct stack_start *start, uint32_t image[STACK_IMAGE_BYTES / 4]);
