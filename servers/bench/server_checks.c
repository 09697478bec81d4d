/* The server's side of the checks: a round that looks like the common one but for one thing. */
#include "helper.h"

#include <parley/ipc.h>
#include <parley/system.h>

#define USER_DATA 0x23u
#define ALARM_US  3000 /* ends a wait that nobody else ends */
#define SLOW_US   6000 /* longer than the alarm, and than who is late */
#define LATE      0x1a7e

struct server_check {
    endpoint_t client, slow;
    uint32_t ticket;
    message *in, *out;
    uint32_t explicit; /* ebx */
    void (*gate)(struct window *w);
};

static struct window wait_openly(const struct server_check *c, endpoint_t answered, uint32_t ticket,
                                 endpoint_t source, uint32_t events)
{
    struct window w = {.eax = (uint32_t)answered,
                       .ebx = c->explicit,
                       .ecx = IPC_REPLY_RECEIVE | ticket << IPC_TICKET_SHIFT,
                       .edx = events,
                       .edi = (uint32_t)source};
    c->gate(&w);
    return w;
}

static void fill_answer(message *m, uint32_t round)
{
    m->m_source = NONE;
    m->m_type = answer_type(question_type(round));
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = answer_word(question_word(round, i), i);
}

static bool is_alarm(const struct server_check *c, const struct window *w)
{
    return (int)w->eax == 0 && IPC_CAME(w->esi) == IPC_CAME_EVENTS && c->in->m_source == HARDWARE &&
           c->in->m_words[0] == EVENT_ALARM;
}

static void take(struct server_check *c, const struct window *w, uint32_t round)
{
    c->ticket = IPC_TICKET(w->esi);
    wrong += ((w->segments[0] & 0xffff) != USER_DATA) + ((w->segments[1] & 0xffff) != USER_DATA);
    wrong += ((int)w->eax != 0) + (IPC_CAME(w->esi) != IPC_CAME_REQUEST) +
             wrong_in_question(c->in, round, c->client);
}

static void answer_last(const struct server_check *c, uint32_t round)
{
    message m;
    fill_answer(&m, round);
    wrong += ipc_reply_ticket(c->client, &m, c->ticket) != 0;
}

/* An answer that must not arrive, then the right one. */
static void answer_wrongly_first(const struct server_check *c, endpoint_t named, uint32_t ticket)
{
    *c->out = (message){.m_type = -1};
    const struct window w = wait_openly(c, named, ticket, ANY, IPC_ALL_EVENTS);
    wrong += !is_alarm(c, &w) + (IPC_BESIDE_ERROR(w.esi) == 0);
    answer_last(c, 0);
}

/* Answers, and takes the next question or, instead, the alarm. */
static void answer_then(struct server_check *c, endpoint_t source, uint32_t events, bool alarm)
{
    fill_answer(c->out, 0);
    const struct window w = wait_openly(c, c->client, c->ticket, source, events);
    if (alarm) {
        wrong += !is_alarm(c, &w);
    } else {
        take(c, &w, 1);
        answer_last(c, 1);
    }
}

/* The alarm comes while this server is a client: nothing that came before the request that it owes
   an answer tells whether anything is pending. */
