/*
 * The memory server's clients' side. Contracts: servers/protocols/memory.toml. All return a
 * negative error; -ESRCH: no memory server runs. Out-parameters are written only on success.
 */
#pragma once

#include <abi/endpoint.h>
#include <stddef.h>
#include <stdint.h>

#define ACCESS_READ  1u
#define ACCESS_WRITE 2u

/* Pages of one's own, all zero; `bytes` is rounded up to whole ones. */
int memory_allocate(size_t bytes, void **pages);
int memory_release(void *pages, size_t bytes);

/* Lets `peer` map pages that memory_allocate gave. */
int memory_share(void *pages, size_t bytes, endpoint_t peer, unsigned access, uint32_t *share);
/* Maps what was shared with one. No message and no box may lie there: it may go at any time. */
int memory_attach(uint32_t share, void **pages, size_t *bytes);
int memory_detach(uint32_t share);

/* Lets `peer` copy from or to any memory of one's own. */
int memory_grant(void *start, size_t bytes, endpoint_t peer, unsigned access, uint32_t *grant);
/* Passes on a part of a grant that one holds. */
int memory_grant_through(uint32_t whole, size_t offset, size_t bytes, endpoint_t peer,
                         unsigned access, uint32_t *grant);
/* A copy of more than 64 KB goes in parts of that: each is made or not, whole. */
int memory_copy_from(uint32_t grant, size_t offset, void *to, size_t bytes);
int memory_copy_to(uint32_t grant, size_t offset, const void *from, size_t bytes);

/* Ends a share or a grant of one's own. Returns how often it was used. -ENOENT also when a server
   has ended it and died before it could say so. */
int memory_revoke(uint32_t name);

int memory_left(size_t *free_bytes, size_t *total_bytes);
