/*
 * pipes: rings between two programs. Protocol: proto/pipes.h.
 *
 * The server owns the memory, so a stream outlives its writer until it is read, and it answers
 * whoever waits when the other one dies. It reads nothing in the rings, and writes there only that
 * a side has ended, as a hint: who asks is told the truth here.
 *
 * When it dies the two have the memory still, and need a server only to wake each other. So who
 * asks names the other one, and a server that does not know the pipe enters it again, without its
 * memory. One alone may say so: nobody but the two it named can wait or be woken there, and what
 * the other one has not confirmed by a request of its own ends with the one who claimed it.
 */
#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/ring.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/pipes.h>
#include <string.h>

#define PIPES_MAX    32
#define EACH_MAX     8 /* that one process may have made, so that none can take all */
#define BUFFER_BYTES 65536
#define MEMORY_BYTES (RING_HEAD_BYTES + BUFFER_BYTES)

struct side {
    endpoint_t process;
    uint32_t share;
    bool attached, gone;
    bool woken;                 /* since it was told last */
    struct server_client waits; /* its request to be woken; endpoint NONE: none */
};

static struct pipe {
    uint32_t name;            /* 0: the entry is free */
    endpoint_t maker;         /* or who has claimed one of a former server's */
    struct ring_head *memory; /* NULL: it was a former server's */
    struct side side[2];      /* by PIPES_ROLE_* */
} pipes[PIPES_MAX];
static uint32_t last_name;

static struct side *other(struct pipe *p, const struct side *side)
{
    return &p->side[side == &p->side[0]];
}

/* Whether it is the caller's, with that peer; without one it must be this server's own. */
static bool is_meant(struct pipe *p, const struct side *own, endpoint_t caller, endpoint_t peer)
{
    if (own->process != caller)
        return false;
    return peer == NONE ? p->memory != NULL : other(p, own)->process == peer;
}

/* The caller's pipe of that name, and its side of it. */
static int find(const message *m, endpoint_t peer, struct pipe **pipe, struct side **own)
{
    const uint32_t name = m->m_words[0];
    int error = -ENOENT;
    for (struct pipe *p = pipes; p < pipes + PIPES_MAX; p++) {
        if (name == 0 || p->name != name)
            continue;
        if (p->memory)
            error = -EPERM;
        *pipe = p;
        for (unsigned i = 0; i < 2; i++) {
            *own = &p->side[i];
            if (is_meant(p, *own, m->m_source, peer))
                return 0;
        }
    }
    return error;
}

