/* See decode.h. */
#include "decode.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

uint32_t decode_call(uint32_t byte)
{
    static const uint16_t often[] = {
        IPC_SEND,       IPC_SEND_REC,   IPC_REQUEST,       IPC_RECEIVE,
        IPC_RECEIVE_EX, IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_NOTIFY_SET,
        IPC_REPLY,      IPC_SELECT,     IPC_SEND,          IPC_SEND_REC,
        IPC_REQUEST,    IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_NOTIFY,
    };
    static const uint16_t seldom[] = {
        IPC_IN_OUTBOX, IPC_ECHO, IPC_IN_OUTBOX, IPC_ECHO, 0,     0x6,   0x7,   0x9,
        0x30,          0x90,     0xb0,          0x180,    0x200, 0x800, 0xfff, 0x1a0,
    };

    return byte < 0xe0 ? often[byte % COUNT(often)] : seldom[byte % COUNT(seldom)];
}

uint32_t decode_flags(uint32_t byte)
{
    return ((byte & 3) == 3 ? IPC_NONBLOCK : 0) | ((byte & 12) == 12 ? IPC_TIMEOUT : 0);
}

static endpoint_t endpoint_of(const struct ipc_table *t, uint32_t byte)
{
    return t->process[byte % IPC_PROCESSES].endpoint;
}

/* Of the first that lives from that slot on. */
static endpoint_t living(const struct ipc_table *t, uint32_t byte)
{
    for (uint32_t i = 0; i < IPC_PROCESSES; i++) {
        if (t->process[(byte + i) % IPC_PROCESSES].state != IPC_FREE)
            return endpoint_of(t, byte + i);
    }
    return endpoint_of(t, byte);
}

/* No process that lives: other generations, no slots, names, numbers that are no endpoint. */
static endpoint_t wild(const struct ipc_table *t, uint32_t byte)
{
    static const endpoint_t numbers[] = {
        ANY,
        HARDWARE,
        NONE,
        SYSTEM,
        SELF,
        0,
        -1,
        INT32_MIN,
        INT32_MAX,
        ENDPOINT(0, 1010),
        ENDPOINT(1, IPC_PROCESSES),
        ENDPOINT(1, 999),
        ENDPOINT(1, 1003),
    };
    uint32_t kind = byte / 8 % 4;

    if (kind == 0)
        return (endpoint_t)((uint32_t)endpoint_of(t, byte) - 1024);
    if (kind == 1)
        return (endpoint_t)((uint32_t)endpoint_of(t, byte) + 1024);
    return numbers[byte % COUNT(numbers)];
}

endpoint_t decode_target(const struct ipc_table *t, uint32_t byte)
{
    if (byte < 0xd0)
        return living(t, byte);
    if (byte < 0xe0)
        return endpoint_of(t, byte);
    return byte < 0xe8 ? SYSTEM : wild(t, byte);
}

endpoint_t decode_source(const struct ipc_table *t, uint32_t byte)
{
    if (byte < 0x70)
        return living(t, byte);
    if (byte < 0x78)
        return endpoint_of(t, byte);
    if (byte < 0xd0)
        return ANY;
    if (byte < 0xe0)
        return HARDWARE;
    return byte < 0xec ? NONE : wild(t, byte);
}

endpoint_t decode_client(const struct ipc_table *t, unsigned caller, uint32_t byte)
{
    for (unsigned i = 0; byte < 0xc0 && i < IPC_PROCESSES; i++) {
        const struct ipc_process *p = &t->process[(byte + i) % IPC_PROCESSES];

        if ((p->state == IPC_ANSWER || p->state == IPC_AWAITING) &&
            p->waits_for == t->process[caller].endpoint)
            return p->endpoint;
    }
    return decode_target(t, byte);
}

uint32_t decode_ticket(const struct ipc_table *t, endpoint_t client, uint32_t byte)
{
    unsigned slot = endpoint_slot(client);
    uint16_t right = slot < IPC_PROCESSES ? t->process[slot].ticket : 0;

    if (byte < 0xd0)
        return right;
    if (byte < 0xe0)
        return (uint16_t)(right - 1);
    return byte < 0xf0 ? (uint16_t)(right + 1) : (uint16_t)(byte * 0x1100);
}

uint32_t decode_events(uint32_t byte)
{
    static const uint32_t sets[] = {0, EVENT_NOTIFY, EVENT_ALARM, EVENT_DEATH, 0x80000000, 6};

    if (byte < 0x40)
        return IPC_ALL_EVENTS;
    return byte < 0x80 ? sets[byte % COUNT(sets)] : 1u << byte % 32 | 1u << byte / 4 % 32;
}

uint32_t decode_pairs(uint32_t byte)
{
    static const uint32_t wrong[] = {0, IPC_SELECT_PAIRS + 1, 0x10000001, UINT32_MAX};

    return byte < 0xf0 ? 1 + byte % 4 : byte < 0xf8 ? IPC_SELECT_PAIRS : wrong[byte % 4];
}

bool call_replies(uint32_t number)
{
    return number == IPC_REPLY || number == IPC_REPLY_RECEIVE;
}

bool call_waits(uint32_t number)
{
    return number == IPC_SEND || number == IPC_SEND_REC || number == IPC_REQUEST ||
           number == IPC_RECEIVE || number == IPC_RECEIVE_EX || number == IPC_REPLY_RECEIVE ||
           number == IPC_SELECT;
}

bool call_receives_from(uint32_t number)
{
    return number == IPC_RECEIVE || number == IPC_RECEIVE_EX;
}
