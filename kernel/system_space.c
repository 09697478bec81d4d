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
    struct module *m = space_find((endpoint_t)r->in[0]);
    const struct space_range range = {r->in[1], r->in[3]};
    bool table_used = false;
    if (m == NULL || m->slot == IPC_NO_SLOT)
        return -EDEADSRCDST;
    int count = space_map(m, &range, r->in[2], r->in[4], r->in[5], &table_used);
    r->out[1] = table_used;
    return answer_count(r, count);
}

int system_unmap(const struct system_request *r)
{
    struct module *m = space_find((endpoint_t)r->in[0]);
    const struct space_range range = {r->in[1], r->in[2]};
    if (m == NULL || m->slot == IPC_NO_SLOT)
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
    const struct module *m = program_owed(0);
    for (unsigned i = 0; i < module_count() && m == NULL; i++)
        m = module_at(i)->owed ? module_at(i) : NULL;
    if (m == NULL)
        return -ENOENT;
    r->out[0] = (uint32_t)m->owed;
    return 0;
}

int system_space(const struct system_request *r)
{
    if (r->in[1] == SPACE_OWED)
        return owed(r);
    struct module *m = space_find((endpoint_t)r->in[0]);
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

/* One end of a copy. */
struct end {
    const struct module *module;
    endpoint_t endpoint;
    uint32_t address, flags;
};

/* Where the end's page is in memory, from its address on; 0: not to be had. */
static phys_addr_t place(const struct end *end, uint32_t address)
{
    struct arch_mapping at;
    if (!arch_space_look(&end->module->space, address, &at) || at.flags & SPACE_DEVICE ||
        (end->flags & ~at.flags) != 0 || arch_window(at.page, PAGE_BYTES) == NULL)
        return 0;
    return at.page + address % PAGE_BYTES;
}

/* Whether all of the end is there; else what is not, in the answer. */
static bool is_whole(const struct system_request *r, const struct end *end, uint32_t bytes)
{
    for (uint32_t done = 0; done < bytes;) {
        const uint32_t address = end->address + done;
        if (place(end, address) == 0) {
            r->out[0] = 1;
            r->out[1] = address;
            r->out[2] = (uint32_t)end->endpoint;
            return false;
        }
        done += PAGE_BYTES - address % PAGE_BYTES;
    }
    return true;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

int system_move(const struct system_request *r)
{
    const uint32_t bytes = r->in[4];
    struct end from = {space_find((endpoint_t)r->in[0]), (endpoint_t)r->in[0], r->in[1], 0};
    struct end to = {space_find((endpoint_t)r->in[2]), (endpoint_t)r->in[2], r->in[3], SPACE_WRITE};
    if (bytes > MOVE_BYTES || from.address > USER_END - bytes || to.address > USER_END - bytes)
        return -EINVAL;
    if (from.module == NULL || to.module == NULL || from.module->slot == IPC_NO_SLOT ||
        to.module->slot == IPC_NO_SLOT)
        return -EDEADSRCDST;
    if (!is_whole(r, &from, bytes) || !is_whole(r, &to, bytes))
        return 0;
    for (uint32_t done = 0; done < bytes;) {
        const uint32_t source = from.address + done, target = to.address + done;
        const uint32_t part = smaller(bytes - done, smaller(PAGE_BYTES - source % PAGE_BYTES,
                                                            PAGE_BYTES - target % PAGE_BYTES));
        phys_copy(place(&from, source), place(&to, target), part);
        done += part;
    }
    return 0;
}
