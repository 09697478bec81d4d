/*
 * The check of a user's range: what it accepts ends below the kernel's addresses without wrapping,
 * and every byte of it lies in a page that is mapped so.
 */
#include "machine.h"

#include "../../../kernel/memory.c"

/*@ assigns \nothing;
    ensures one_page: \result <= PAGE_BYTES - address % PAGE_BYTES;
    ensures at_most: \result <= bytes;
    ensures goes_on: bytes > 0 ==> \result > 0;
    ensures whole: \result == bytes || (address + \result) % PAGE_BYTES == 0; */
static uint32_t in_this_page(uint32_t address, uint32_t bytes);

/*@ requires \valid_read(space);
    assigns \nothing;
    ensures \result != 0 ==> USER_START <= address < USER_END &&
            page_maps(space, address / PAGE_BYTES, flags); */
static bool is_there(const struct arch_space *space, uint32_t address, uint32_t flags);

/*@ requires \valid_read(space);
    assigns \nothing;
    ensures users: \result != 0 && bytes > 0 ==> address + bytes <= USER_END;
    ensures mapped: \result != 0 ==> \forall integer at; address <= at < address + bytes ==>
                    page_maps(space, at / PAGE_BYTES, flags); */
bool process_memory_ok(const struct arch_space *space, uint32_t address, uint32_t bytes,
                       uint32_t flags);
