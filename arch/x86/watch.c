/*
 * One watched byte of one process's memory, by the processor's first debug register (Intel's
 * manual, volume 3, 17.2). The register knows linear addresses and no address spaces, so an access
 * by another process to its own byte at that address comes here as well, and is nothing.
 */
#include "watch.h"

#include "layout.h"

#include <stddef.h>

#define STATUS_FIRST 0x00000001u /* DR6: what the first register watches */
#define STATUS_STEP  0x00004000u /* DR6: TF */
#define STATUS_NONE  0xffff0ff0u
#define CONTROL_NONE 0x00000400u
#define CONTROL_BYTE 0x00030402u /* DR7: the first register, reads and writes of a byte */

static const struct arch_space *watched;

void arch_watch(const struct arch_space *space, uint32_t address)
{
    watched = space;
    __asm__ volatile("mov %0, %%dr0" : : "r"(address));
    __asm__ volatile("mov %0, %%dr7" : : "r"(space ? CONTROL_BYTE : CONTROL_NONE));
}

const char *arch_constant(uint32_t *bytes)
{
    *bytes = (uint32_t)(kernel_rodata_end - kernel_text_start);
    return kernel_text_start;
}

bool watch_concerns(const struct arch_space *space)
{
    uint32_t status;
    __asm__ volatile("mov %%dr6, %0" : "=r"(status));
    __asm__ volatile("mov %0, %%dr6" : : "r"(STATUS_NONE));
    return space == watched || !(status & STATUS_FIRST) || status & STATUS_STEP;
}
