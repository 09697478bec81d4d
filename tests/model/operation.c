/* See operation.h. */
#include "operation.h"

#include <stddef.h>
#include <string.h>

bool operation_is_possible(const struct ipc_table *t, const struct operation *op)
{
    const struct ipc_process *p;

    if (op->kind == OPERATION_CREATE)
        return true;
    if (op->slot >= IPC_PROCESSES)
        return false;
    p = &t->process[op->slot];
    switch (op->kind) {
    case OPERATION_CALL:
        return p->state == IPC_RUNNABLE;
    case OPERATION_DESTROY:
    case OPERATION_POST:
        return p->state != IPC_FREE;
    case OPERATION_FAULT:
    case OPERATION_ADOPT:
        return p->state == IPC_RUNNABLE && op->target != p->endpoint &&
               ipc_slot_of(t, op->target) >= 0;
    case OPERATION_TIMEOUT: /* the kernel's list of deadlines may be a step behind */
        return p->timed || p->state <= IPC_RUNNABLE;
    default:
        return true;
    }
}

bool operation_is_kernels(const struct operation *op)
{
    uint32_t number = op->call & IPC_CALL_MASK;

    if (number == IPC_IN_OUTBOX || number == IPC_ECHO)
        return true;
    return (number == IPC_SEND_REC || number == IPC_REQUEST) && op->target == SYSTEM;
}

struct ipc_arguments operation_arguments(const struct operation *op)
{
    return (struct ipc_arguments){
        .call = op->call,
        .target = (op->call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE ? op->source : op->target,
        .events = op->events,
        .pairs = op->pairs,
    };
}

static bool call(struct ipc_table *t, const struct operation *op)
{
    uint32_t flags = op->call & (IPC_NONBLOCK | IPC_TIMEOUT), ticket = IPC_TICKET(op->call);

    switch (op->call & IPC_CALL_MASK) {
    case IPC_SEND:
        return ipc_send(t, op->slot, op->target, op->out, flags);
    case IPC_SEND_REC:
        return ipc_send_rec(t, op->slot, op->target, op->out, op->in, flags);
    case IPC_REQUEST:
        return ipc_request(t, op->slot, op->target, op->out, op->in, flags);
    case IPC_RECEIVE:
        return ipc_receive(t, op->slot, op->target, op->in, flags);
    case IPC_RECEIVE_EX:
        return ipc_receive_events(t, op->slot, op->target, op->events, op->in, flags);
    case IPC_NOTIFY:
        return ipc_notify(t, op->slot, op->target);
    case IPC_NOTIFY_SET:
        return ipc_notify_set(t, op->slot, op->target, op->events);
    case IPC_REPLY:
        return ipc_reply(t, op->slot, op->target, op->out, ticket);
    case IPC_REPLY_RECEIVE:
        return ipc_reply_receive(t, op->slot, op->target, op->out, ticket, op->source, op->events,
                                 op->in, flags);
    case IPC_SELECT:
        return ipc_select(t, op->slot, op->set, op->pairs, flags);
    default:
        return true;
    }
}

static struct outcome checked_call(struct ipc_table *t, const struct operation *op)
{
    const struct ipc_arguments arguments = operation_arguments(op);
    struct outcome outcome = {.ended = true};

    outcome.error = ipc_check_call(t, op->slot, &arguments, &outcome.culprit);
    if (outcome.error == 0 && !operation_is_kernels(op))
        outcome.ended = call(t, op);
    return outcome;
}

struct outcome operation_perform(struct ipc_table *t, const struct operation *op)
{
    struct outcome outcome = {.ended = true};

