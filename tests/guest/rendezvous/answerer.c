/*
 * A server that waits in ipc_reply_receive with boxes, and answers as the request says. Everything
 * between a request and its answer is done without any other entry into the kernel, so that it is
 * the machine's own rendezvous that must see what is wrong.
 */
#include "answerer.h"

#include <abi/layout.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <stdbool.h>
#include <string.h>

static message in, out, own, asked;
static char pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static message *const apart = (message *)(pages + PAGE_BYTES - 8);
static uint32_t first_result, event_bits;

static bool by_sysenter;

static void call(struct ipc_registers *r)
{
    if (by_sysenter)
        ipc_trap_sysenter(r);
    else
        ipc_trap(r);
}

/* 0xA0 with every register in hand; what came is in `in`, or in the message. */
static int reply_receive(endpoint_t client, uint32_t ecx, endpoint_t source, uint32_t events,
                         message *m, uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)client,
        .ebx = (uint32_t)m,
        .ecx = IPC_REPLY_RECEIVE | ecx,
        .edx = events,
        .edi = (uint32_t)source,
    };
    call(&r);
    *second = r.esi;
    return (int)r.eax;
}

static uint32_t ticket_bits(uint32_t ticket)
{
    return (ticket & 0xffff) << IPC_TICKET_SHIFT;
}

/* An answer that must fail. Then it waits, until the alarm that it has set before. */
static void try_wrong(endpoint_t client, uint32_t ticket)
{
    uint32_t second;
    first_result =
        (uint32_t)reply_receive(client, ticket_bits(ticket), ANY, IPC_ALL_EVENTS, NULL, &second);
    if (first_result == 0)
        first_result = IPC_BESIDE_ERROR(second);
}

/* For this; with the boxes, or with that message. */
static void ask(endpoint_t whom, int32_t type, uint32_t word0, message *m)
{
    const message request = out;
    struct ipc_registers r = {.eax = (uint32_t)whom, .ebx = (uint32_t)m, .ecx = IPC_REQUEST};
    memset(&out, 0, sizeof out);
    out.m_type = type;
    out.m_words[0] = word0;
    for (unsigned i = 3; i < MESSAGE_PAYLOAD_WORDS; i++)
        out.m_words[i] = 0x1000 + i;
    if (m)
        *m = out;
    call(&r);
    asked = m ? *m : in;
    out = request;
    first_result = (uint32_t)r.eax;
    for (unsigned i = 3; i < MESSAGE_PAYLOAD_WORDS; i++)
        first_result |= asked.m_words[i] != 0x1001 + i || asked.m_source != whom;
}

/* How the answer is given and what is received then. */
struct answer {
    uint32_t flags, events;
    endpoint_t source;
    message *message;
};

/* Does what comes before the answer. */
static struct answer prepare(const message *request, uint32_t ticket)
{
    struct answer a = {0, IPC_ALL_EVENTS, ANY, NULL};
    endpoint_t client = request->m_source;
    switch (request->m_type) {
    case ANSWER_SET_ALARM:
        sys_alarm(ANSWER_ALARM_US);
        break;
    case ANSWER_TICKET_ABOVE:
        try_wrong(client, ticket + 1);
        break;
    case ANSWER_TICKET_BELOW:
        try_wrong(client, ticket - 1);
        break;
    case ANSWER_ANOTHER_GENERATION:
        try_wrong(client + (1 << ENDPOINT_SLOT_BITS), ticket);
        break;
    case ANSWER_ANOTHER_PROCESS:
        try_wrong((endpoint_t)request->m_words[0], ticket);
        break;
    case ANSWER_NONBLOCK:
        a.flags = IPC_NONBLOCK;
        break;
    case ANSWER_ONLY_MESSAGES:
        a.events = 0;
        break;
    case ANSWER_FROM_JUDGE:
        a.source = client;
        break;
    case ANSWER_FROM_NONE:
        a.source = NONE;
        break;
    case ANSWER_AFTER_ASKING:
        ask((endpoint_t)request->m_words[0], ANSWER, 0, NULL);
        break;
    case ANSWER_CANCEL:
        sys_cancel((endpoint_t)request->m_words[0], 0);
        break;
    case ANSWER_AFTER_CANCEL:
    case ANSWER_AFTER_CANCEL_APART:
        ask((endpoint_t)request->m_words[0], ANSWER_CANCEL, (uint32_t)client,
            request->m_type == ANSWER_AFTER_CANCEL ? NULL : apart);
        a.events = 0;
        break;
    case ANSWER_WITH_MESSAGE:
        a.message = &own;
        break;
    default:
        break;
    }
    return a;
}

static int serve(uint32_t *second, message *came)
{
    const message request = *came;
    uint32_t ticket = IPC_TICKET(*second);
    first_result = 0;
    out = request;
    struct answer a = prepare(&request, ticket);
    out.m_type = request.m_type;
    out.m_words[0] = first_result;
    out.m_words[1] = ticket;
    out.m_words[2] = event_bits;
    for (unsigned i = 3; i < MESSAGE_PAYLOAD_WORDS; i++)
        out.m_words[i] = request.m_words[i] + 1;
    own = out;
    event_bits = 0;
    int result = reply_receive(request.m_source, ticket_bits(ticket) | a.flags, a.source, a.events,
                               a.message, second);
    *came = a.message ? own : in;
    return result;
}

int main(int argc, char **argv)
{
    (void)argv;
    by_sysenter = argc > 1 && ipc_use_sysenter() == 0;
    message came;
    uint32_t second;
    in_outbox(&in, &out);
    for (;;) {
        int result = reply_receive(NONE, 0, ANY, IPC_ALL_EVENTS, NULL, &second);
        came = in;
        while (result == 0 && IPC_CAME(second) == IPC_CAME_REQUEST)
            result = serve(&second, &came);
        if (result == 0 && IPC_CAME(second) == IPC_CAME_EVENTS)
            event_bits = came.m_words[0];
    }
}
