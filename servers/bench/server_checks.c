/* The server's side of the checks: a round that looks like the common one but for one thing. */
#include "helper.h"

#include <parley/ipc.h>
#include <parley/system.h>

#define ALARM_US 3000 /* ends a wait that nobody else ends */

static struct window wait_openly(endpoint_t answered, uint32_t ticket, endpoint_t source,
                                 uint32_t events)
{
    struct window w = {.eax = (uint32_t)answered,
                       .ecx = IPC_REPLY_RECEIVE | ticket << IPC_TICKET_SHIFT,
                       .edx = events,
                       .edi = (uint32_t)source};
    window_int(&w);
    return w;
}

static void fill_answer(message *m, uint32_t round)
{
    m->m_type = answer_type(question_type(round));
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = answer_word(question_word(round, i), i);
}

static bool is_alarm(const struct window *w)
{
    return (int)w->eax == 0 && IPC_CAME(w->esi) == IPC_CAME_EVENTS &&
           box_in()->m_source == HARDWARE && box_in()->m_words[0] == EVENT_ALARM;
}

/* An answer that must not arrive, then the right one. */
static void answer_wrongly_first(endpoint_t client, endpoint_t named, uint32_t ticket,
                                 uint32_t right)
{
    *box_out() = (message){.m_type = -1};
    const struct window w = wait_openly(named, ticket, ANY, IPC_ALL_EVENTS);
    wrong += !is_alarm(&w) + (IPC_BESIDE_ERROR(w.esi) == 0);
    fill_answer(box_out(), 0);
    wrong += ipc_reply_ticket(client, NULL, right) != 0;
}

/* An answer, after which the server does not wait as it did before. */
static void answer_then(endpoint_t client, uint32_t ticket, enum check check)
{
    fill_answer(box_out(), 0);
    if (check == CHECK_SOURCE) {
        const struct window w = wait_openly(client, ticket, HARDWARE, IPC_ALL_EVENTS);
        wrong += !is_alarm(&w);
        return;
    }
    const struct window w = wait_openly(client, ticket, ANY, 0);
    wrong += ((int)w.eax != 0) + (IPC_CAME(w.esi) != IPC_CAME_REQUEST) +
             wrong_in_question(box_in(), 1, client);
    fill_answer(box_out(), 1);
    ipc_reply_ticket(client, NULL, IPC_TICKET(w.esi));
}

void serve_check(endpoint_t client, enum check check)
{
    wrong = 0;
    if (check != CHECK_TARGET && check != CHECK_EVENTS)
        sys_alarm(ALARM_US);
    const struct window w = wait_openly(NONE, 0, ANY, IPC_ALL_EVENTS);
    const uint32_t ticket = IPC_TICKET(w.esi);
    wrong += ((int)w.eax != 0) + (IPC_CAME(w.esi) != IPC_CAME_REQUEST) +
             wrong_in_question(box_in(), 0, client);
    switch (check) {
    case CHECK_TICKET:
        answer_wrongly_first(client, client, ticket + 1, ticket);
        break;
    case CHECK_NAME:
        answer_wrongly_first(client, client + ENDPOINT(1, 0), ticket, ticket);
        break;
    case CHECK_SOURCE:
    case CHECK_EVENTS:
        answer_then(client, ticket, check);
        break;
    default:
        fill_answer(box_out(), 0);
        ipc_reply_ticket(client, NULL, ticket);
    }
}
