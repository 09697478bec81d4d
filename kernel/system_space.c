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
    const phys_addr_t root = frame_for_table(r->in[4]);
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

#define RUNS (MOVE_BYTES / PAGE_BYTES + 1) /* the most: no two pages adjoin */

/* One side of a copy. */
struct side {
    struct run {
        phys_addr_t start;
        uint32_t bytes;
    } run[RUNS];
    struct run *next; /* of which is copied */
};

/* Finds the memory that two words name; how much of it is there. */
static uint32_t find_runs(const struct module *m, uint32_t address, uint32_t bytes, uint32_t flags,
                          struct side *side)
{
    uint32_t found = 0;
    for (struct run *run = side->next = side->run; found < bytes; run++) {
        run->bytes = arch_space_run(&m->space, address + found, bytes - found, flags, &run->start);
        if (run->bytes == 0)
            break;
        found += run->bytes;
    }
    return found;
}

static void step(struct side *side, uint32_t bytes)
{
    side->next->start += bytes;
    side->next->bytes -= bytes;
    if (side->next->bytes == 0)
        side->next++;
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static struct side from, to; /* too large for the stack; nothing of them is kept */

static void copy(uint32_t bytes)
{
    while (bytes) {
        const uint32_t part = smaller(from.next->bytes, to.next->bytes);
        arch_copy(from.next->start, to.next->start, part);
        step(&from, part);
        step(&to, part);
        bytes -= part;
    }
}

static uint32_t to_flags(const uint32_t *in)
{
    return in[5] ? SPACE_LENT : SPACE_WRITE;
}

static bool is_move(const uint32_t *in)
{
    return in[4] <= MOVE_BYTES && in[1] <= USER_END - in[4] && in[3] <= USER_END - in[4];
}

static bool move(const uint32_t *in)
{
    const uint32_t bytes = in[4];
    const struct module *source = space_living((endpoint_t)in[0]);
    const struct module *destination = space_living((endpoint_t)in[2]);
    if (!is_move(in) || source == NULL || destination == NULL ||
        find_runs(source, in[1], bytes, 0, &from) < bytes ||
        find_runs(destination, in[3], bytes, to_flags(in), &to) < bytes)
        return false;
    copy(bytes);
    return true;
}

bool system_move_at_once(const uint32_t *in, message *answer)
{
    const struct module *caller = process_of(arch_running())->module;
    if (!(caller->kernel_calls & 1u << SYS_MOVE) || !move(in))
        return false;
    *answer = (message){.m_source = SYSTEM};
    return true;
}

/* What keeps it from being done at once. */
int system_move(const struct system_request *r)
{
    const struct module *source = space_living((endpoint_t)r->in[0]);
    const struct module *destination = space_living((endpoint_t)r->in[2]);
    if (move(r->in))
        return 0;
    if (!is_move(r->in))
        return -EINVAL;
    if (source == NULL || destination == NULL)
        return -EDEADSRCDST;
    const uint32_t read = find_runs(source, r->in[1], r->in[4], 0, &from);
    const bool reads = read == r->in[4];
    r->out[0] = 1;
    r->out[1] = reads ? r->in[3] + find_runs(destination, r->in[3], r->in[4], to_flags(r->in), &to)
                      : r->in[1] + read;
    r->out[2] = reads ? r->in[2] : r->in[0];
    return 0;
}
