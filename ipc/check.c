/*
 * May this caller make this call to this target? Everything that can be said before the message is
 * looked at, in the order that ipc/ipc.h promises, so that each mistake has one answer.
 */
#include "core.h"

enum target_kind {
    NO_TARGET,
    SOURCE,                /* a process, ANY, HARDWARE or NONE */
    DESTINATION,           /* a process */
    DESTINATION_OR_SYSTEM, /* a process, or the kernel as a server */
    CLIENT,                /* a process, living or not: the call itself says what it waits for */
};

#define WAITS     (IPC_NONBLOCK | IPC_TIMEOUT)
#define BIT(name) (1u << CALL_BIT_##name)

struct call_rule {
    uint16_t number;
    uint16_t permissions; /* all of these bits, 1 << CALL_BIT_* */
    uint8_t target;       /* enum target_kind */
    uint32_t flags;       /* those that the call takes, and its ticket's bits */
};

/* Every call that there is, and the one combination. */
static const struct call_rule rules[] = {
    {IPC_SEND, BIT(send), DESTINATION, WAITS},
    {IPC_RECEIVE, BIT(receive), SOURCE, WAITS},
    {IPC_SEND_REC, BIT(send_rec), DESTINATION_OR_SYSTEM, WAITS},
    {IPC_IN_OUTBOX, BIT(in_outbox), NO_TARGET, 0},
    {IPC_NOTIFY, BIT(notify), DESTINATION, 0},
    {IPC_ECHO, BIT(echo), NO_TARGET, 0},
    {IPC_REQUEST, BIT(ipc_request), DESTINATION_OR_SYSTEM, WAITS},
    {IPC_REPLY, BIT(ipc_reply), CLIENT, IPC_TICKET_MASK},
    {IPC_NOTIFY_SET, BIT(ipc_notify), DESTINATION, 0},
    {IPC_RECEIVE_EX, BIT(ipc_receive), SOURCE, WAITS},
    {IPC_REPLY_RECEIVE, BIT(ipc_reply) | BIT(ipc_receive), SOURCE, WAITS | IPC_TICKET_MASK},
    {IPC_SELECT, BIT(ipc_select), NO_TARGET, WAITS},
};

static const struct call_rule *find_rule(uint32_t call)
{
    for (unsigned i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if (rules[i].number == (call & IPC_CALL_MASK))
            return (call & ~IPC_CALL_MASK & ~rules[i].flags) == 0 ? &rules[i] : NULL;
    }
    return NULL;
}

/* Whether this name is legal where the call wants a target. */
static bool name_is_legal(enum target_kind kind, endpoint_t name)
{
    if (kind == SOURCE)
        return name == ANY || name == HARDWARE || name == NONE;
    return kind == DESTINATION_OR_SYSTEM && name == SYSTEM;
}

static bool may_address(const struct ipc_table *t, unsigned caller, unsigned target)
{
    const struct ipc_privilege *privilege = &t->privilege[t->process[caller].identity];
    unsigned identity = t->process[target].identity;

    return (privilege->targets[identity / 32] >> (identity % 32) & 1) != 0;
}

int ipc_slot_of(const struct ipc_table *t, endpoint_t endpoint)
{
    unsigned slot = endpoint_slot(endpoint);

    if (endpoint <= 0 || ipc_is_name(endpoint))
        return -EINVAL;
    if (slot >= IPC_PROCESSES || t->process[slot].state == IPC_FREE ||
        t->process[slot].endpoint != endpoint)
        return -EDEADSRCDST;
    return (int)slot;
}

static int check_target(const struct ipc_table *t, unsigned caller, enum target_kind kind,
                        endpoint_t target)
{
    int slot;

    if (kind == NO_TARGET || name_is_legal(kind, target))
        return 0;
    slot = ipc_slot_of(t, target);
    if (kind == CLIENT)
        return slot == -EINVAL ? -EINVAL : 0;
    if (slot < 0)
        return slot;
    if ((unsigned)slot == caller)
        return -ELOCKED;
    /* To receive from somebody is not to address him: he decides. */
    if (kind != SOURCE && !may_address(t, caller, (unsigned)slot))
        return -ECALLDENIED;
    return 0;
}

static int check_sets(uint32_t number, const struct ipc_arguments *a)
{
    if (number == IPC_NOTIFY_SET && a->events == 0)
        return -EINVAL;
    if (number == IPC_SELECT && (a->pairs == 0 || a->pairs > IPC_SELECT_PAIRS))
        return -EINVAL;
    return 0;
}

int ipc_check_call(const struct ipc_table *t, unsigned caller, const struct ipc_arguments *a,
                   endpoint_t *culprit)
{
    const struct ipc_process *process = &t->process[caller];
    const struct call_rule *rule = find_rule(a->call);
    int error;

    if (rule == NULL)
        error = -EBADCALL;
    else if ((rule->permissions & ~t->privilege[process->identity].calls) != 0)
        error = -ETRAPDENIED;
    else
        error = check_target(t, caller, (enum target_kind)rule->target, a->target);
    if (error == 0)
        error = check_sets(a->call & IPC_CALL_MASK, a);
    if (error != 0)
        *culprit = error == -EDEADSRCDST ? a->target : process->endpoint;
    return error;
}

int ipc_check(const struct ipc_table *t, unsigned caller, uint32_t call, endpoint_t target,
              endpoint_t *culprit)
{
    const struct ipc_arguments a = {call, target, EVENT_NOTIFY, 1};

    return ipc_check_call(t, caller, &a, culprit);
}
