/*
 * The measured server. It checks every word that comes and answers each with another; what was
 * wrong is counted, what its windows read is kept, both to be asked for afterwards.
 */
#include "helper.h"

#include <parley/ipc.h>
#include <stddef.h>

struct conversation {
    endpoint_t client;
    enum way way;
    enum gate gate;
    uint32_t ticket;
};

static void keep(uint32_t round, const struct window *w, unsigned where)
{
    const uint32_t at = round % ROUNDS * 4 + where;
    readings[at] = w->before;
    readings[at + 1] = w->after;
}

static bool explicit(enum way way)
{
    return way == BY_POINTER || way == BY_STRADDLE;
}

/* An answer to every word; what came decides, so that a wrong question gets a wrong answer. */
static void answer_every_word(const message *question, message *m)
{
    m->m_source = NONE;
    m->m_type = answer_type(question->m_type);
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = answer_word(question->m_words[i], i);
}

static unsigned wrong_registers(const struct window *w, const struct window *asked)
{
    return (w->ebx != asked->ebx) + (w->ecx != asked->ecx) + (w->edx != asked->edx) +
           (w->edi != asked->edi);
}

/* ---- Request and reply -------------------------------------------------------------------------
 */

/* Answers round - 1, where there was one, and waits for `round`. */
static bool reply_and_receive(struct conversation *c, uint32_t round)
{
    const bool first = round == 0;
    message *from = explicit(c->way) ? place(c->way, round + 3) : box_in();
    const struct window asked = {
        .eax = (uint32_t)(first ? NONE : c->client),
        .ebx = explicit(c->way) ? (uint32_t)from : 0,
        .ecx = IPC_REPLY_RECEIVE | (first ? 0 : c->ticket << IPC_TICKET_SHIFT),
        .edx = IPC_ALL_EVENTS,
        .edi = ANY,
    };
    if (!first)
        answer_every_word(explicit(c->way) ? place(c->way, round + 2) : box_in(),
                          explicit(c->way) ? from : box_out());
    struct window w = asked;
    gate_call(c->gate, &w);
    keep(round, &w, 0);
    if ((int)w.eax < 0 || IPC_CAME(w.esi) != IPC_CAME_REQUEST)
        return false;
    if (!first)
        wrong += wrong_registers(&w, &asked) + (IPC_BESIDE_ERROR(w.esi) != 0) +
                 (IPC_TICKET(w.esi) == c->ticket);
    c->ticket = IPC_TICKET(w.esi);
    wrong += wrong_in_question(from, round, c->client) + wrong_beside(c->way, round + 3);
    return true;
}

static void last_answer(const struct conversation *c, uint32_t rounds)
{
    message m;
    answer_every_word(explicit(c->way) ? place(c->way, rounds + 2) : box_in(), &m);
    ipc_reply_ticket(c->client, &m, c->ticket);
}

static void serve_requests(struct conversation *c, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++)
        if (!reply_and_receive(c, round)) {
            wrong++;
            return;
        }
    last_answer(c, rounds);
}

/* ---- Request and reply, as fast as may be ------------------------------------------------------
 */

static void serve_unread(const struct conversation *c, uint32_t rounds)
{
    struct ipc_registers r = {
        .eax = NONE, .ecx = IPC_REPLY_RECEIVE, .edx = IPC_ALL_EVENTS, .edi = ANY};
    for (uint32_t round = 0; round < rounds; round++) {
        ipc_trap(&r);
        wrong += IPC_TICKET(r.esi) == 0;
        box_out()->m_words[0] = box_in()->m_words[0] + 1;
        r.eax = (uint32_t)c->client;
        r.ecx = IPC_REPLY_RECEIVE | IPC_TICKET(r.esi) << IPC_TICKET_SHIFT;
    }
    ipc_reply_ticket(c->client, NULL, IPC_TICKET(r.esi));
}

/* ---- Send and receive --------------------------------------------------------------------------
 */

static void serve_sends(const struct conversation *c, uint32_t rounds)
{
    for (uint32_t round = 0; round < rounds; round++) {
        const struct window receive = {.eax = ANY, .ecx = IPC_RECEIVE};
        struct window w = receive;
        gate_call(c->gate, &w);
        keep(round, &w, 0);
        wrong += ((int)w.eax != 0) + (w.esi != IPC_CAME_SEND) + wrong_registers(&w, &receive) +
                 wrong_in_question(box_in(), round, c->client);
        answer_every_word(box_in(), box_out());
        const struct window send = {.eax = (uint32_t)c->client, .ecx = IPC_SEND};
        w = send;
        gate_call(c->gate, &w);
        keep(round, &w, 2);
        wrong += ((int)w.eax != 0) + (w.esi != 0) + wrong_registers(&w, &send) +
                 wrong_beside(c->way, round);
    }
}

void serve_rounds(endpoint_t client, enum way way, enum gate gate, uint32_t rounds)
{
    struct conversation c = {.client = client, .way = way, .gate = gate};
    wrong = 0;
    if (way == SEND_RECEIVE)
        serve_sends(&c, rounds);
    else if (way == BY_BOX_UNREAD)
        serve_unread(&c, rounds);
    else
        serve_requests(&c, rounds);
}