static void ask_in_between(const struct server_check *c)
{
    message *m = c->out;
    fill_question(m, 3);
    m->m_type = SLOW_US;
    struct window w = {.eax = (uint32_t)c->slow, .ebx = c->explicit, .ecx = IPC_REQUEST};
    window_int(&w);
    wrong += (w.eax != 0) + (w.esi != IPC_CAME_REPLY) + (c->in->m_source != c->slow) +
             (c->in->m_words[0] != question_word(3, 0) + 1);
    for (uint32_t i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        wrong += c->in->m_words[i] != question_word(3, i);
}

/* Nobody waits for the answer any more; then the usual round. */
static void answer_late(struct server_check *c)
{
    struct window w = wait_openly(c, NONE, 0, HARDWARE, IPC_ALL_EVENTS);
    wrong += !is_alarm(c, &w);
    fill_answer(c->out, 0);
    w = wait_openly(c, c->client, c->ticket, ANY, IPC_ALL_EVENTS);
    wrong += IPC_BESIDE_ERROR(w.esi) != ENOTREADY;
    take(c, &w, 1);
    answer_last(c, 1);
}

/* Another has queued up in between: its turn comes first. */
static void answer_queued(struct server_check *c)
{
    fill_answer(c->out, 0);
    struct window w = wait_openly(c, c->client, c->ticket, ANY, 0);
    wrong += (w.eax != 0) + (c->in->m_source == c->client) + (c->in->m_type != LATE);
    w = wait_openly(c, c->in->m_source, IPC_TICKET(w.esi), ANY, 0);
    take(c, &w, 1);
    answer_last(c, 1);
}

static struct server_check prepare(endpoint_t client, enum check check, enum way way)
{
    struct server_check c = {.client = client, .in = box_in(), .out = box_out()};
    wrong += sys_lookup("bench-driver", &c.slow) != 0;
    c.gate = check == CHECK_STATE ? window_strange : window_int;
    if (way != BY_BOX) {
        c.in = c.out = place(way, 4);
        c.explicit = (uint32_t)c.in;
    }
    return c;
}

static void serve_first(struct server_check *c, uint32_t events)
{
    struct window w = wait_openly(c, NONE, 0, ANY, events);
    take(c, &w, ROUND_BEFORE);
    fill_answer(c->out, ROUND_BEFORE);
    w = wait_openly(c, c->client, c->ticket, ANY, events);
    take(c, &w, 0);
}

void serve_check(endpoint_t client, enum check check, enum way way)
{
    wrong = 0;
    struct server_check c = prepare(client, check, way);
    if (check == CHECK_TICKET || check == CHECK_NAME || check == CHECK_SOURCE ||
        check == CHECK_NESTED || check == CHECK_FLAGS)
        sys_alarm(ALARM_US);
    serve_first(&c, check == CHECK_QUEUED ? 0 : IPC_ALL_EVENTS);
    if (check == CHECK_NESTED || check == CHECK_QUEUED)
        ask_in_between(&c);
    switch (check) {
    case CHECK_TICKET:
        answer_wrongly_first(&c, client, c.ticket + 1);
        break;
    case CHECK_NAME:
        answer_wrongly_first(&c, client + ENDPOINT(1, 0), c.ticket);
        break;
    case CHECK_FLAGS:
        answer_late(&c);
        break;
    case CHECK_QUEUED:
        answer_queued(&c);
        break;
    case CHECK_SOURCE:
        answer_then(&c, HARDWARE, IPC_ALL_EVENTS, true);
        break;
    default:
        answer_then(&c, ANY, check == CHECK_EVENTS ? 0 : IPC_ALL_EVENTS, check == CHECK_NESTED);
    }
}

static void sleep_us(uint32_t us)
{
    struct window w = {.eax = NONE,
                       .ecx = IPC_REPLY_RECEIVE | IPC_TIMEOUT,
                       .edx = IPC_ALL_EVENTS,
                       .edi = HARDWARE,
                       .esi = us};
    window_int(&w);
}

int serve_slowly(void)
{
    struct window w = {.eax = NONE, .ecx = IPC_REPLY_RECEIVE, .edx = IPC_ALL_EVENTS, .edi = ANY};
    boxes_set();
    for (;;) {
        window_int(&w);
        if ((int)w.eax < 0)
            return -(int)w.eax;
        if (box_in()->m_type > 0)
            sleep_us((uint32_t)box_in()->m_type);
        *box_out() = *box_in();
        box_out()->m_type = 0;
        box_out()->m_words[0]++;
        w.eax = (uint32_t)box_in()->m_source;
        w.ecx = IPC_REPLY_RECEIVE | IPC_TICKET(w.esi) << IPC_TICKET_SHIFT;
    }
}

int ask_late(endpoint_t server)
{
    message m = {.m_type = LATE};
    boxes_set();
    sleep_us(ALARM_US);
    return ipc_request(server, &m);
}
