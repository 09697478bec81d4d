/* Calls to SYSTEM for the memory server: create, map, unmap, space, begin, move. Messages:
   abi/memory.h. */
#include "frame.h"
#include "memory.h"
#include "program.h"
#include "schedule.h"
#include "space.h"
#include "system.h"

static bool is_name(const char *name)
{
    unsigned length = 0;
    while (length < NAME_BYTES && name[length] > ' ' && name[length] < 0x7f)
        length++;
    return length > 0 && length < NAME_BYTES && name[length] == '\0';
}

int system_create(const struct system_request *r)
{
    char name[NAME_BYTES];
    memcpy(name, r->in, NAME_BYTES);
    const uint32_t priority = r->in[5];
    if (!is_name(name) || priority < PROGRAM_PRIORITY_BEST || priority >= PRIORITIES)
        return -EINVAL;
    const phys_addr_t root = frame_free(r->in[4]);
    if (root == 0)
        return -EPERM;
    int slot = program_create(name, priority, root, r->caller->module->name);
    if (slot < 0)
        return slot;
    r->out[0] = (uint32_t)ipc_table.process[slot].endpoint;
    return 0;
}

int system_begin(const struct system_request *r)
{
    int slot = ipc_slot_of(&ipc_table, (endpoint_t)r->in[0]);
    return slot < 0 ? slot : program_begin((unsigned)slot, r->in[1], r->in[2]);
}

static int answer_count(const struct system_request *r, int count)
{
    if (count < 0)
        return count;
    r->out[0] = (uint32_t)count;
    return 0;
}

int system_map(const struct system_request *r)
{
    struct module *m = space_living((endpoint_t)r->in[0]);
    const struct space_range range = {r->in[1], r->in[3]};
    bool table_used = false;
    if (m == NULL)
        return -EDEADSRCDST;
    int count = space_map(m, &range, r->in[2], r->in[4], r->in[5], &table_used);
    r->out[1] = table_used;
    return answer_count(r, count);
}

int system_unmap(const struct system_request *r)
{
    struct module *m = space_living((endpoint_t)r->in[0]);
    const struct space_range range = {r->in[1], r->in[2]};
    if (m == NULL)
        return -EDEADSRCDST;
    return answer_count(r, space_unmap(m, &range));
}

/* ---- Looking through spaces ------------------------------------------------------------------ */

static int next_mapping(const struct system_request *r, const struct module *m)
{
    struct arch_mapping at;
    if (!arch_space_next(&m->space, r->in[2], &at))
        return -ENOENT;
    r->out[0] = at.address;
    r->out[1] = at.page / PAGE_BYTES;
    r->out[2] =
        (at.flags & SPACE_WRITE ? MAP_WRITE : 0) | (at.flags & SPACE_SHARED ? MAP_SHARED : 0);
    return 0;
}

static int owed(const struct system_request *r)
{
    const struct module *m = space_owed(0);
    if (m == NULL)
        return -ENOENT;
    system_put_death(r->out, &m->owed_death);
    return 0;
}

int system_space(const struct system_request *r)
{
    if (r->in[1] == SPACE_OWED)
        return owed(r);
    const endpoint_t whose = (endpoint_t)r->in[0];
    struct module *m = space_living(whose);
    if (m == NULL && whose != 0)
        m = space_owed(whose);
    if (m == NULL)
        return -EDEADSRCDST;
    switch (r->in[1]) {
    case SPACE_NEXT:
        return next_mapping(r, m);
    case SPACE_SHRINK:
        return answer_count(r, space_shrink(m));
    case SPACE_RELEASE:
        return answer_count(r, space_release(m));
    default:
        return -EINVAL;
    }
}

/* ---- Copies ---------------------------------------------------------------------------------- */

#define MOVE_PAGES (MOVE_BYTES / PAGE_BYTES + 1)

/* One side of a copy, and how far it is. */
struct side {
    endpoint_t endpoint;
    uint32_t address, flags;
    phys_addr_t page[MOVE_PAGES];
    uint32_t pages, next; /* in it */
    phys_addr_t at;       /* the run of pages that adjoin in memory, from here on */
    uint32_t left;        /* bytes of that run */
};

/* Finds all its pages; else what is missing goes to the answer. -EDEADSRCDST. */
static int find_pages(const struct system_request *r, struct side *side, uint32_t bytes)
{
    const struct module *m = space_living(side->endpoint);
    const uint32_t first = side->address & ~(PAGE_BYTES - 1u);
    if (m == NULL)
        return -EDEADSRCDST;
    side->pages = bytes ? (side->address + bytes - 1 - first) / PAGE_BYTES + 1 : 0;
    const uint32_t found = arch_space_pages(&m->space, first, side->pages, side->flags, side->page);
    if (found < side->pages && r->out[0] == 0) {
        r->out[0] = 1;
        r->out[1] = found ? first + found * PAGE_BYTES : side->address;
        r->out[2] = (uint32_t)side->endpoint;
    }
    side->next = side->left = 0;
    return 0;
}

static void next_run(struct side *side)
{
    const uint32_t skip = side->next == 0 ? side->address % PAGE_BYTES : 0;
    const phys_addr_t start = side->page[side->next++];
    uint32_t length = PAGE_BYTES;
    while (side->next < side->pages && side->page[side->next] == start + length) {
        side->next++;
        length += PAGE_BYTES;
    }
    side->at = start + skip;
    side->left = length - skip;
}

static void step(struct side *side, uint32_t bytes)
{
    side->at += bytes;
    side->left -= bytes;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int system_move(const struct system_request *r)
{
    static struct side from, to; /* too large for the stack; nothing of them is kept */
    uint32_t bytes = r->in[4];
    from.endpoint = (endpoint_t)r->in[0], from.address = r->in[1], from.flags = 0;
    to.endpoint = (endpoint_t)r->in[2], to.address = r->in[3];
    to.flags = r->in[5] ? SPACE_LENT : SPACE_WRITE;
    if (bytes > MOVE_BYTES || from.address > USER_END - bytes || to.address > USER_END - bytes)
        return -EINVAL;
    int error = find_pages(r, &from, bytes);
    if (!error)
        error = find_pages(r, &to, bytes);
    if (error || r->out[0])
        return error;
    while (bytes) {
        if (from.left == 0)
            next_run(&from);
        if (to.left == 0)
            next_run(&to);
        const uint32_t part = smaller(bytes, smaller(from.left, to.left));
        phys_copy(from.at, to.at, part);
        step(&from, part);
        step(&to, part);
        bytes -= part;
    }
    return 0;
}
