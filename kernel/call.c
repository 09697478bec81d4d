/*
 * The trap: decodes a call, checks all that the core does not know (the message in the caller's
 * memory: message.c), lets the core act, and stores the results.
 *
 * Enter at kernel_call. The order of checks is the one that ipc/ipc.h promises; nothing changes
 * before the last of them.
 */
#include "call.h"
#include "clock.h"
#include "cycle.h"
#include "handover.h"
#include "memory.h"
#include "panic.h"
#include "selftest.h"
#include "system.h"
#include "trace.h"

/* ---- Ends of calls --------------------------------------------------------------------------- */

/* The call ends with this result, without the core. */
static void end_with(struct call *c, int result, uint32_t second)
{
    if (trace_on)
        trace_return(c->caller, result, second);
    arch_call_result(&c->caller->arch, result, second);
}

/* It begins, with what it sends if it sends something. */
static void note(const struct call *c, phys_addr_t out)
{
    if (trace_on)
        trace_call(c->caller, &c->registers, out ? arch_window(out, MESSAGE_BYTES) : NULL);
}

/* A page is missing where the caller's handler may still put one: the call will be made again. */
static bool misses_page(const struct call *c)
{
    const struct memory_miss m = memory_miss;
    return m.space == &c->caller->module->space &&
           fault_in_call(c->caller, m.address, (m.flags & SPACE_WRITE) != 0);
}

/* The caller itself caused the error. */
static void fail(struct call *c, int error)
{
    if (error == -EFAULT && misses_page(c))
        return;
    end_with(c, error, (uint32_t)process_endpoint(c->caller));
}

/* The core has acted: `ended` is what it returned. */
static void conclude(struct call *c, bool ended)
{
    struct process *p = c->caller;
    p->arch.deliver = c->explicit;
    if (ended) {
        const struct ipc_process *ipc = &ipc_table.process[c->slot];
        if (ipc->result == -ELOCKED)
            cycle_refused(c->slot);
        if (trace_on)
            trace_return(p, ipc->result, ipc->second);
        process_finish_call(p);
        return;
    }
    handover_end(p, c->registers.message == 0);
    if (!(c->registers.call & IPC_TIMEOUT))
        return;
    if (c->registers.timeout == 0)
        ipc_timeout(&ipc_table, c->slot);
    else
        clock_set(c->slot, TIMER_CALL, arch_time_us(), c->registers.timeout);
}

/* ---- Calls that the kernel serves itself ----------------------------------------------------- */

static void call_system(struct call *c)
{
    static message m; /* static: it has a physical address */
    endpoint_t self = process_endpoint(c->caller);
    message_read(c, &m);
    system_call(c->caller, &m);
    if (!c->caller->alive || process_endpoint(c->caller) != self)
        return;
    if (m.m_type == -EFAULT && misses_page(c))
        return;
    if (trace_on)
        trace_deliver(self, &m);
    message_write(c, &m);
    end_with(c, 0, IPC_CAME_REPLY);
}

static void call_echo(struct call *c)
{
    static message m;
    message_read(c, &m);
    m.m_source = process_endpoint(c->caller);
    message_write(c, &m);
    end_with(c, 0, IPC_CAME_NOTHING);
}

static void note_miss(const struct call *c, uint32_t address, uint32_t flags)
{
    (void)memory_note_miss(&c->caller->module->space, address, MESSAGE_BYTES, flags);
}

static int locate_box(const struct call *c, uint32_t address, uint32_t flags, phys_addr_t *box)
{
    int error = message_locate_box(c->caller, address, flags, box);
    if (error == -EFAULT)
        note_miss(c, address, flags);
    return error;
}

static void call_in_outbox(struct call *c)
{
    phys_addr_t in = c->caller->in_box, out = c->caller->out_box;
    uint32_t in_address = c->registers.target, out_address = c->registers.message;
    int error = 0;
    if (in_address)
        error = locate_box(c, in_address, SPACE_WRITE, &in);
    if (!error && out_address)
        error = locate_box(c, out_address, 0, &out);
    if (error) {
        fail(c, error);
        return;
    }
    c->caller->in_box = in;
    c->caller->out_box = out;
    handover_changed(c->slot);
    end_with(c, 0, IPC_CAME_NOTHING);
}

/* ---- Calls that the core serves -------------------------------------------------------------- */

static uint32_t waiting_flags(const struct call *c)
{
    return c->registers.call & (IPC_NONBLOCK | IPC_TIMEOUT);
}

static uint32_t ticket(const struct call *c)
{
    return c->registers.call >> IPC_TICKET_SHIFT;
}

/* The set is copied, so it may lie anywhere and change while the caller waits. */
static void call_select(struct call *c)
{
    struct ipc_select_pair set[IPC_SELECT_PAIRS];
    unsigned pairs = c->registers.target;
    uint32_t address = c->registers.message;
    int error = address % _Alignof(struct ipc_select_pair) ? -EINVAL : 0;
    if (!error)
        error = copy_from_process(&c->caller->module->space, set, address, pairs * sizeof *set);
    if (error)
        fail(c, error);
    else
        conclude(c, ipc_select(&ipc_table, c->slot, set, pairs, waiting_flags(c)));
}

