/*
 * The machine's look-ups in an address space, as arch/arch.h promises them: a page is mapped or
 * not, for all of its bytes, and nothing changes.
 */
#pragma once

#include <arch/arch.h>

/*@ axiomatic machine {
      predicate page_maps(struct arch_space *space, integer page, integer flags);
      predicate within_reach(integer place, integer bytes);
    } */

/*@ requires \valid(found);
    assigns *found \from address, *space, flags;
    assigns \result \from address, *space, flags;
    ensures \result != 0 ==> USER_START <= address < USER_END &&
            page_maps(space, address / PAGE_BYTES, flags); */
bool arch_space_find(const struct arch_space *space, uint32_t address, uint32_t flags,
                     phys_addr_t *found);

/*@ assigns \result \from address, bytes;
    ensures \result != \null ==> within_reach(address, bytes); */
void *arch_window(phys_addr_t address, uint32_t bytes);
