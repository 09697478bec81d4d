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

#define PAUSE_US     1000
#define PAUSES       2000 /* for one that is to come back */
#define ATTEMPTS_MAX 3    /* servers that took the request and died, or never answered it */

static endpoint_t memory = NONE;

static int find(void)
{
    int error = sys_lookup("memory", &memory);
    for (unsigned i = 0; error == -EAGAIN && i < PAUSES; i++) {
        libc_pause(PAUSE_US);
        error = sys_lookup("memory", &memory);
    }
    return error < 0 ? -ESRCH : 0;
}

static int ask_once(message *m)
{
    int error = memory == NONE ? find() : 0;
    return error < 0 ? error : libc_request(memory, m);
}

/* One that has died, or forgotten the request, is looked for again; what it may have done is asked
   for again only if that does no harm. */
static int ask(message *m, int32_t type)
{
    m->m_type = type;
    const message request = *m;
    int error = -EDEADSRCDST;
    for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
        *m = request;
        error = ask_once(m);
        if (error == 0)
            return m->m_type;
        if (error != -EDEADSRCDST && error != -EREPLYDEAD && error != -EREPLYTIMEDOUT)
            return error;
        memory = NONE;
        if (error != -EDEADSRCDST && !libc_may_repeat(type))
            return error;
    }
    return error;
}

int memory_allocate(size_t bytes, void **pages)
{
    message m = {.m_words = {bytes}};
    int error = ask(&m, MEMORY_ALLOCATE);
    if (error == 0)
        *pages = (void *)m.m_words[0];
    return error;
}

int memory_release(void *pages, size_t bytes)
{
    message m = {.m_words = {(uint32_t)pages, bytes}};
    return ask(&m, MEMORY_RELEASE);
}

static int ask_name(message *m, int32_t type, uint32_t *name)
{
    int error = ask(m, type);
    if (error == 0)
        *name = m->m_words[0];
    return error;
}

int memory_share(void *pages, size_t bytes, endpoint_t peer, unsigned access, uint32_t *share)
{
    message m = {.m_words = {(uint32_t)pages, bytes, (uint32_t)peer, access}};
    return ask_name(&m, MEMORY_SHARE, share);
}

int memory_attach(uint32_t share, void **pages, size_t *bytes)
{
    message m = {.m_words = {share}};
    int error = ask(&m, MEMORY_ATTACH);
    if (error == 0) {
        *pages = (void *)m.m_words[0];
        *bytes = m.m_words[1];
    }
    return error;
}

int memory_detach(uint32_t share)
{
    message m = {.m_words = {share}};
    return ask(&m, MEMORY_DETACH);
}

int memory_grant(void *start, size_t bytes, endpoint_t peer, unsigned access, uint32_t *grant)
{
    message m = {.m_words = {(uint32_t)start, bytes, (uint32_t)peer, access}};
    return ask_name(&m, MEMORY_GRANT, grant);
}

int memory_grant_through(uint32_t whole, size_t offset, size_t bytes, endpoint_t peer,
                         unsigned access, uint32_t *grant)
{
    message m = {.m_words = {offset, bytes, (uint32_t)peer, access, whole}};
    return ask_name(&m, MEMORY_GRANT, grant);
}

/* In parts that the server takes. */
static int copy(uint32_t grant, size_t offset, uint32_t address, size_t bytes, uint32_t direction)
{
    int error = 0;
    do {
        const size_t part = bytes < MOVE_BYTES ? bytes : MOVE_BYTES;
        message m = {.m_words = {grant, offset, part, address, direction}};
        error = ask(&m, MEMORY_COPY);
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
    int error = ask(&m, MEMORY_REVOKE);
    return error ? error : (int)m.m_words[0];
}

int memory_left(size_t *free_bytes, size_t *total_bytes)
{
    message m = {0};
    int error = ask(&m, MEMORY_INFO);
    if (error == 0) {
        *free_bytes = m.m_words[0];
        *total_bytes = m.m_words[1];
    }
    return error;
}
