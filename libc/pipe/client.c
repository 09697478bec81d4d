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

/* Says all that a server needs that was started since; but then both must have the ring. The other
   one may have opened it while this one waited. */
static int ask(const struct pipe *pipe, int32_t type, message *m)
{
    endpoint_t peer;
    int error;
    do {
        peer = pipe->ring.peer->begun ? pipe->peer : NONE;
        *m = (message){.m_type = type, .m_words = {pipe->name, (uint32_t)peer}};
        error = service_request(&pipes, m);
    } while (error == -ENOENT && peer == NONE && pipe->ring.peer->begun);
    return error;
}

static int sleep(void *context)
{
    message m;
    const int error = ask(context, PIPES_WAIT, &m);
    return error == 0 && m.m_words[0] ? RING_PEER_GONE : error;
}

/* If it fails there is nobody to wake, or the next sleep finds out. */
static void wake(void *context)
{
    message m;
    (void)ask(context, PIPES_WAKE, &m);
}

int pipe_open(struct pipe *pipe, uint32_t name)
{
    message m = {.m_type = PIPES_ATTACH, .m_words = {name}};
    const struct ring_way way = {sleep, wake, pipe};
    void *memory;
    size_t bytes;
    int error = service_request(&pipes, &m);
    const struct pipes_attach_answer answer = *(const struct pipes_attach_answer *)m.m_words;
    if (error == 0)
        error = memory_attach(answer.share, &memory, &bytes);
    if (error)
        return error;
    pipe->name = name;
    pipe->share = answer.share;
    pipe->peer = answer.peer;
    return ring_open(&pipe->ring, memory, bytes,
                     answer.role == PIPES_ROLE_WRITER ? RING_WRITER : RING_READER, &way);
}

/* A server that was started since does not know the pipe, and needs not: the ring says the end. */
void pipe_close(struct pipe *pipe)
{
    message m = {.m_type = PIPES_CLOSE, .m_words = {pipe->name}};
    ring_end(&pipe->ring);
    (void)service_request(&pipes, &m);
    (void)memory_detach(pipe->share);
}
