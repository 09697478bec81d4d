/* The records themselves: an array in which a place is free or holds one. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <proto/store.h>

#define RECORDS_MAX  512
#define RECORDS_EACH 128 /* of one owner, so that none can fill the store */

struct records {
    struct store_record record[RECORDS_MAX];
    bool used[RECORDS_MAX];
};

/* An identity; the rest of the tag is the client's own. */
static inline uint32_t record_owner(const struct store_record *record)
{
    return record->tag & STORE_OWNER_MASK;
}

/* 0, or ENOSPC. */
int records_put(struct records *r, const struct store_record *record);
const struct store_record *records_get(const struct records *r, uint32_t owner, uint32_t key);
/* The owner's one with the smallest key from `key` on, or NULL. */
const struct store_record *records_next(const struct records *r, uint32_t owner, uint32_t key);
/* Whether there was one. */
bool records_drop(struct records *r, uint32_t owner, uint32_t key);
/* The index-th of all, whoever owns it, or NULL. */
const struct store_record *records_at(const struct records *r, uint32_t index);
