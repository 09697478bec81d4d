/*
 * The measuring client of the round trips. A question in every word, each answer checked in every
 * word, with all registers, segments and flags; what both sides' windows read is put together
 * afterwards: all that passed less what the two did in user mode.
 */
#include "measure.h"

#include <parley/ipc.h>
#include <parley/system.h>

#define FLAG_INTERRUPT 0x200u
#define FLAG_DIRECTION 0x400u
#define USER_DATA      0x23u
#define WALL_ROUNDS    20000u

/* Of one round and side: before and after each of its two windows; a side with one uses the first.
 */
struct side {
    uint32_t before, after, second_before, second_after;
};

static struct side client_side[ROUNDS];

static bool explicit(enum way way)
{
    return way == BY_POINTER || way == BY_STRADDLE;
}

static unsigned wrong_registers(const struct window *w, const struct window *asked)
{
    return (w->ebx != asked->ebx) + (w->ecx != asked->ecx) + (w->edx != asked->edx) +
           (w->edi != asked->edi) + ((w->segments[0] & 0xffff) != USER_DATA) +
           ((w->segments[1] & 0xffff) != USER_DATA) + ((w->flags & FLAG_DIRECTION) != 0) +
           ((w->flags & FLAG_INTERRUPT) == 0);
}

/* ---- One round ---------------------------------------------------------------------------------
 */

static unsigned request(endpoint_t server, enum way way, enum gate gate, uint32_t round)
{
    message *m = explicit(way) ? place(way, round) : box_out();
    fill_question(m, round);
    const struct window asked = {
        .eax = (uint32_t)server,
        .ebx = explicit(way) ? (uint32_t)m : 0,
        .ecx = IPC_REQUEST,
        .edx = 0xedededed, /* not looked at, and comes back */
        .edi = 0xd1d1d1d1,
    };
    struct window w = asked;
    gate_call(gate, &w);
    client_side[round].before = w.before;
    client_side[round].after = w.after;
    return (w.eax != 0) + (w.esi != IPC_CAME_REPLY) + wrong_registers(&w, &asked) +
           wrong_in_answer(explicit(way) ? m : box_in(), round, server) + wrong_beside(way, round);
}

static unsigned send_and_receive(endpoint_t server, enum gate gate, uint32_t round)
{
    struct side *side = &client_side[round];
    const struct window send = {.eax = (uint32_t)server, .ecx = IPC_SEND, .edx = 1, .edi = 2};
    struct window w = send;
    fill_question(box_out(), round);
    gate_call(gate, &w);
    side->before = w.before;
    side->after = w.after;
    unsigned wrong = (w.eax != 0) + (w.esi != 0) + wrong_registers(&w, &send);

    const struct window receive = {.eax = (uint32_t)server, .ecx = IPC_RECEIVE, .edx = 3, .edi = 4};
    w = receive;
    gate_call(gate, &w);
    side->second_before = w.before;
    side->second_after = w.after;
    return wrong + (w.eax != 0) + (w.esi != IPC_CAME_SEND) + wrong_registers(&w, &receive) +
           wrong_in_answer(box_in(), round, server) + wrong_beside(BY_BOX, round);
}

/* ---- Both sides together -----------------------------------------------------------------------
 */

static int server_readings(endpoint_t server, uint32_t *readings, unsigned count, unsigned *wrong)
{
    for (uint32_t at = 0; at < count; at += 6) {
        message m = {.m_words = {at}};
        const int error = ask(server, BENCH_READINGS, &m);
        if (error < 0)
            return error;
        for (uint32_t i = 0; i < 6 && at + i < count; i++)
            readings[at + i] = m.m_words[i];
        if (at == 0)
            *wrong += m.m_words[6];
    }
    return 0;
}

/* There: from the client's call to the server's return. Back: from its next call to the client's.
 */
static void add_requests(const struct side *server, struct figures *f)
{
    const uint32_t cost = window_cost();
    for (unsigned i = WARM; i + 1 < ROUNDS; i++) {
        const uint32_t there = server[i].after - client_side[i].before - cost;
        const uint32_t back = client_side[i].after - server[i + 1].before - cost;
        sample(&f->there, there);
        sample(&f->back, back);
        sample(&f->whole, there + back);
    }
}

/* From one send to the next, less what both did in user mode. There: until the server has it. */
static void add_sends(const struct side *server, struct figures *f)
{
    const uint32_t cost = window_cost();
    for (unsigned i = WARM; i + 1 < ROUNDS; i++) {
        const struct side *c = &client_side[i], *s = &server[i];
        const uint32_t user_there = c->second_before - c->after;
        uint32_t user = user_there + (c[1].before - c->second_after);
        user += (s->second_before - s->after) + (s[1].before - s->second_after);
        const uint32_t whole = c[1].before - c->before - user - 4 * cost;
        const uint32_t there = s->after - c->before - user_there - 2 * cost;
        sample(&f->whole, whole);
        sample(&f->there, there);
        sample(&f->back, whole - there);
    }
}

static int begin(endpoint_t server, enum way way, enum gate gate, uint32_t rounds)
{
    message m = {.m_words = {way, gate, rounds}};
    return ask(server, BENCH_ROUNDS, &m);
}

int measure_rounds(enum way way, enum gate gate, struct figures *f)
{
    return measure_mixed(way, way, gate, f);
}

int measure_mixed(enum way way, enum way servers, enum gate gate, struct figures *f)
{
    static struct side server_side[ROUNDS];
    endpoint_t server;
    if (!gate_offered(gate))
        return -ENOSYS;
    int error = sys_lookup("bench-server", &server);
    if (error == 0)
        error = begin(server, servers, gate, ROUNDS);
    if (error < 0)
        return error;
    for (uint32_t round = 0; round < ROUNDS; round++)
        f->wrong += way == SEND_RECEIVE ? send_and_receive(server, gate, round)
                                        : request(server, way, gate, round);
    error = server_readings(server, (uint32_t *)server_side, ROUNDS * 4, &f->wrong);
    if (error < 0)
        return error;
    if (way == SEND_RECEIVE)
        add_sends(server_side, f);
    else
        add_requests(server_side, f);
    return 0;
}

/* ---- Wall time ---------------------------------------------------------------------------------
 */

int measure_unread(enum way way, uint32_t rounds, uint32_t *nanoseconds)
{
    endpoint_t server;
    uint64_t begin_us, end_us;
    message *own = way == BY_BOX ? NULL : place(way, 0);
    message *out = own ? own : box_out(), *in = own ? own : box_in();
    struct ipc_registers r = {.ecx = IPC_REQUEST, .ebx = (uint32_t)own};
    unsigned wrong = 0;
    int error = sys_lookup("bench-server", &server);
    if (error == 0)
        error = begin(server, BY_BOX_UNREAD, GATE_INT, rounds);
    if (error == 0)
        error = sys_time(&begin_us);
    if (error < 0)
        return error;
    for (uint32_t round = 0; round < rounds; round++) {
        out->m_words[0] = round;
        r.eax = (uint32_t)server;
        ipc_trap(&r);
        wrong += r.eax != 0 || in->m_words[0] != round + 1;
    }
    error = sys_time(&end_us);
    *nanoseconds = (uint32_t)((end_us - begin_us) * 1000 / rounds);
    return wrong ? -EIO : error;
}

int measure_wall(uint32_t *nanoseconds)
{
    return measure_unread(BY_BOX, WALL_ROUNDS, nanoseconds);
}
