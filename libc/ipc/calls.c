/*
 * The calls of rendezvous IPC, each one trap. Contracts: docs/ipc.md.
 *
 * All go through ipc_call_registers, which remembers the ticket of whatever request came, for
 * ipc_reply: one a slot, since a client waits for one answer at a time.
 */
#include <parley/ipc.h>

static uint16_t tickets[ENDPOINT_SLOT_MASK + 1]; /* names have none */
static const message *in_box;

int ipc_call_registers(struct ipc_registers *r)
{
    const message *m = r->ebx ? (const message *)r->ebx : in_box;
    ipc_trap(r);
    if ((int)r->eax == 0 && IPC_TICKET(r->esi) && m)
        tickets[endpoint_slot(m->m_source)] = (uint16_t)IPC_TICKET(r->esi);
    return (int)r->eax;
}

uint32_t ipc_ticket_of(endpoint_t client)
{
    return tickets[endpoint_slot(client)];
}

int ipc_call(uint32_t call, endpoint_t peer, message *m, uint32_t timeout_us, uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)peer,
        .ebx = (uint32_t)m,
        .ecx = call,
        .esi = timeout_us,
    };
    int result = ipc_call_registers(&r);
    if (second)
        *second = r.esi;
    return result;
}

int send(endpoint_t destination, message *m)
{
    return ipc_call(IPC_SEND, destination, m, 0, NULL);
}

int receive(endpoint_t source, message *m)
{
    return ipc_call(IPC_RECEIVE, source, m, 0, NULL);
}

int send_rec(endpoint_t destination, message *m)
{
    return ipc_call(IPC_SEND_REC, destination, m, 0, NULL);
}

int sendrec(endpoint_t destination, message *m)
{
    return send_rec(destination, m);
}

int in_outbox(message *in, message *out)
{
    struct ipc_registers r = {
        .eax = (uint32_t)in,
        .ebx = (uint32_t)out,
        .ecx = IPC_IN_OUTBOX,
    };
    ipc_trap(&r);
    if ((int)r.eax == 0 && in)
        in_box = in;
    return (int)r.eax;
}

int notify(endpoint_t destination)
{
    return ipc_call(IPC_NOTIFY, destination, NULL, 0, NULL);
}

int echo(message *m)
{
    return ipc_call(IPC_ECHO, 0, m, 0, NULL);
}

int ipc_request(endpoint_t destination, message *m)
{
    return ipc_call(IPC_REQUEST, destination, m, 0, NULL);
}

int ipc_reply_ticket(endpoint_t client, message *m, uint32_t ticket)
{
    return ipc_call(IPC_REPLY | ticket << IPC_TICKET_SHIFT, client, m, 0, NULL);
}

int ipc_reply(endpoint_t client, message *m)
{
    return ipc_reply_ticket(client, m, ipc_ticket_of(client));
}

int ipc_notify(endpoint_t destination, long events)
{
    struct ipc_registers r = {
        .eax = (uint32_t)destination,
        .ecx = IPC_NOTIFY_SET,
        .edx = (uint32_t)events,
    };
    return ipc_call_registers(&r);
}

int ipc_receive(endpoint_t source, long events, message *m)
{
    struct ipc_registers r = {
        .eax = (uint32_t)source,
        .ebx = (uint32_t)m,
        .ecx = IPC_RECEIVE_EX,
        .edx = (uint32_t)events,
    };
    return ipc_call_registers(&r);
}

int ipc_reply_receive(endpoint_t client, message *m, uint32_t ticket, endpoint_t source,
                      long events, uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)client,
        .ebx = (uint32_t)m,
        .ecx = IPC_REPLY_RECEIVE | ticket << IPC_TICKET_SHIFT,
        .edx = (uint32_t)events,
        .edi = (uint32_t)source,
    };
    int result = ipc_call_registers(&r);
    if (second)
        *second = r.esi;
    return result;
}

int ipc_select(const struct ipc_select_pair *set, unsigned pairs)
{
    struct ipc_registers r = {
        .eax = pairs,
        .ebx = (uint32_t)set,
        .ecx = IPC_SELECT,
    };
    return ipc_call_registers(&r);
}