static void call_notify(struct call *c, endpoint_t peer, bool a_set)
{
    if (trace_on)
        trace_event(process_endpoint(c->caller), peer, a_set ? c->registers.events : EVENT_NOTIFY);
    conclude(c, a_set ? ipc_notify_set(&ipc_table, c->slot, peer, c->registers.events)
                      : ipc_notify(&ipc_table, c->slot, peer));
}

/* Returns what the core returns. */
static bool meet(const struct call *c, uint32_t number)
{
    const struct arch_call *r = &c->registers;
    endpoint_t peer = (endpoint_t)r->target;
    uint32_t flags = waiting_flags(c);
    switch (number) {
    case IPC_SEND:
        return ipc_send(&ipc_table, c->slot, peer, c->out, flags);
    case IPC_RECEIVE:
        return ipc_receive(&ipc_table, c->slot, peer, c->in, flags);
    case IPC_SEND_REC:
        return ipc_send_rec(&ipc_table, c->slot, peer, c->out, c->in, flags);
    case IPC_REQUEST:
        return ipc_request(&ipc_table, c->slot, peer, c->out, c->in, flags);
    case IPC_REPLY:
        return ipc_reply(&ipc_table, c->slot, peer, c->out, ticket(c));
    case IPC_RECEIVE_EX:
        return ipc_receive_events(&ipc_table, c->slot, peer, r->events, c->in, flags);
    default:
        KERNEL_ASSERT(number == IPC_REPLY_RECEIVE);
        return ipc_reply_receive(&ipc_table, c->slot, peer, c->out, ticket(c),
                                 (endpoint_t)r->source, r->events, c->in, flags);
    }
}

static bool takes_message(uint32_t number)
{
    return number != IPC_IN_OUTBOX && number != IPC_NOTIFY && number != IPC_NOTIFY_SET &&
           number != IPC_SELECT;
}

static bool sends(uint32_t number)
{
    return number != IPC_RECEIVE && number != IPC_RECEIVE_EX;
}

/* A server that has nobody to answer passes NONE. */
static bool sends_something(const struct call *c, uint32_t number)
{
    return sends(number) &&
           !(number == IPC_REPLY_RECEIVE && (endpoint_t)c->registers.target == NONE);
}

static bool receives(uint32_t number)
{
    return number != IPC_SEND && number != IPC_REPLY;
}

/* The calls that take a message. */
static void call_with_message(struct call *c, uint32_t number)
{
    bool calls = number == IPC_SEND_REC || number == IPC_REQUEST;
    int error = message_locate(c, sends(number), receives(number));
    note(c, error || !sends_something(c, number) ? 0 : c->out);
    if (error == -EFAULT && c->registers.message)
        note_miss(c, c->registers.message, receives(number) ? SPACE_WRITE : 0);
    if (error)
        fail(c, error);
    else if (number == IPC_ECHO)
        call_echo(c);
    else if (calls && c->registers.target == SYSTEM)
        call_system(c);
    else
        conclude(c, meet(c, number));
}

/* ---- The trap -------------------------------------------------------------------------------- */

static int check(const struct call *c, uint32_t number, endpoint_t *culprit)
{
    const struct arch_call *r = &c->registers;
    const struct ipc_arguments arguments = {
        .call = r->call,
        .target = (endpoint_t)(number == IPC_REPLY_RECEIVE ? r->source : r->target),
        .events = r->events,
        .pairs = r->target,
    };
    return ipc_check_call(&ipc_table, c->slot, &arguments, culprit);
}

void kernel_call(struct arch_context *context)
{
    struct call c = {.caller = process_of(context)};
    KERNEL_ASSERT(c.caller->alive);
    c.slot = process_slot(c.caller);
    arch_call_read(context, &c.registers);
    handover_begin();
    selftest_call();
    memory_miss.space = NULL;

    endpoint_t peer = (endpoint_t)c.registers.target, culprit = NONE;
    uint32_t number = c.registers.call & IPC_CALL_MASK;
    int error = check(&c, number, &culprit);
    if (error || !takes_message(number))
        note(&c, 0);
    if (error)
        end_with(&c, error, (uint32_t)culprit);
    else if (number == IPC_IN_OUTBOX)
        call_in_outbox(&c);
    else if (number == IPC_NOTIFY || number == IPC_NOTIFY_SET)
        call_notify(&c, peer, number == IPC_NOTIFY_SET);
    else if (number == IPC_SELECT)
        call_select(&c);
    else
        call_with_message(&c, number);
}

void process_call_again(struct process *p)
{
    p->calls_again = false;
    arch_enter(&p->arch);
    kernel_call(&p->arch);
}
