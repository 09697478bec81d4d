/* See parley/memory.h. */
#include <abi/errors.h>
#include <abi/memory.h>
#include <internal.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/memory.h>

_Static_assert(ACCESS_READ == MEMORY_READ && ACCESS_WRITE == MEMORY_WRITE, "one meaning");

#define DEATHS_MAX 3 /* servers that took the request and died */

/* One that was started a moment ago is no service yet, but a process. */
int libc_ask_memory(message *m, int32_t type)
{
    static struct service memory = SERVICE("memory");
    const message request = *m;
    for (unsigned tries = 0; tries < 2; tries++) {
        if (memory.endpoint == NONE)
            (void)sys_lookup("memory", &memory.endpoint);
        *m = request;
        m->m_type = type;
        int error = service_request(&memory, m);
        if (error != -ENOENT || memory.endpoint != NONE)
            return error;
    }
    return -ESRCH;
}

int memory_allocate(size_t bytes, void **pages)
{
    message m = {.m_words = {bytes}};
    int error = libc_ask_memory(&m, MEMORY_ALLOCATE);
    if (error == 0)
        *pages = (void *)m.m_words[0];
    return error;
}

int memory_release(void *pages, size_t bytes)
{
    message m = {.m_words = {(uint32_t)pages, bytes}};
    return libc_ask_memory(&m, MEMORY_RELEASE);
}

static int ask_name(message *m, int32_t type, uint32_t *name)
{
    int error = libc_ask_memory(m, type);
    if (error == 0)
        *name = m->m_words[0];
    return error;
}

/* By which the server knows a request again whose answer died with its predecessor. */
static uint32_t next_key(void)
{
    static uint32_t key;
    key = key % 0x0fffffff + 1;
    return key;
}

int memory_share(void *pages, size_t bytes, endpoint_t peer, unsigned access, uint32_t *share)
{
    message m = {.m_words = {(uint32_t)pages, bytes, (uint32_t)peer, access, next_key()}};
    return ask_name(&m, MEMORY_SHARE, share);
}

/* Where a server that died had attached it, it is let go of, and attached again. */
int memory_attach(uint32_t share, void **pages, size_t *bytes)
{
    message m = {.m_words = {share}};
    int error = libc_ask_memory(&m, MEMORY_ATTACH);
    for (unsigned deaths = 1; error == -EREPLYDEAD && deaths < DEATHS_MAX; deaths++) {
        error = memory_detach(share);
        m = (message){.m_words = {share}};
        if (error == 0)
            error = libc_ask_memory(&m, MEMORY_ATTACH);
    }
    if (error == 0) {
        *pages = (void *)m.m_words[0];
        *bytes = m.m_words[1];
    }
    return error;
}

int memory_detach(uint32_t share)
{
    message m = {.m_words = {share}};
    return libc_ask_memory(&m, MEMORY_DETACH);
}

int memory_grant(void *start, size_t bytes, endpoint_t peer, unsigned access, uint32_t *grant)
{
    message m = {.m_words = {(uint32_t)start, bytes, (uint32_t)peer, access, 0, next_key()}};
    return ask_name(&m, MEMORY_GRANT, grant);
}

int memory_grant_through(uint32_t whole, size_t offset, size_t bytes, endpoint_t peer,
                         unsigned access, uint32_t *grant)
{
    message m = {.m_words = {offset, bytes, (uint32_t)peer, access, whole, next_key()}};
    return ask_name(&m, MEMORY_GRANT, grant);
}

/* In parts that the server takes. */
static int copy(uint32_t grant, size_t offset, uint32_t address, size_t bytes, uint32_t direction)
{
    int error = 0;
    do {
        const size_t part = bytes < MOVE_BYTES ? bytes : MOVE_BYTES;
        message m = {.m_words = {grant, offset, part, address, direction}};
        error = libc_ask_memory(&m, MEMORY_COPY);
        offset += part;
        address += part;
        bytes -= part;
    } while (bytes && error == 0);
    return error;
}

int memory_copy_from(uint32_t grant, size_t offset, void *to, size_t bytes)
{
    return copy(grant, offset, (uint32_t)to, bytes, MEMORY_READ);
}

int memory_copy_to(uint32_t grant, size_t offset, const void *from, size_t bytes)
{
    return copy(grant, offset, (uint32_t)from, bytes, MEMORY_WRITE);
}

int memory_revoke(uint32_t name)
{
    message m = {.m_words = {name}};
    int error = libc_ask_memory(&m, MEMORY_REVOKE);
    return error ? error : (int)m.m_words[0];
}

int memory_left(size_t *free_bytes, size_t *total_bytes)
{
    message m = {0};
    int error = libc_ask_memory(&m, MEMORY_INFO);
    if (error == 0) {
        *free_bytes = m.m_words[0];
        *total_bytes = m.m_words[1];
    }
    return error;
}
