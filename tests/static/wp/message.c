/*
 * Where a message may lie: what locate() accepts is aligned, ends below the kernel's addresses, and
 * each of its one or two pieces lies in one page that is mapped so.
 *
 * The machine's look-up is taken at its word: machine.h.
 */
#include "machine.h"

#include "../../../kernel/message.c"

/*@ requires \valid_read(p) && \valid_read(p->module) && \valid(place);
    requires \separated(place, p, p->module);
    assigns *place;
    ensures one_of: \result == 0 || \result == -EINVAL || \result == -EFAULT;
    ensures aligned: \result == 0 ==> address % MESSAGE_ALIGN == 0;
    ensures unaligned: \result == -EINVAL <==> address % MESSAGE_ALIGN != 0;
    ensures users: \result == 0 ==> address + MESSAGE_BYTES <= USER_END;
    ensures first: \result == 0 ==> 0 < place->first_bytes <= MESSAGE_BYTES &&
                   address % PAGE_BYTES + place->first_bytes <= PAGE_BYTES &&
                   page_maps(&p->module->space, address / PAGE_BYTES, flags);
    ensures second: \result == 0 && place->first_bytes < MESSAGE_BYTES ==>
                    (address + place->first_bytes) % PAGE_BYTES == 0 &&
                    page_maps(&p->module->space, (address + place->first_bytes) / PAGE_BYTES,
                              flags); */
static int locate(const struct process *p, uint32_t address, uint32_t flags,
                  struct arch_place *place);

/*@ requires \valid_read(p) && \valid_read(p->module) && \valid(box);
    requires \separated(box, p, p->module);
    assigns *box;
    ensures in_one_page: \result == 0 ==> address % PAGE_BYTES + MESSAGE_BYTES <= PAGE_BYTES;
    ensures there: \result == 0 ==> page_maps(&p->module->space, address / PAGE_BYTES, flags);
    ensures refused: \result != 0 ==> *box == \old(*box); */
int message_locate_box(const struct process *p, uint32_t address, uint32_t flags, phys_addr_t *box);
