/*
 * ipc_select: which of several sources has something, without taking it.
 *
 * A pair is ready when ipc_receive with the same source and events would take something at once, or
 * when its source is dead. A process waits in here only while none of its pairs is ready, so what
 * arrives is the only thing that can make one so: an arrival looks at the pairs, not at queues. The
 * search goes round from the pair after the one returned last, so a busy source hides no other.
 */
#include "core.h"

static bool is_source_name(endpoint_t source)
{
    return source == ANY || source == HARDWARE;
}

/* 0, or why the set is refused as a whole. A dead source is no reason: its pair is ready. */
static int check_set(const struct ipc_table *t, unsigned caller, const struct ipc_select_pair *set,
                     unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!is_source_name(set[i].source) && ipc_slot_of(t, set[i].source) == -EINVAL)
            return -EINVAL;
        if (set[i].source == t->process[caller].endpoint)
            return -ELOCKED;
    }
    return 0;
}

/* What a select that found this pair learns, or 0: it is not ready. */
static uint32_t readiness(const struct ipc_table *t, unsigned caller,
                          const struct ipc_select_pair *pair)
{
    if (!is_source_name(pair->source) && ipc_slot_of(t, pair->source) < 0)
        return ipc_second(IPC_CAME_NOTHING, EDEADSRCDST, 0);
    return ipc_second(ipc_choose(t, caller, pair->source, pair->events).came, 0, 0);
}

/* The i-th pair to look at. */
static unsigned nth_index(const struct ipc_process *process, unsigned i, unsigned count)
{
    return (process->select_turn + i) % count;
}

static bool finish_select(struct ipc_table *t, unsigned slot, unsigned index, uint32_t second)
{
    t->process[slot].select_turn = (uint16_t)(index + 1);
    return ipc_finish(t, slot, (int32_t)index, second);
}

static bool wait_for_pairs(struct ipc_table *t, unsigned caller, const struct ipc_select_pair *set,
                           unsigned count, uint32_t flags)
{
    const struct ipc_wait wait = {
        .state = IPC_SELECTING,
        .waits_for = ANY,
        .timed = (flags & IPC_TIMEOUT) != 0,
        .select_count = (uint8_t)count,
        .set = set,
    };

    return ipc_wait_or_refuse(t, caller, &wait, flags);
}

bool ipc_select(struct ipc_table *t, unsigned caller, const struct ipc_select_pair *set,
                unsigned count, uint32_t flags)
{
    const struct ipc_process *process = &t->process[caller];
    int error;

    IPC_ASSERT(process->state == IPC_RUNNABLE && count >= 1 && count <= IPC_SELECT_PAIRS);
    error = check_set(t, caller, set, count);
    if (error != 0)
        return ipc_finish(t, caller, error, (uint32_t)process->endpoint);
    for (unsigned i = 0; i < count; i++) {
        unsigned index = nth_index(process, i, count);
        uint32_t second = readiness(t, caller, &set[index]);

        if (second != 0)
            return finish_select(t, caller, index, second);
    }
    return wait_for_pairs(t, caller, set, count, flags);
}

void ipc_select_arrival(struct ipc_table *t, unsigned slot, endpoint_t source, uint32_t events,
                        uint32_t came)
{
    const struct ipc_process *process = &t->process[slot];

    for (unsigned i = 0; i < process->select_count; i++) {
        unsigned index = nth_index(process, i, process->select_count);
        const struct ipc_select_pair *pair = &t->select[slot].pair[index];

        if ((pair->source == ANY || pair->source == source) &&
            (events == 0 || (events & pair->events) != 0)) {
            finish_select(t, slot, index, ipc_second(came, 0, 0));
            return;
        }
    }
}

void ipc_select_death(struct ipc_table *t, unsigned slot, endpoint_t source)
{
    const struct ipc_process *process = &t->process[slot];

    for (unsigned i = 0; i < process->select_count; i++) {
        unsigned index = nth_index(process, i, process->select_count);

        if (t->select[slot].pair[index].source == source) {
            finish_select(t, slot, index, ipc_second(IPC_CAME_NOTHING, EDEADSRCDST, 0));
            return;
        }
    }
}
