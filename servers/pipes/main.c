/*
 * pipes: rings between two programs. Protocol: proto/pipes.h.
 *
 * The server owns the memory, so a stream outlives its writer until it is read, and it answers
 * whoever waits when the other one dies. It reads nothing in the rings, and writes there only that
 * a side has ended, as a hint: who asks is told the truth here.
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
    uint32_t name; /* number << 5 | index; 0: the entry is free */
    endpoint_t maker;
    struct ring_head *memory;
    struct side side[2]; /* by PIPES_ROLE_* */
} pipes[PIPES_MAX];
static uint32_t number;

/* The caller's pipe of that name, and its side of it. */
static int find(const message *m, struct pipe **pipe, struct side **own)
{
    const uint32_t name = m->m_words[0];
    struct pipe *p = &pipes[name % PIPES_MAX];
    if (name == 0 || p->name != name)
        return -ENOENT;
    *pipe = p;
    for (unsigned i = 0; i < 2; i++) {
        *own = &p->side[i];
        if (p->side[i].process == m->m_source)
            return 0;
    }
    return -EPERM;
}

static struct side *other(struct pipe *p, const struct side *side)
{
    return &p->side[side == &p->side[0]];
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
    (void)memory_release(p->memory, MEMORY_BYTES);
    *p = (struct pipe){.name = 0};
}

static void lose(struct pipe *p, struct side *side)
{
    side->gone = true;
    struct ring_side *half = side == &p->side[0] ? &p->memory->writer : &p->memory->reader;
    half->ended = 1;
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
    number = (number + 1) % (1u << 26) ? number + 1 : 1;
    *p = (struct pipe){.name = number * PIPES_MAX + (uint32_t)(p - pipes),
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
    int error = find(m, &p, &own);
    if (error)
        return error;
    own->attached = true;
    struct pipes_attach_answer *answer = (void *)m->m_words;
    answer->share = own->share;
    answer->role = own == &p->side[0] ? PIPES_ROLE_WRITER : PIPES_ROLE_READER;
    return 0;
}

static int wait(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find(m, &p, &own);
    if (error)
        return error;
    const bool gone = other(p, own)->gone;
    if (!own->woken && !gone) {
        own->waits = server_current();
        return SERVER_LATER;
    }
    own->woken = false;
    m->m_words[0] = gone;
    return 0;
}

static int wake(message *m)
{
    struct pipe *p = NULL;
    struct side *own = NULL;
    int error = find(m, &p, &own);
    if (error)
        return error;
    struct side *side = other(p, own);
    side->woken = true;
    answer_wait(side, side->gone);
    m->m_words[0] = 0;
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {PIPES_MAKE, make}, {PIPES_ATTACH, attach}, {PIPES_WAIT, wait}, {PIPES_WAKE, wake}, {0},
    };
    return server_run("pipes", handlers, on_events);
}
