/*
 * Lab 3: who would wait for ever.
 *
 * Where every wait ends as soon as one of its sources acts, a wait ends if anybody who can act is
 * reached from it along sources of sources. So this is a search for such a one; where it finds
 * none, what it has visited are the members.
 */
#include "deadlock.h"

/* What was found so far: a bit for each slot, and how many of them there are. */
struct search {
    uint32_t found[IPC_SLOT_WORDS];
    uint32_t visited[IPC_SLOT_WORDS];
};

static bool has(const uint32_t *set, unsigned slot)
{
    return (set[slot / 32] >> slot % 32 & 1) != 0;
}

static void add(uint32_t *set, unsigned slot)
{
    set[slot / 32] |= 1u << slot % 32;
}

/* Whether this source ends the wait by itself: names stand for others and for devices, and the dead
   end every wait for them at once. */
static bool ends_by_itself(const struct ipc_table *t, endpoint_t source)
{
    return ipc_is_name(source) || ipc_slot_of(t, source) < 0;
}

/* Adds the sources to what was found; false if one of them ends the wait by itself. */
static bool add_sources(struct search *s, const struct ipc_table *t, const endpoint_t *sources,
                        unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (ends_by_itself(t, sources[i]))
            return false;
        add(s->found, ipc_peer_slot(sources[i]));
    }
    return true;
}

/* Adds those for whom the process waits; false if it runs, or its wait ends by itself. */
static bool add_sources_of(struct search *s, const struct ipc_table *t, unsigned slot)
{
    const struct ipc_process *process = &t->process[slot];

    if (!ipc_waits(process) || process->timed)
        return false;
    if (process->state != IPC_SELECTING)
        return add_sources(s, t, &process->waits_for, 1);
    for (unsigned i = 0; i < process->select_count; i++)
        if (!add_sources(s, t, &t->select[slot].pair[i].source, 1))
            return false;
    return true;
}

/* A slot that was found and not visited, or IPC_NO_SLOT. */
static unsigned next_slot(const struct search *s)
{
    for (unsigned word = 0; word < IPC_SLOT_WORDS; word++) {
        uint32_t left = s->found[word] & ~s->visited[word];

        if (left != 0)
            return word * 32 + (unsigned)__builtin_ctz(left);
    }
    return IPC_NO_SLOT;
}

static unsigned list(const struct search *s, unsigned caller, uint16_t *members)
{
    unsigned count = 0;

    members[count++] = (uint16_t)caller;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        if (slot != caller && has(s->found, slot))
            members[count++] = (uint16_t)slot;
    return count;
}

unsigned deadlock_members(const struct ipc_table *t, unsigned caller, const endpoint_t *sources,
                          unsigned count, uint16_t members[IPC_PROCESSES])
{
    struct search s = {{0}, {0}};
    unsigned slot;

    add(s.visited, caller);
    if (!add_sources(&s, t, sources, count))
        return 0;
    while ((slot = next_slot(&s)) != IPC_NO_SLOT) {
        add(s.visited, slot);
        if (!add_sources_of(&s, t, slot))
            return 0;
    }
    return list(&s, caller, members);
}
