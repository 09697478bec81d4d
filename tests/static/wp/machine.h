/*
 * The machine's look-up in an address space, as arch/arch.h promises it: a page is mapped or
 * not, for all of its bytes, and nothing changes.
 */
#pragma once

#include <arch/arch.h>

/*@ axiomatic machine {
      predicate page_maps(struct arch_space *space, integer page, integer flags);
    } */

/*@ requires \valid(found);
    assigns *found \from address, *space, flags;
    assigns \result \from address, *space, flags;
    ensures \result != 0 ==> USER_START <= address < USER_END &&
            page_maps(space, address / PAGE_BYTES, flags); */
bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found);
