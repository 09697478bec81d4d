/* See death.h. */
#include "death.h"
#include "process.h"
#include <ipc/ipc.h>

#define RECORDS (2 * IPC_PROCESSES)

struct record {
    struct death death; /* endpoint 0: the record is free */
    bool happened;
    uint32_t order;                    /* of the deaths: the smallest is read first */
    uint32_t watchers[IPC_SLOT_WORDS]; /* who has yet to read it */
};

static struct record records[RECORDS];
static uint32_t deaths;

static bool is_watcher(const struct record *r, unsigned slot)
{
    return r->watchers[slot / 32] >> (slot % 32) & 1;
}

static void remove_watcher(struct record *r, unsigned slot)
{
    uint32_t left = 0;
    r->watchers[slot / 32] &= ~(1u << slot % 32);
    for (unsigned i = 0; i < IPC_SLOT_WORDS; i++)
        left |= r->watchers[i];
    if (left == 0)
        *r = (struct record){0};
}

/* The living process's record, or a free one (endpoint 0), or NULL. */
static struct record *find_record(endpoint_t endpoint)
{
    struct record *unused = NULL;
    for (unsigned i = 0; i < RECORDS; i++) {
        struct record *r = &records[i];
        if (r->death.endpoint == endpoint)
            return r;
        if (r->death.endpoint == 0)
            unused = r;
    }
    return unused;
}

int death_watch(unsigned watcher, endpoint_t endpoint, bool on)
{
    struct record *r = find_record(endpoint);
    if (!on) {
        if (r && r->death.endpoint == endpoint)
            remove_watcher(r, watcher);
        return 0;
    }
    if (!r)
        return -ENOSPC;
    r->death.endpoint = endpoint;
    r->watchers[watcher / 32] |= 1u << watcher % 32;
    return 0;
}

static void tell(struct record *r, const struct death *how)
{
    r->death = *how;
    r->happened = true;
    r->order = deaths++;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        if (is_watcher(r, slot))
            process_post(slot, EVENT_DEATH);
}

void death_happened(unsigned slot, const struct death *how)
{
    for (unsigned i = 0; i < RECORDS; i++)
        if (is_watcher(&records[i], slot))
            remove_watcher(&records[i], slot);
    struct record *r = find_record(how->endpoint);
    if (r && r->death.endpoint == how->endpoint)
        tell(r, how);
}

bool death_read(unsigned watcher, struct death *death)
{
    struct record *oldest = NULL;
    for (unsigned i = 0; i < RECORDS; i++) {
        struct record *r = &records[i];
        if (!r->happened || !is_watcher(r, watcher))
            continue;
        /* The counter may wrap; those that wait to be read are never far apart. */
        if (!oldest || (int32_t)(r->order - oldest->order) < 0)
            oldest = r;
    }
    if (!oldest)
        return false;
    *death = oldest->death;
    remove_watcher(oldest, watcher);
    return true;
}
