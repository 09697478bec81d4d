/*
 * Lends to itself, uses it and takes it back, and lets its heap grow, over and over, until a judge
 * asks how that went. The memory server may die at any time: nothing of that may be seen here.
 */
#include "tenant.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

#define PAGE  4096u
#define BYTES 300u

static unsigned rounds, step;
static char own[2 * BYTES];
static char *pages;

/* A server may have ended it, and died before it could say so. */
static int revoke(uint32_t name)
{
    int error = memory_revoke(name);
    return error < 0 && error != -ENOENT ? error : 0;
}

static int use_grant(void)
{
    char copy[BYTES];
    uint32_t grant, part;
    step = 1;
    int error = memory_grant(own + rounds % BYTES, BYTES, self(), ACCESS_READ, &grant);
    if (!error && ++step)
        error = memory_copy_from(grant, 0, copy, BYTES);
    if (!error && ++step)
        error = memcmp(copy, own + rounds % BYTES, BYTES);
    if (!error && ++step)
        error = memory_grant_through(grant, 5, 10, self(), ACCESS_READ, &part);
    if (!error && ++step)
        error = memory_copy_from(part, 0, copy, 10);
    if (!error && ++step)
        error = memcmp(copy, own + rounds % BYTES + 5, 10);
    if (!error && ++step)
        error = revoke(grant);
    if (!error && ++step)
        error = memory_copy_from(part, 0, copy, 1) != -ENOENT;
    return error;
}

static int use_share(void)
{
    void *seen = NULL;
    size_t bytes;
    uint32_t share;
    step = 20;
    int error = memory_share(pages, 2 * PAGE, self(), ACCESS_READ, &share);
    if (!error && ++step)
        error = memory_attach(share, &seen, &bytes);
    if (!error && ++step)
        error = bytes != 2 * PAGE || memcmp(seen, pages, 2 * PAGE) != 0;
    if (!error && ++step && rounds % 2)
        error = memory_detach(share);
    if (!error && ++step)
        error = revoke(share);
    if (!error && ++step)
        error = memory_attach(share, &seen, &bytes) != -ENOENT;
    return error;
}

/* The line gives it 4 KB of heap: each of these is asked for, and given back. */
static int use_heap(void)
{
    static char *blocks[4];
    char **block = &blocks[rounds % 4];
    const size_t bytes = 100000 + rounds % 8 * 10000;
    step = 30;
    free(*block);
    *block = malloc(bytes);
    if (*block == NULL)
        return -ENOMEM;
    step++;
    for (size_t i = 0; i < bytes; i += 1000)
        (*block)[i] = (char)rounds;
    return 0;
}

int main(void)
{
    int error = memory_allocate(2 * PAGE, (void **)&pages);
    message m = {0};
    for (unsigned i = 0; i < sizeof own; i++)
        own[i] = (char)(i * 7);
    if (!error)
        memset(pages, 'l', 2 * PAGE);
    while (ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL) < 0)
        if (!error) {
            error = use_grant();
            if (!error)
                error = use_share();
            if (!error)
                error = use_heap();
            rounds += error == 0;
        }
    const endpoint_t judge = m.m_source;
    m = (message){.m_type = error, .m_words = {rounds, step}};
    (void)ipc_reply(judge, &m);
    return ipc_receive(ANY, 0, &m);
}
