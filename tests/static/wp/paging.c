/*
 * The window's bound: nothing beyond its end, and no sum that wraps, is within reach.
 */
#include "../../../arch/x86/paging.c"

/*@ assigns \nothing;
    ensures beyond: address + bytes > window_bytes ==> \result == \null; */
void *arch_window(phys_addr_t address, uint32_t bytes);
