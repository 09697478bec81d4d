/* See bench.h: gates, the cost of a window, messages at chosen places and what they hold. */
#include "bench.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

/* ---- Gates -------------------------------------------------------------------------------------
 */

static bool use_sysenter(void)
{
    extern char window_sysenter_return[];
    static bool told;
    told = told || sys_gate(window_sysenter_return) == 0;
    return told;
}

bool gate_offered(enum gate gate)
{
    return gate == GATE_INT || use_sysenter();
}

void gate_call(enum gate gate, struct window *w)
{
    if (gate == GATE_INT)
        window_int(w);
    else
        window_sysenter(w);
}

static uint32_t cost_once(void)
{
    struct window w = {0};
    window_none(&w);
    return w.after - w.before;
}

uint32_t window_cost(void)
{
    static uint32_t least;
    for (unsigned i = 0; i < 8; i++) {
        const uint32_t cost = cost_once();
        if (least == 0 || cost < least)
            least = cost;
    }
    return least;
}

/* A tick may fall into one. */
bool counter_is_exact(void)
{
    const uint32_t cost = window_cost();
    unsigned same = 0;
    for (unsigned i = 0; i < 64; i++)
        same += cost_once() == cost;
    return same >= 62;
}

/* ---- Questions and answers ---------------------------------------------------------------------
 */

void fill_question(message *m, uint32_t round)
{
    m->m_source = NONE;
    m->m_type = question_type(round);
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = question_word(round, i);
}

unsigned wrong_in_question(const message *m, uint32_t round, endpoint_t source)
{
    unsigned wrong = (m->m_source != source) + (m->m_type != question_type(round));
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        wrong += m->m_words[i] != question_word(round, i);
    return wrong;
}

unsigned wrong_in_answer(const message *m, uint32_t round, endpoint_t source)
{
    unsigned wrong = (m->m_source != source) + (m->m_type != answer_type(question_type(round)));
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        wrong += m->m_words[i] != answer_word(question_word(round, i), i);
    return wrong;
}

/* ---- Places ------------------------------------------------------------------------------------
 */

#define GUARD       0x5a17c0deu
#define FIELD_PAGES 18

/* A box and what must stay as it is beside it; within a page by its alignment. */
struct guarded {
    _Alignas(64) uint32_t before[3];
    message m;
    uint32_t after[4];
};

static struct guarded in, out;
static _Alignas(PAGE_BYTES) uint32_t field[FIELD_PAGES][PAGE_BYTES / sizeof(uint32_t)];

static void guard(uint32_t *words, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        words[i] = GUARD;
}

static unsigned wrong_guards(const uint32_t *words, unsigned count)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < count; i++)
        wrong += words[i] != GUARD;
    return wrong;
}

message *box_in(void)
{
    return &in.m;
}

message *box_out(void)
{
    return &out.m;
}

void boxes_set(void)
{
    in_outbox(&in.m, &out.m);
    struct guarded *both[] = {&in, &out};
    for (unsigned i = 0; i < 2; i++) {
        guard(both[i]->before, 3);
        guard(both[i]->after, 4);
    }
}

static uint32_t *place_words(enum way way, uint32_t round)
{
    uint32_t *page = field[1 + round * 5 % (FIELD_PAGES - 2)];
    if (way == BY_STRADDLE)
        return page - 1 - round % (MESSAGE_WORDS - 1); /* 1 to 8 words before the page */
    return page + 4 + round * 331 % (PAGE_BYTES / sizeof(uint32_t) - MESSAGE_WORDS - 8);
}

message *place(enum way way, uint32_t round)
{
    uint32_t *words = place_words(way, round);
    guard(words - 4, 4);
    guard(words + MESSAGE_WORDS, 4);
    return (message *)words;
}

unsigned wrong_beside(enum way way, uint32_t round)
{
    unsigned wrong = wrong_guards(in.before, 3) + wrong_guards(in.after, 4) +
                     wrong_guards(out.before, 3) + wrong_guards(out.after, 4);
    if (way == BY_POINTER || way == BY_STRADDLE) {
        const uint32_t *words = place_words(way, round);
        wrong += wrong_guards(words - 4, 4) + wrong_guards(words + MESSAGE_WORDS, 4);
    }
    return wrong;
}