    switch (op->kind) {
    case OPERATION_CALL:
        return checked_call(t, op);
    case OPERATION_CREATE:
        outcome.value = ipc_create(t, op->identity);
        break;
    case OPERATION_DESTROY:
        ipc_destroy(t, op->slot);
        break;
    case OPERATION_POST:
        ipc_post(t, op->slot, op->events);
        break;
    case OPERATION_TIMEOUT:
        ipc_timeout(t, op->slot);
        break;
    case OPERATION_CANCEL:
        ipc_cancel(t, op->slot);
        break;
    case OPERATION_FAULT:
        outcome.ended = ipc_fault_request(t, op->slot, op->target, op->out, op->in);
        break;
    case OPERATION_ADOPT:
        outcome.value = (int)ipc_fault_adopt(t, op->slot, op->target, op->in);
        break;
    case OPERATION_RESTART:
        ipc_fault_restart(t, op->slot);
        break;
    default:
        break;
    }
    return outcome;
}

bool table_equal(const struct ipc_table *a, const struct ipc_table *b)
{
    return memcmp(a, b, offsetof(struct ipc_table, privilege)) == 0 &&
           a->free_first == b->free_first && a->free_last == b->free_last;
}

void table_copy(struct ipc_table *to, const struct ipc_table *from)
{
    memcpy(to, from, offsetof(struct ipc_table, privilege));
    to->free_first = from->free_first;
    to->free_last = from->free_last;
}

bool outcome_equal(const struct outcome *a, const struct outcome *b)
{
    return a->error == b->error && a->ended == b->ended && a->value == b->value &&
           (a->error == 0 || a->culprit == b->culprit);
}

/* ---- In words -------------------------------------------------------------------------------- */

const char *error_name(int error)
{
    switch (-error) {
    case 0:
        return "0";
#define NAME(name, number, text)                                                                   \
    case number:                                                                                   \
        return #name;
        PARLEY_ERRORS(NAME)
#undef NAME
    default:
        return "?";
    }
}

void endpoint_print(FILE *file, const struct ipc_table *t, endpoint_t endpoint)
{
    static const char *const names[] = {"HARDWARE", "SYSTEM", "ANY", "NONE", "SELF"};
    unsigned slot = endpoint_slot(endpoint);

    if (endpoint >= HARDWARE && endpoint <= SELF)
        fputs(names[endpoint - HARDWARE], file);
    else if (endpoint < 0 || slot >= IPC_PROCESSES)
        fprintf(file, "%#x", (unsigned)endpoint);
    else if (endpoint == t->process[slot].endpoint)
        fprintf(file, "%sp%u", t->process[slot].state == IPC_FREE ? "dead " : "", slot);
    else
        fprintf(
            file, "p%u%+d", slot,
            (int)(endpoint_generation(endpoint) - endpoint_generation(t->process[slot].endpoint)));
}

static const char *call_name(uint32_t number)
{
    static const struct {
        uint32_t number;
        const char *name;
    } names[] = {
#define NAME(name, number, bit) {number, #name},
        IPC_CALLS(NAME)
#undef NAME
            {IPC_REPLY_RECEIVE, "ipc_reply_receive"},
    };

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return NULL;
}

static void print_set(FILE *file, const struct ipc_table *t, const struct operation *op)
{
    for (unsigned i = 0; i < op->pairs && i < IPC_SELECT_PAIRS; i++) {
        fputs(i == 0 ? "" : ", ", file);
        endpoint_print(file, t, op->set[i].source);
        fprintf(file, " %#x", op->set[i].events);
    }
    if (op->pairs == 0 || op->pairs > IPC_SELECT_PAIRS)
        fprintf(file, "%u pairs", op->pairs);
}

static void print_call(FILE *file, const struct ipc_table *t, const struct operation *op)
{
    uint32_t number = op->call & IPC_CALL_MASK;
    const char *name = call_name(number);

    if (name != NULL)
        fprintf(file, "p%u: %s(", op->slot, name);
    else
        fprintf(file, "p%u: call %#x(", op->slot, number);
    if (number == IPC_SELECT)
        print_set(file, t, op);
    else
        endpoint_print(file, t, op->target);
    if (number == IPC_REPLY || number == IPC_REPLY_RECEIVE)
        fprintf(file, ", ticket %u", IPC_TICKET(op->call));
    if (number == IPC_REPLY_RECEIVE) {
        fputs("; from ", file);
        endpoint_print(file, t, op->source);
    }
    if (number == IPC_NOTIFY_SET || number == IPC_RECEIVE_EX || number == IPC_REPLY_RECEIVE)
        fprintf(file, ", events %#x", op->events);
    fputs((op->call & IPC_NONBLOCK) != 0 ? ", NONBLOCK" : "", file);
    fputs((op->call & IPC_TIMEOUT) != 0 ? ", TIMEOUT" : "", file);
    if ((op->call & IPC_UNDEFINED) != 0)
        fprintf(file, ", undefined %#x", op->call & IPC_UNDEFINED);
    fputc(')', file);
}

void operation_print(FILE *file, const struct ipc_table *t, const struct operation *op)
{
    static const char *const verbs[OPERATION_KINDS] = {
        "",
        "is born",
        "dies",
        "gets kernel events",
        "times out",
        "is cancelled",
        "faults to",
        "is made in a fault that was taken by",
        "restarts its fault",
    };

    if (op->kind == OPERATION_CALL) {
        print_call(file, t, op);
        return;
    }
    if (op->kind == OPERATION_CREATE)
        fprintf(file, "somebody with identity %u is born", op->identity);
    else
        fprintf(file, "p%u %s", op->slot, verbs[op->kind]);
    if (op->kind == OPERATION_POST)
        fprintf(file, " %#x", op->events);
    if (op->kind == OPERATION_FAULT || op->kind == OPERATION_ADOPT) {
        fputc(' ', file);
        endpoint_print(file, t, op->target);
    }
}
