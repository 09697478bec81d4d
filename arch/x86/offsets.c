/*
 * What the assembly must know of C: compiled to assembly text, from which offsets.cmake makes
 * offsets.inc. One fact, one place.
 */
#include "layout.h"
#include "multiboot.h"
#include <abi/calls.h>
#include <abi/layout.h>
#include <abi/message.h>
#include <machine/context.h>
#include <stddef.h>

void offsets(void);

#define CONSTANT(name, value) __asm__ volatile("# OFFSET " #name " %c0" : : "i"(value))

void offsets(void)
{
    CONSTANT(FRAME_GS, offsetof(struct arch_context, frame.gs));
    CONSTANT(FRAME_VECTOR_TO_CS,
             offsetof(struct arch_frame, cs) - offsetof(struct arch_frame, vector));
    CONSTANT(FRAME_VECTOR_TO_EFLAGS,
             offsetof(struct arch_frame, eflags) - offsetof(struct arch_frame, vector));
    CONSTANT(FRAME_VECTOR_TO_SS,
             offsetof(struct arch_frame, ss) - offsetof(struct arch_frame, vector));
    CONSTANT(SELECTOR_USER_CODE, SELECTOR_USER_CODE);
    CONSTANT(SELECTOR_USER_DATA, SELECTOR_USER_DATA);
    CONSTANT(FLAGS_CLEAN, FLAGS_CLEAN);
    CONSTANT(FLAGS_TRAP, FLAGS_TRAP);
    CONSTANT(FLAGS_V86, FLAGS_V86);
    CONSTANT(IPC_VECTOR, IPC_VECTOR);
    CONSTANT(VECTOR_DEBUG, VECTOR_DEBUG);
    CONSTANT(VECTOR_NMI, VECTOR_NMI);
    CONSTANT(EXCEPTIONS, EXCEPTIONS);
    CONSTANT(VECTORS, VECTORS);
    CONSTANT(KERNEL_BASE, KERNEL_BASE);
    CONSTANT(PAGE_BYTES, PAGE_BYTES);
    CONSTANT(TABLE_ENTRIES, TABLE_ENTRIES);
    CONSTANT(KERNEL_STACK_BYTES, KERNEL_STACK_BYTES);
    CONSTANT(SIDE_STACK_BYTES, SIDE_STACK_BYTES);
    CONSTANT(MESSAGE_WORDS, MESSAGE_WORDS);
    CONSTANT(MULTIBOOT_HEADER_MAGIC, MULTIBOOT_HEADER_MAGIC);
    CONSTANT(MULTIBOOT_LOADER_MAGIC, MULTIBOOT_LOADER_MAGIC);
    CONSTANT(MULTIBOOT_WANT_ALIGNED, MULTIBOOT_WANT_ALIGNED);
    CONSTANT(MULTIBOOT_WANT_MEMORY, MULTIBOOT_WANT_MEMORY);
}
