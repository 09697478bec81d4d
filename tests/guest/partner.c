/*
 * The other side of the judges' experiments: makes the IPC calls that its orders name.
 * See lib/partner.h for orders and reports.
 */
#include "lib/partner.h"

#include <abi/layout.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

#define PATIENCE_US 3000000u

static endpoint_t judge;
static message buffer;
static uint8_t pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

/* Timed, so that an idle partner makes no edge for deadlock. */
static void wait_for_order(message *order)
{
    int result;

    do
        result = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, judge, order, PATIENCE_US, NULL);
    while (result == -ETIMEDOUT || (result == 0 && order->m_type == IPC_EVENT_MESSAGE));
    if (result)
        sys_exit(99); /* the judge is gone */
}

static void report(message *m)
{
    int result;

    m->m_type = PARTNER_REPORT;
    do
        result = ipc_call(IPC_SEND | IPC_TIMEOUT, judge, m, PATIENCE_US, NULL);
    while (result == -ETIMEDOUT);
}

static message *buffer_named(uint32_t ebx)
{
    if (ebx == PARTNER_BUFFER)
        return &buffer;
    if (ebx == PARTNER_STRADDLE)
        return (message *)(pages + PAGE_BYTES - 16);
    return NULL;
}

/* Makes the call; what came of it. */
static message do_call(const message *order, struct ipc_registers *r)
{
    const struct partner_order *o = (const struct partner_order *)order->m_words;
    message *m = buffer_named(o->ebx);
    message answer = {0};
    struct partner_report *a = (struct partner_report *)answer.m_words;

    if (m)
        message_fill(m, o->tag);
    *r = (struct ipc_registers){o->eax, m ? (uint32_t)m : o->ebx, o->ecx, o->edx, o->esi, o->edi};
    ipc_trap(r);
    a->result = (int32_t)r->eax;
    a->second = r->esi;
    a->tag = o->tag;
    if (m) {
        a->source = m->m_source;
        a->type = m->m_type;
        a->word0 = m->m_words[0];
        a->sum = message_sum(m);
    }
    return answer;
}

static void serve(const message *order)
{
    const struct partner_order *o = (const struct partner_order *)order->m_words;
    struct ipc_registers r;
    message answer = do_call(order, &r);
    message *m = buffer_named(o->ebx);
    endpoint_t client = m->m_source;

    message_fill(m, o->tag + 1);
    if ((int32_t)r.eax == 0)
        ipc_reply_ticket(client, m, IPC_TICKET(r.esi));
    report(&answer);
}

static void do_select(const message *order)
{
    const struct partner_select *o = (const struct partner_select *)order->m_words;
    struct ipc_select_pair set[PARTNER_PAIRS];
    message answer = {0};
    struct partner_report *a = (struct partner_report *)answer.m_words;

    for (unsigned i = 0; i < PARTNER_PAIRS; i++)
        set[i] = (struct ipc_select_pair){o->source[i], o->events[i]};
    struct ipc_registers r = {.eax = o->count, .ebx = (uint32_t)set, .ecx = o->ecx, .esi = o->esi};
    ipc_trap(&r);
    a->result = (int32_t)r.eax;
    a->second = r.esi;
    report(&answer);
}

static void answer_late(void)
{
    message m;
    message answer = {0};
    struct partner_report *a = (struct partner_report *)answer.m_words;

    a->result = receive(judge, &m);
    if (!a->result)
        a->result = notify(judge);
    a->type = m.m_type;
    report(&answer);
}

static void flood(const message *order)
{
    message answer = {0};
    struct partner_report *a = (struct partner_report *)answer.m_words;

    for (uint32_t i = 1; i <= order->m_words[0] && !a->result; i++) {
        message_fill(&buffer, (int32_t)i);
        a->result = send((endpoint_t)order->m_words[1], &buffer);
    }
    report(&answer);
}

static void ask_system(const message *order)
{
    const struct partner_request *request = (const struct partner_request *)order->m_words;
    message answer = {0};
    struct partner_report *a = (struct partner_report *)answer.m_words;

    buffer.m_type = request->number;
    memcpy(buffer.m_words, request->word, sizeof request->word);
    a->result = send_rec(SYSTEM, &buffer);
    if (!a->result)
        a->result = buffer.m_type;
    memcpy(&a->second, buffer.m_words, 6 * sizeof(uint32_t));
    report(&answer);
}

static void obey(const message *order)
{
    struct ipc_registers r;
    message answer;

    switch (order->m_type) {
    case PARTNER_CALL:
        answer = do_call(order, &r);
        report(&answer);
        break;
    case PARTNER_CALL_SILENT:
        do_call(order, &r);
        break;
    case PARTNER_SELECT:
        do_select(order);
        break;
    case PARTNER_SERVE:
        serve(order);
        break;
    case PARTNER_EXIT:
        sys_exit((int)order->m_words[0]);
    case PARTNER_FAULT:
        (void)*(volatile uint32_t *)4;
        break;
    case PARTNER_ANSWER_LATE:
        answer_late();
        break;
    case PARTNER_KILL_SELF:
        sys_kill(SELF);
        break;
    case PARTNER_SYSTEM:
        ask_system(order);
        break;
    case PARTNER_FLOOD:
        flood(order);
        break;
    }
}

int main(void)
{
    message order;

    if (sys_lookup(PARTNER_JUDGE, &judge))
        return 98;
    for (;;) {
        wait_for_order(&order);
        obey(&order);
    }
}
