/*
 * The machine under the fuzzer of the trap: processes' pages and what the kernel asks of it.
 *
 * A process has user pages in two stretches, one of them at the end of user space. Each may be
 * missing or read-only, and lies in one of the process's physical pages, the last of which is
 * beyond the kernel's window; two of its user pages may lie in the same one. A physical address is
 * the address in this program, which is linked below 4 GB, so the address sanitizer watches every
 * copy of the kernel's.
 */
#pragma once

#include "fuzz.h"

#include "process.h"

#define LOW_PAGES      6
#define HIGH_PAGES     2
#define USER_PAGES     (LOW_PAGES + HIGH_PAGES)
#define LOW_START      USER_SERVERS
#define HIGH_START     (USER_END - HIGH_PAGES * PAGE_BYTES)
#define PHYSICAL_PAGES 4 /* of each process */
#define MEMORY_BYTES   (IPC_PROCESSES * PHYSICAL_PAGES * PAGE_BYTES)

struct user_page {
    bool present, writable;
    unsigned physical; /* which of the process's */
};

struct machine {
    struct user_page page[IPC_PROCESSES][USER_PAGES];
    struct module module[IPC_PROCESSES]; /* one a slot */
    struct {
        bool is_open; /* its next request may be the machine's own: arch_open */
        bool with_boxes;
        endpoint_t accepts; /* its next send may be: arch_accept; 0: it may not */
        phys_addr_t in_box, out_box;
    } path[IPC_PROCESSES];
    uint64_t now;
    message system_saw; /* the last request to SYSTEM, as it came */
    unsigned system_calls;
};
extern struct machine machine;
extern uint8_t machine_memory[MEMORY_BYTES];

/* Whether what lies so far in it is beyond the window. */
static inline bool machine_is_beyond(uint32_t offset)
{
    return offset / PAGE_BYTES % PHYSICAL_PAGES == PHYSICAL_PAGES - 1;
}

/* No process, memory as it was first, every process's pages as the bytes of the input say. */
void machine_begin(struct fuzz_input *input);

/* A request with this in its first payload word is the caller's last. */
#define SYSTEM_ENDS_CALLER 0xdead0001u
