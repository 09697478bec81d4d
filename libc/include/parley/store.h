/*
 * What has to outlive a server: records of up to 20 bytes under a key, kept by the store and given
 * back to the next process of the same identity. Protocol: proto/store.h.
 *
 * Each call waits a tenth of a second at most, also for a store that is just being restarted, and
 * then fails: a server must go on without. While none comes back, since it was stopped, further
 * calls fail at once (EAGAIN). ENOENT: no such record, or no store at all.
 * EIO: what came back is not what was put, or not what was asked for; twice.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/errors.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORE_BYTES 20 /* of a record, at most */

/* Shorter records are filled up with zeros. */
int store_put(uint32_t key, const void *record, size_t bytes);
int store_get(uint32_t key, void *record, size_t bytes);
/* The record with the smallest key that is not smaller than *key, which becomes its key; with EIO,
   too, so that the damaged one can be dropped. */
int store_next(uint32_t *key, void *record, size_t bytes);
int store_drop(uint32_t key);

/* Both stores may die at once, and then all records are gone. Who has more in its own memory than
   there puts it again: from store_watch on it hears of the store's death as of others'
   (EVENT_DEATH); store_died says whether that was the store, and watches the next one. */
void store_watch(void);
bool store_died(endpoint_t dead);
