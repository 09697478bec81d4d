/*
 * Physical memory on a workstation: a static arena, in which an address is an offset, and one page
 * that the window does not reach.
 *
 * Stricter than a machine, since this is for tests: a copy that leaves the arena, touches its first
 * page (where physical address 0 is, which a forgotten NULL becomes) or is not aligned where the
 * contract says so ends the test.
 */
#include <arch/arch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (4u << 20)

static uint32_t arena[ARENA_BYTES / 4];
static uint32_t beyond[PAGE_BYTES / 4]; /* at ARCH_HOST_BEYOND */

void *arch_window(phys_addr_t address, uint32_t bytes)
{
    if (address > ARENA_BYTES || bytes > ARENA_BYTES - address)
        return NULL;
    return (char *)arena + address;
}

uint32_t arch_window_bytes(void)
{
    return ARENA_BYTES;
}

phys_addr_t arch_phys_of(const void *kernel_address)
{
    return (phys_addr_t)((uintptr_t)kernel_address - (uintptr_t)arena);
}

static void *checked(phys_addr_t address, uint32_t bytes, uint32_t align)
{
    void *found = arch_window(address, bytes);

    if (found == NULL || address < PAGE_BYTES || address % align != 0) {
        fprintf(stderr, "arch/host: %u bytes at physical address 0x%x: not a place to copy\n",
                (unsigned)bytes, (unsigned)address);
        abort();
    }
    return found;
}

void phys_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes)
{
    if (bytes != 0)
        memcpy(checked(destination, bytes, 1), checked(source, bytes, 1), bytes);
}

void phys_zero(phys_addr_t start, uint32_t bytes)
{
    if (bytes != 0)
        memset(checked(start, bytes, 1), 0, bytes);
}

void msg_copy(phys_addr_t source, phys_addr_t destination)
{
    memmove(checked(destination, MESSAGE_BYTES, MESSAGE_ALIGN),
            checked(source, MESSAGE_BYTES, MESSAGE_ALIGN), MESSAGE_BYTES);
}

void msg_word(phys_addr_t message, unsigned index, uint32_t value)
{
    uint32_t *words = checked(message, MESSAGE_BYTES, MESSAGE_ALIGN);

    if (index >= MESSAGE_WORDS)
        abort();
    words[index] = value;
}

void *arch_view(phys_addr_t address)
{
    const uint32_t offset = address - ARCH_HOST_BEYOND;

    return offset < PAGE_BYTES ? (char *)beyond + offset : checked(address, 1, 1);
}

/* Both ends, so that neither lies across an edge. */
static void *viewed(phys_addr_t address, uint32_t bytes)
{
    (void)arch_view(address + bytes - 1);
    return arch_view(address);
}

void arch_copy(phys_addr_t source, phys_addr_t destination, uint32_t bytes)
{
    if (bytes != 0)
        memcpy(viewed(destination, bytes), viewed(source, bytes), bytes);
}

void arch_zero(phys_addr_t start, uint32_t bytes)
{
    if (bytes != 0)
        memset(viewed(start, bytes), 0, bytes);
}