static struct pipe *find_free(endpoint_t maker)
{
    struct pipe *free = NULL;
    unsigned made = 0;
    for (struct pipe *p = pipes; p < pipes + PIPES_MAX; p++) {
        made += p->name && p->maker == maker;
        if (!p->name)
            free = p;
    }
    return made < EACH_MAX ? free : NULL;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void answer_wait(struct side *side, bool gone)
{
    message m = {.m_words = {gone}};
    if (side->waits.endpoint == NONE)
        return;
    (void)server_answer(side->waits, 0, &m);
    side->waits.endpoint = NONE;
    side->woken = false;
}

static void free_pipe(struct pipe *p)
{
    for (unsigned i = 0; i < 2; i++)
        if (p->side[i].share)
            (void)memory_revoke(p->side[i].share);
    if (p->memory)
        (void)memory_release(p->memory, MEMORY_BYTES);
    *p = (struct pipe){.name = 0};
}

static void lose(struct pipe *p, struct side *side)
{
    side->gone = true;
    if (p->memory)
        (side == &p->side[0] ? &p->memory->writer : &p->memory->reader)->ended = 1;
    answer_wait(other(p, side), true);
}

static void forget(endpoint_t dead)
{
    for (struct pipe *p = pipes; p < pipes + PIPES_MAX; p++) {
        for (unsigned i = 0; p->name && i < 2; i++) {
            struct side *side = &p->side[i];
            if (!side->gone && (side->process == dead || (p->maker == dead && !side->attached)))
                lose(p, side);
        }
        if (p->name && p->side[0].gone && p->side[1].gone)
            free_pipe(p);
    }
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source == HARDWARE)
        server_take_deaths(bits, forget);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static int set_up(struct pipe *p)
{
    const unsigned access = ACCESS_READ | ACCESS_WRITE;
    int error = sys_watch(p->maker, true);
    for (unsigned i = 0; i < 2 && !error; i++) {
        p->side[i].waits.endpoint = NONE;
        error = sys_watch(p->side[i].process, true);
        if (!error)
            error = memory_share(p->memory, MEMORY_BYTES, p->side[i].process, access,
                                 &p->side[i].share);
    }
    return error;
}

static int make(message *m)
{
    const struct pipes_make_request request = *(const struct pipes_make_request *)m->m_words;
    struct pipe *p = find_free(m->m_source);
    void *memory = NULL;
    if (request.writer == request.reader)
        return -EINVAL;
    if (!p)
        return -ENOSPC;
    int error = memory_allocate(MEMORY_BYTES, &memory);
    if (error)
        return error;
    last_name = last_name + 1 ? last_name + 1 : 1;
    *p = (struct pipe){.name = last_name,
                       .maker = m->m_source,
                       .memory = memory,
                       .side = {{.process = request.writer}, {.process = request.reader}}};
    error = set_up(p);
    m->m_words[0] = p->name;
    m->m_words[1] = 0;
    if (error)
        free_pipe(p);
    return error;
}

static int attach(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find(m, NONE, &p, &own);
    if (error)
        return error;
    own->attached = true;
    struct pipes_attach_answer *answer = (void *)m->m_words;
    answer->share = own->share;
    answer->role = own == &p->side[0] ? PIPES_ROLE_WRITER : PIPES_ROLE_READER;
    answer->peer = other(p, own)->process;
    return 0;
}

/* One of a former server's. Each is woken once: nobody knows what that server was asked.
   EDEADSRCDST: the peer is gone, and nothing is entered. */
static int claim(const message *m, endpoint_t peer, struct pipe **pipe, struct side **own)
{
    struct pipe *p = find_free(m->m_source);
    if (m->m_words[0] == 0 || peer == m->m_source)
        return -ENOENT;
    if (!p)
        return -ENOSPC;
    int error = sys_watch(peer, true);
    if (!error)
        error = sys_watch(m->m_source, true);
    if (error)
        return error;
    *p = (struct pipe){.name = m->m_words[0], .maker = m->m_source};
    p->side[0] = (struct side){.process = m->m_source, .woken = true, .waits.endpoint = NONE};
    p->side[1] = (struct side){.process = peer, .woken = true, .waits.endpoint = NONE};
    *pipe = p;
    *own = &p->side[0];
    return 0;
}

static int find_or_claim(const message *m, struct pipe **pipe, struct side **own)
{
    const endpoint_t named = ((const struct pipes_pipe_and_peer *)m->m_words)->peer;
    const endpoint_t peer = endpoint_generation(named) ? named : NONE;
    int error = find(m, peer, pipe, own);
    if (error && peer != NONE)
        error = claim(m, peer, pipe, own);
    if (!error)
        (*own)->attached = true;
    return error;
}

static int wait(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find_or_claim(m, &p, &own);
    if (error && error != -EDEADSRCDST)
        return error;
    const bool gone = error || other(p, own)->gone;
    if (!gone && !own->woken) {
        own->waits = server_current();
        return SERVER_LATER;
    }
    if (!error)
        own->woken = false;
    memset(m->m_words, 0, sizeof m->m_words);
    m->m_words[0] = gone;
    return 0;
}

static int wake(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find_or_claim(m, &p, &own);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error)
        return error == -EDEADSRCDST ? 0 : error;
    struct side *side = other(p, own);
    side->woken = true;
    answer_wait(side, side->gone);
    return 0;
}

/* Who lives on after its side of a stream. */
static int close(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find(m, NONE, &p, &own);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error)
        return error;
    lose(p, own);
    if (other(p, own)->gone)
        free_pipe(p);
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {PIPES_MAKE, make}, {PIPES_ATTACH, attach}, {PIPES_WAIT, wait},
        {PIPES_WAKE, wake}, {PIPES_CLOSE, close},   {0},
    };
    uint64_t now = 0;
    (void)sys_time(&now);
    last_name = (uint32_t)now; /* a former server has not made so many */
    return server_run("pipes", handlers, on_events);
}
