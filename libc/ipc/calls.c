/* The calls of rendezvous IPC, each one trap. Contracts: docs/ipc.md. */
#include <parley/ipc.h>

int ipc_call(uint32_t call, endpoint_t peer, message *m, uint32_t timeout_us, uint32_t *second)
{
    struct ipc_registers r = {
        .eax = (uint32_t)peer,
        .ebx = (uint32_t)m,
        .ecx = call,
        .esi = timeout_us,
    };
    ipc_trap(&r);
    if (second)
        *second = r.esi;
    return (int)r.eax;
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
