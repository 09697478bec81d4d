/*
 * A process's machine state on x86, and an address space.
 *
 * The register frame comes first: TSS.esp0 points at its end while the process runs, so the
 * processor's pushes and the entry stub's fill it from the end downward, and leaving the kernel
 * pops it. Offsets reach the assembly through offsets.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arch_frame {
    uint32_t slack[8]; /* room for what an NMI or a debug trap pushes while the stub is at work */
    uint32_t gs, fs, es, ds; /* low halves only; the processor may leave the upper ones alone */
    uint32_t edi, esi, ebp, stub_esp, ebx, edx, ecx, eax; /* as pushad leaves them */
    uint32_t vector, error;
    uint32_t eip, cs, eflags, esp, ss; /* as the processor pushes them */
};

struct arch_port_range {
    uint16_t first, last;
};

struct arch_space {
    uint32_t directory; /* physical address of the page directory */
};

struct arch_context {
    struct arch_frame frame;
    struct arch_space *space;
    bool fpu_used;
    uint8_t port_ranges;
    struct arch_port_range port[8]; /* ARCH_PORT_RANGES_MAX, checked in context.c */
    _Alignas(16) uint8_t fpu[512];  /* FXSAVE's image, or FNSAVE's 108 bytes */
};
