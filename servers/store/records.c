/* See records.h. Few and small: a search looks at all. */
#include "records.h"

#include <abi/errors.h>
#include <stddef.h>

static int find(const struct records *r, uint32_t owner, uint32_t key)
{
    for (int i = 0; i < RECORDS_MAX; i++)
        if (r->used[i] && record_owner(&r->record[i]) == owner && r->record[i].key == key)
            return i;
    return -ENOENT;
}

static int find_free(const struct records *r, uint32_t owner)
{
    unsigned owned = 0;
    int place = -ENOSPC;
    for (int i = RECORDS_MAX - 1; i >= 0; i--) {
        if (!r->used[i])
            place = i;
        else
            owned += record_owner(&r->record[i]) == owner;
    }
    return owned < RECORDS_EACH ? place : -ENOSPC;
}

int records_put(struct records *r, const struct store_record *record)
{
    int place = find(r, record_owner(record), record->key);
    if (place < 0)
        place = find_free(r, record_owner(record));
    if (place < 0)
        return place;
    r->record[place] = *record;
    r->used[place] = true;
    return 0;
}

const struct store_record *records_get(const struct records *r, uint32_t owner, uint32_t key)
{
    int place = find(r, owner, key);
    return place < 0 ? NULL : &r->record[place];
}

const struct store_record *records_next(const struct records *r, uint32_t owner, uint32_t key)
{
    const struct store_record *best = NULL;
    for (unsigned i = 0; i < RECORDS_MAX; i++) {
        const struct store_record *at = &r->record[i];
        if (r->used[i] && record_owner(at) == owner && at->key >= key &&
            (!best || at->key < best->key))
            best = at;
    }
    return best;
}

bool records_drop(struct records *r, uint32_t owner, uint32_t key)
{
    int place = find(r, owner, key);
    if (place >= 0)
        r->used[place] = false;
    return place >= 0;
}

const struct store_record *records_at(const struct records *r, uint32_t index)
{
    for (unsigned i = 0; i < RECORDS_MAX; i++)
        if (r->used[i] && index-- == 0)
            return &r->record[i];
    return NULL;
}
