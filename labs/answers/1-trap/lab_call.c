/* Lab 1: adds a number to words in the caller's memory: all of them, or none. */
#include "lab_call.h"
#include "memory.h"

#include <abi/errors.h>
#include <arch/arch.h>

/* How many of these bytes lie in the page of the first one. */
static uint32_t bytes_in_page(uint32_t address, uint32_t bytes)
{
    uint32_t room = PAGE_BYTES - address % PAGE_BYTES;

    return bytes < room ? bytes : room;
}

/* All of these words are the process's, and writable. Pages that follow one another there are
   anywhere in the machine's memory. */
static void add_to_words(const struct arch_space *space, uint32_t address, uint32_t bytes,
                         uint32_t addend)
{
    while (bytes != 0) {
        uint32_t part = bytes_in_page(address, bytes);
        phys_addr_t place = 0;
        bool found = arch_space_find(space, address, SPACE_WRITE, &place);
        uint32_t *words = found ? arch_window(place, part) : NULL;

        for (uint32_t i = 0; words != NULL && i < part / 4; i++)
            words[i] += addend;
        address += part;
        bytes -= part;
    }
}

static int add(const struct arch_space *space, uint32_t address, uint32_t count, uint32_t addend)
{
    if (address % 4 != 0 || count > LAB_MOST_WORDS)
        return -EINVAL;
    if (!process_memory_ok(space, address, count * 4, SPACE_WRITE))
        return -EFAULT;
    add_to_words(space, address, count * 4, addend);
    return 0;
}

void lab_call(struct arch_context *process)
{
    const struct arch_frame *f = &process->frame;

    kernel_enter(process);
    process->frame.eax = (uint32_t)add(process->space, f->eax, f->ecx, f->edx);
}
