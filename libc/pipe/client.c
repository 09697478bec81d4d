/* See parley/pipe.h. */
#include <abi/errors.h>
#include <parley/memory.h>
#include <parley/pipe.h>
#include <parley/server.h>
#include <proto/pipes.h>

static struct service pipes = SERVICE("pipes");

int pipe_make(endpoint_t writer, endpoint_t reader, uint32_t *name)
{
    message m = {.m_type = PIPES_MAKE, .m_words = {(uint32_t)writer, (uint32_t)reader}};
    const int error = service_request(&pipes, &m);
    if (error == 0)
        *name = m.m_words[0];
    return error;
}

static int sleep(void *context)
{
    const struct pipe *pipe = context;
    message m = {.m_type = PIPES_WAIT, .m_words = {pipe->name}};
    const int error = service_request(&pipes, &m);
    return error == 0 && m.m_words[0] ? RING_PEER_GONE : error;
}

/* If it fails there is nobody to wake, or the next sleep finds out. */
static void wake(void *context)
{
    const struct pipe *pipe = context;
    message m = {.m_type = PIPES_WAKE, .m_words = {pipe->name}};
    (void)service_request(&pipes, &m);
}

int pipe_open(struct pipe *pipe, uint32_t name)
{
    message m = {.m_type = PIPES_ATTACH, .m_words = {name}};
    const struct ring_way way = {sleep, wake, pipe};
    void *memory;
    size_t bytes;
    int error = service_request(&pipes, &m);
    if (error == 0)
        error = memory_attach(m.m_words[0], &memory, &bytes);
    if (error)
        return error;
    pipe->name = name;
    return ring_open(&pipe->ring, memory, bytes,
                     m.m_words[1] == PIPES_ROLE_WRITER ? RING_WRITER : RING_READER, &way);
}
