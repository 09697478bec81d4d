/*
 * What the judge of programs at run time has its children do. A child runs the judge's own image,
 * with its words as arguments: what to do and two numbers.
 */
#pragma once

#include <stdint.h>

#define KID_IMAGE       0x4b000000u
#define KID_IMAGE_MAX   0x40000u
#define KID_STACK_BYTES 0x100000u
#define KID_HEAP        0x80000000u
#define KID_HEAP_BYTES  0x4000000u

/* The child's end of main: returns its exit status. */
int kid_main(const char *what, uint32_t a, uint32_t b);
