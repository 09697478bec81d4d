/*
 * Where the message of a call lies in the caller's memory.
 *
 * What always holds: the core gets only places that the caller may read and write, in one piece,
 * within the window. A message or box that straddles two pages or lies beyond the window is stood
 * in for by the caller's bounce: it is copied there when the call begins, and what comes is copied
 * from there when the call has succeeded (process_finish_call). One bounce is enough for both
 * halves of a call: the first message has left before the second comes.
 */
#include "call.h"

static bool is_near(phys_addr_t message)
{
    return arch_window(message, MESSAGE_BYTES) != NULL;
}

/* Finds a message in the caller's memory. 0, -EINVAL unaligned, -EFAULT not all of it is there. */
static int locate(const struct process *p, uint32_t address, uint32_t flags,
                  struct arch_place *place)
{
    uint32_t room = PAGE_BYTES - address % PAGE_BYTES;
    if (address % MESSAGE_ALIGN)
        return -EINVAL;
    if (address > USER_END - MESSAGE_BYTES)
        return -EFAULT;
    place->first_bytes = room < MESSAGE_BYTES ? room : MESSAGE_BYTES;
    if (!arch_space_find(&p->module->space, address, flags, &place->first))
        return -EFAULT;
    if (place->first_bytes < MESSAGE_BYTES &&
        !arch_space_find(&p->module->space, address + room, flags, &place->second))
        return -EFAULT;
    return 0;
}

/* A box is checked once and for all: its page stays, or a copy takes its place and the box moves
   along (move_boxes in space.c). */
int message_locate_box(const struct process *p, uint32_t address, uint32_t flags, phys_addr_t *box)
{
    struct arch_place place;
    if (address % PAGE_BYTES > PAGE_BYTES - MESSAGE_BYTES)
        return -EINVAL;
    int error = locate(p, address, flags, &place);
    if (!error)
        *box = place.first;
    return error;
}

static void stand_in_for_boxes(struct call *c, bool sends, bool receives)
{
    const phys_addr_t bounce = arch_phys_of(&c->caller->bounce);
    if (sends && !is_near(c->out)) {
        arch_copy(c->out, bounce, MESSAGE_BYTES);
        c->out = bounce;
    }
    if (receives && !is_near(c->in)) {
        c->explicit = (struct arch_place){.first = c->in, .first_bytes = MESSAGE_BYTES};
        c->in = bounce;
    }
}

static int use_boxes(struct call *c, bool sends, bool receives)
{
    if ((sends && !c->caller->out_box) || (receives && !c->caller->in_box))
        return -EFAULT;
    c->out = c->caller->out_box;
    c->in = c->caller->in_box;
    if (c->caller->boxes_beyond)
        stand_in_for_boxes(c, sends, receives);
    return 0;
}

int message_locate(struct call *c, bool sends, bool receives)
{
    uint32_t address = c->registers.message;
    if (address == 0)
        return use_boxes(c, sends, receives);
    int error = locate(c->caller, address, receives ? SPACE_WRITE : 0, &c->explicit);
    if (error)
        return error;
    if (c->explicit.first_bytes == MESSAGE_BYTES && is_near(c->explicit.first)) {
        c->out = c->in = c->explicit.first;
        c->explicit.first_bytes = 0;
        return 0;
    }
    c->out = c->in = arch_phys_of(&c->caller->bounce);
    arch_copy(c->explicit.first, c->out, c->explicit.first_bytes);
    arch_copy(c->explicit.second, c->out + c->explicit.first_bytes,
              MESSAGE_BYTES - c->explicit.first_bytes);
    if (!receives)
        c->explicit.first_bytes = 0;
    return 0;
}

void message_read(const struct call *c, message *m)
{
    phys_copy(c->out, arch_phys_of(m), MESSAGE_BYTES);
}

void message_write(const struct call *c, const message *m)
{
    phys_addr_t from = arch_phys_of(m);
    if (c->explicit.first_bytes == 0) {
        phys_copy(from, c->in, MESSAGE_BYTES);
        return;
    }
    arch_copy(from, c->explicit.first, c->explicit.first_bytes);
    arch_copy(from + c->explicit.first_bytes, c->explicit.second,
              MESSAGE_BYTES - c->explicit.first_bytes);
}
