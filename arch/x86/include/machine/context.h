/*
 * A process's machine state on x86, and an address space.
 *
 * The register frame comes first: TSS.esp0 points at its end while the process runs, so the
 * processor's pushes and the entry's fill it from the end downward, and leaving the kernel pops it.
 * Behind it stands what the assembly of a rendezvous needs of a process (rendezvous.asm). Offsets
 * reach the assembly through offsets.c.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arch_place {
    uint32_t first, second; /* physical addresses */
    uint32_t first_bytes;   /* 0: no message */
};

struct arch_frame {
    uint32_t vector, error; /* of the exception or interrupt that came last */
    uint32_t es, ds;   /* the flat user selector, but for a process that an exception or interrupt
                          stopped: then its own */
    uint32_t slack[8]; /* room for what an NMI or a debug trap pushes while the entry is at work */
    uint32_t gs, fs;   /* low halves only; the processor may leave the upper ones alone */
    uint32_t edi, esi, ebp, stub_esp, ebx, edx, ecx, eax; /* as pushad leaves them */
    uint32_t eip, cs, eflags, esp, ss;                    /* as the processor pushes them */
};

/* An address that LDS loads. */
struct arch_far {
    uint32_t offset, selector;
};

#define ARCH_REACH_WORDS 8 /* one bit a process */

/* What the process may do without the kernel's C, as far as its permissions go. */
#define ARCH_MAY_SEND       1u
#define ARCH_MAY_RECEIVE    2u
#define ARCH_MAY_ECHO       4u
#define ARCH_MAY_ECHO_BOXES 8u /* it has two that do not overlap, or one */
#define ARCH_MAY_ASK_TIME   16u
#define ARCH_MAY_ASK_BOXES  32u  /* it has both */
#define ARCH_MAY_ENTER      64u  /* be switched to: it has neither FPU state nor ports */
#define ARCH_MAY_LEAVE      128u /* be switched from: it has no FPU state */

/*
 * How a process may wait for a rendezvous of the machine's own. The numbers below them, like
 * nobody's entry, end in nine set bits: eight name the last slot, of which the machine asks
 * nothing, and the ninth no process's endpoint has.
 */
#define ARCH_TABLE_ALIGN      512u /* of the core's table, from which entries are counted */
#define ARCH_PARTNER_LOW      511u
#define ARCH_PARTNER_MESSAGE  0x800001ffu /* in ipc_reply_receive, with a message of its own */
#define ARCH_PARTNER_APART    0x800003ffu /* the same, with one in two pages */
#define ARCH_PARTNER_RECEIVER 0x800005ffu /* in a plain receive */

/*
 * What the assembly knows of a process, and nothing else reads. `partner` says what may be done
 * without the kernel's C (rendezvous.asm explains it). Under a frame of virtual-8086 mode, which
 * begins 16 bytes lower, the assembly finds the first four words in the places of the next four.
 */
struct arch_rendezvous {
    uint32_t partner_v86, self_v86, directory_v86, may_v86;
    uint32_t partner;
    uint32_t self;      /* its entry in the core's table, in bytes from the table's start */
    uint32_t directory; /* physical: CR3 */
    uint32_t may;       /* ARCH_MAY_* */
    uint32_t client;    /* where `partner` says so: the client's entry */
    uint32_t accepts;   /* where `partner` says so: the source, an endpoint or ANY */
    uint32_t endpoint;  /* its own */
    uint32_t not_worse; /* the bits of kernel_ready_mask for its priority and the better ones */
    uint32_t bounce;    /* physical: what stands in for a message in two pages */
    uint32_t return_address;                /* of sysenter */
    uint32_t in_box;                        /* physical; 0: none */
    struct arch_far out_box;                /* word 1 of the message, as the kernel sees it */
    uint32_t reach[ARCH_REACH_WORDS];       /* whom it may ask, one bit a slot */
    uint32_t reach_boxes[ARCH_REACH_WORDS]; /* the same when it has both boxes; else none */
};

struct arch_port_range {
    uint16_t first, last;
};

struct arch_space {
    uint32_t directory; /* physical address of the page directory */
};

struct arch_context {
    struct arch_frame frame;
    struct arch_rendezvous rendezvous;
    struct arch_place deliver; /* arch/arch.h */
    uint32_t ticks;            /* that found it running; counted by trap.asm */
    struct arch_space *space;
    bool fpu_used;
    uint8_t port_ranges;
    struct arch_port_range port[8]; /* ARCH_PORT_RANGES_MAX, checked in context.c */
    _Alignas(16) uint8_t fpu[512];  /* FXSAVE's image, or FNSAVE's 108 bytes */
};
