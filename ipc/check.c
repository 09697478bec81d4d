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
};

struct call_rule {
    uint16_t number;
    uint8_t permission; /* CALL_BIT_* */
    uint8_t target;     /* enum target_kind */
    uint32_t flags;     /* those that the call takes */
};

/* What is built. The reserved numbers of abi/calls.h are not here, so they are no calls. */
static const struct call_rule rules[] = {
    {IPC_SEND, CALL_BIT_send, DESTINATION, IPC_NONBLOCK | IPC_TIMEOUT},
    {IPC_RECEIVE, CALL_BIT_receive, SOURCE, IPC_NONBLOCK | IPC_TIMEOUT},
    {IPC_SEND_REC, CALL_BIT_send_rec, DESTINATION_OR_SYSTEM, IPC_NONBLOCK | IPC_TIMEOUT},
    {IPC_IN_OUTBOX, CALL_BIT_in_outbox, NO_TARGET, 0},
    {IPC_NOTIFY, CALL_BIT_notify, DESTINATION, 0},
    {IPC_ECHO, CALL_BIT_echo, NO_TARGET, 0},
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
    if (slot < 0)
        return slot;
    if ((unsigned)slot == caller)
        return -ELOCKED;
    /* To receive from somebody is not to address him: he decides. */
    if (kind != SOURCE && !may_address(t, caller, (unsigned)slot))
        return -ECALLDENIED;
    return 0;
}

int ipc_check(const struct ipc_table *t, unsigned caller, uint32_t call, endpoint_t target,
              endpoint_t *culprit)
{
    const struct ipc_process *process = &t->process[caller];
    const struct call_rule *rule = find_rule(call);
    int error;

    if (rule == NULL)
        error = -EBADCALL;
    else if ((t->privilege[process->identity].calls >> rule->permission & 1) == 0)
        error = -ETRAPDENIED;
    else
        error = check_target(t, caller, (enum target_kind)rule->target, target);
    if (error != 0)
        *culprit = error == -EDEADSRCDST ? target : process->endpoint;
    return error;
}
