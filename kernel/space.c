/* See space.h. */
#include "space.h"
#include "frame.h"
#include "handover.h"
#include "process.h"
#include "program.h"

struct module *space_living(endpoint_t endpoint)
{
    int slot = ipc_slot_of(&ipc_table, endpoint);
    return slot < 0 ? NULL : process_at((unsigned)slot)->module;
}

struct module *space_owed(endpoint_t endpoint)
{
    struct module *m = program_owed(endpoint);
    for (unsigned i = 0; i < module_count() && m == NULL; i++)
        if (module_owes(module_at(i), endpoint))
            m = module_at(i);
    return m;
}

/* ---- Pages that must stay -------------------------------------------------------------------- */

static bool lies_in(phys_addr_t message, phys_addr_t page)
{
    return message && message / PAGE_BYTES == page / PAGE_BYTES;
}

static bool holds_box(const struct module *m, phys_addr_t page)
{
    const struct process *p = process_at(m->slot);
    return lies_in(p->in_box, page) || lies_in(p->out_box, page);
}

/* Whether the kernel or the machine may still use the page for the call in which the process waits,
   or has just waited. */
static bool holds_call(const struct module *m, phys_addr_t page)
{
    const struct process *p = process_at(m->slot);
    const struct ipc_process *ipc = &ipc_table.process[m->slot];
    if (ipc->state == IPC_RUNNABLE && p->arch.deliver.first_bytes == 0)
        return false;
    return lies_in(ipc->in, page) || lies_in(ipc->out, page) ||
           (p->arch.deliver.first_bytes != 0 &&
            (lies_in(p->arch.deliver.first, page) || lies_in(p->arch.deliver.second, page)));
}

static bool holds_message(const struct module *m, phys_addr_t page)
{
    return m->slot != IPC_NO_SLOT && (holds_box(m, page) || holds_call(m, page));
}

static void move_box(phys_addr_t *box, phys_addr_t from, phys_addr_t to)
{
    if (lies_in(*box, from))
        *box = to + *box % PAGE_BYTES;
}

/* A copy takes the page's place with all that it holds: boxes lie in it now. */
static void move_boxes(struct module *m, phys_addr_t from, phys_addr_t to)
{
    struct process *p = process_at(m->slot);
    move_box(&p->in_box, from, to);
    move_box(&p->out_box, from, to);
    handover_changed(m->slot);
}

/* ---- Mapping --------------------------------------------------------------------------------- */

/* The frame that SYS_MAP brought for a page table. */
struct gift {
    uint32_t frame;
    bool used;
};

static phys_addr_t take_gift(void *context)
{
    struct gift *gift = context;
    const phys_addr_t page = gift->used ? 0 : frame_for_table(gift->frame);
    if (page == 0)
        return 0;
    gift->used = true;
    frame_becomes_table(page);
    return page;
}

static int map_new(struct module *m, const struct arch_mapping *to, struct gift *gift)
{
    int error = arch_space_map(&m->space, to->address, to->page, to->flags, take_gift, gift);
    if (error)
        return error;
    m->lent = true;
    m->memory_bytes += PAGE_BYTES;
    frame_mapped(to->page, true);
    return 0;
}

static int replace(struct module *m, const struct arch_mapping *to, bool copy)
{
    struct arch_mapping from;
    if (!arch_space_look(&m->space, to->address, &from) || !(from.flags & SPACE_LENT))
        return -ENOENT;
    const bool writable = to->flags & SPACE_WRITE && !(to->flags & SPACE_SHARED);
    if (copy && writable ? holds_call(m, from.page)
                         : (from.page != to->page || !writable) && holds_message(m, from.page))
        return -EBUSY;
    frame_mapped(to->page, !copy);
    if (copy)
        arch_copy(from.page, to->page, PAGE_BYTES);
    arch_space_change(&m->space, to);
    if (copy && writable)
        move_boxes(m, from.page, to->page);
    frame_unmapped(from.page);
    return 0;
}

static int map_one(struct module *m, uint32_t address, uint32_t frame, uint32_t flags,
                   struct gift *gift)
{
    const bool copy = flags & MAP_COPY;
    const struct arch_mapping to = {
        .address = address,
        .page = copy ? frame_free(frame) : frame_mappable(frame),
        .flags = SPACE_LENT | (flags & MAP_WRITE ? SPACE_WRITE : 0) |
                 (flags & MAP_SHARED ? SPACE_SHARED : 0),
    };
    /* The gift may be this very frame. */
    if (to.page == 0 || frame == gift->frame)
        return -EPERM;
    return flags & MAP_REPLACE ? replace(m, &to, copy) : map_new(m, &to, gift);
}

static bool is_range(const struct space_range *r)
{
    return r->pages >= 1 && r->pages <= MAP_PAGES && r->address % PAGE_BYTES == 0 &&
           r->address >= USER_START && r->address <= USER_END - r->pages * PAGE_BYTES;
}

int space_map(struct module *m, const struct space_range *range, uint32_t frame, uint32_t flags,
              uint32_t table, bool *table_used)
{
    struct gift gift = {.frame = table};
    uint32_t done = 0;
    int error = 0;
    if (!is_range(range) || flags & ~(MAP_WRITE | MAP_SHARED | MAP_REPLACE | MAP_COPY) ||
        ((flags & MAP_COPY) && !(flags & MAP_REPLACE)))
        return -EINVAL;
    while (done < range->pages && !error) {
        error = map_one(m, range->address + done * PAGE_BYTES, frame + done, flags, &gift);
        done += !error;
    }
    *table_used = gift.used;
    return done ? (int)done : error;
}

static void take_out(struct module *m, const struct arch_mapping *mapping)
{
    arch_space_unmap(&m->space, mapping->address);
    m->memory_bytes -= PAGE_BYTES;
    frame_unmapped(mapping->page);
}

int space_unmap(struct module *m, const struct space_range *range)
{
    if (!is_range(range))
        return -EINVAL;
    for (uint32_t done = 0; done < range->pages; done++) {
        struct arch_mapping mapping;
        const uint32_t address = range->address + done * PAGE_BYTES;
        int error = 0;
        if (!arch_space_look(&m->space, address, &mapping) || !(mapping.flags & SPACE_LENT))
            error = -ENOENT;
        else if (holds_message(m, mapping.page))
            error = -EBUSY;
        if (error)
            return done ? (int)done : error;
        take_out(m, &mapping);
    }
    return (int)range->pages;
}

int space_shrink(struct module *m)
{
    const phys_addr_t page = arch_space_shrink(&m->space, false);
    if (page == 0)
        return -ENOENT;
    frame_was_table(page);
    return (int)(page / PAGE_BYTES);
}

int space_release(struct module *m)
{
    struct arch_mapping at = {.address = 0};
    unsigned done = 0;
    phys_addr_t table;
    if (m->slot != IPC_NO_SLOT)
        return -EBUSY;
    while (done < SPACE_RELEASE_PAGES && arch_space_next(&m->space, at.address, &at)) {
        take_out(m, &at);
        done++;
    }
    while (done < SPACE_RELEASE_PAGES && (table = arch_space_shrink(&m->space, m->created)) != 0) {
        frame_was_table(table);
        done++;
    }
    if (done < SPACE_RELEASE_PAGES) {
        m->owed = 0;
        m->lent = false;
    }
    return (int)done;
}
