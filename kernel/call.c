/*
 * The trap: decodes a call, checks all that the core does not know (the message in the caller's
 * memory), lets the core act, and stores the results.
 *
 * Enter at kernel_call. The order of checks is the one that ipc/ipc.h promises; nothing changes
 * before the last of them.
 */
#include "clock.h"
#include "log.h"
#include "memory.h"
#include "panic.h"
#include "process.h"
#include "schedule.h"
#include "selftest.h"
#include "system.h"
#include "text.h"
#include "timer.h"

#define CYCLE_REPORTS_PER_SECOND 8

struct call {
    struct process *caller;
    unsigned slot;
    struct arch_call registers;
    phys_addr_t out, in;           /* the message to send; where one may come */
    struct message_place explicit; /* the caller's own message, when it straddles two pages */
};

/* ---- The message ----------------------------------------------------------------------------- */

/* Where the bytes at a user address are, when they are within the kernel's reach. */
static bool reach(const struct process *p, uint32_t address, uint32_t bytes, uint32_t flags,
                  phys_addr_t *found)
{
    return arch_space_find(&p->module->space, address, flags, found) &&
           arch_window(*found, bytes) != NULL;
}

/* Finds a message in the caller's memory. 0, -EINVAL unaligned, -EFAULT not all of it is there. */
static int locate(const struct process *p, uint32_t address, uint32_t flags,
                  struct message_place *place)
{
    uint32_t room = PAGE_BYTES - address % PAGE_BYTES;
    if (address % MESSAGE_ALIGN)
        return -EINVAL;
    if (address > USER_END - MESSAGE_BYTES)
        return -EFAULT;
    place->first_bytes = room < MESSAGE_BYTES ? room : MESSAGE_BYTES;
    if (!reach(p, address, place->first_bytes, flags, &place->first))
        return -EFAULT;
    if (place->first_bytes < MESSAGE_BYTES &&
        !reach(p, address + room, MESSAGE_BYTES - room, flags, &place->second))
        return -EFAULT;
    return 0;
}

/* A box is checked once and for all: a process's memory does not change while it lives. */
static int locate_box(const struct process *p, uint32_t address, uint32_t flags, phys_addr_t *box)
{
    struct message_place place;
    if (address % PAGE_BYTES > PAGE_BYTES - MESSAGE_BYTES)
        return -EINVAL;
    int error = locate(p, address, flags, &place);
    if (!error)
        *box = place.first;
    return error;
}

static int use_boxes(struct call *c, bool sends, bool receives)
{
    if ((sends && !c->caller->out_box) || (receives && !c->caller->in_box))
        return -EFAULT;
    c->out = c->caller->out_box;
    c->in = c->caller->in_box;
    return 0;
}

/* Finds where the call's message is and where one may come. */
static int locate_message(struct call *c, bool sends, bool receives)
{
    uint32_t address = c->registers.message;
    if (address == 0)
        return use_boxes(c, sends, receives);
    int error = locate(c->caller, address, receives ? SPACE_WRITE : 0, &c->explicit);
    if (error)
        return error;
    if (c->explicit.first_bytes == MESSAGE_BYTES) {
        c->out = c->in = c->explicit.first;
        c->explicit.first_bytes = 0;
        return 0;
    }
    c->out = c->in = arch_phys_of(&c->caller->bounce);
    phys_copy(c->explicit.first, c->out, c->explicit.first_bytes);
    phys_copy(c->explicit.second, c->out + c->explicit.first_bytes,
              MESSAGE_BYTES - c->explicit.first_bytes);
    if (!receives)
        c->explicit.first_bytes = 0;
    return 0;
}

/* ---- Ends of calls --------------------------------------------------------------------------- */

/* The call ends with this result, without the core. */
static void end_with(struct call *c, int result, uint32_t second)
{
    arch_call_result(&c->caller->arch, result, second);
}

/* The caller itself caused the error. */
static void fail(struct call *c, int error)
{
    end_with(c, error, (uint32_t)process_endpoint(c->caller));
}

/* A program may try as often as it likes: it must not wash everything else out of the log. */
static bool may_report(void)
{
    static uint32_t second, reports;
    if (second != clock_ticks() / ARCH_TICKS_PER_SECOND) {
        second = clock_ticks() / ARCH_TICKS_PER_SECOND;
        reports = 0;
    }
    return reports++ < CYCLE_REPORTS_PER_SECOND;
}

static void report_cycle(const struct call *c)
{
    uint16_t members[8];
    unsigned room = sizeof members / sizeof *members;
    endpoint_t peer = (endpoint_t)ipc_table.process[c->slot].second;
    unsigned count = ipc_cycle(&ipc_table, c->slot, endpoint_slot(peer), members, room);
    char line[192];
    size_t used = format(line, sizeof line, "deadlock refused: %s", process_name(c->caller));
    for (unsigned i = 1; i < count && i < room; i++)
        used +=
            format(line + used, sizeof line - used, " -> %s", process_name(process_at(members[i])));
    if (count)
        log_line("%s -> %s%s", line, count > room ? "... -> " : "", process_name(c->caller));
}

/* The core has acted: `ended` is what it returned. */
static void conclude(struct call *c, bool ended)
{
    struct process *p = c->caller;
    p->deliver = c->explicit;
    if (ended) {
        if (ipc_table.process[c->slot].result == -ELOCKED && may_report())
            report_cycle(c);
        process_finish_call(p);
        return;
    }
    if (!(c->registers.call & IPC_TIMEOUT))
        return;
    if (c->registers.timeout == 0)
        ipc_timeout(&ipc_table, c->slot);
    else
        timer_set(c->slot, TIMER_CALL, timer_deadline(arch_time_us(), c->registers.timeout));
}

/* ---- The calls ------------------------------------------------------------------------------- */

/* Copies a message out of or into the place that locate_message found. */
static void read_message(const struct call *c, message *m)
{
    phys_copy(c->out, arch_phys_of(m), MESSAGE_BYTES);
}

static void write_message(const struct call *c, const message *m)
{
    phys_addr_t from = arch_phys_of(m);
    if (c->explicit.first_bytes == 0) {
        phys_copy(from, c->in, MESSAGE_BYTES);
        return;
    }
    phys_copy(from, c->explicit.first, c->explicit.first_bytes);
    phys_copy(from + c->explicit.first_bytes, c->explicit.second,
              MESSAGE_BYTES - c->explicit.first_bytes);
}

static void call_system(struct call *c)
{
    static message m; /* static: it has a physical address */
    endpoint_t self = process_endpoint(c->caller);
    read_message(c, &m);
    system_call(c->caller, &m);
    if (!c->caller->alive || process_endpoint(c->caller) != self)
        return;
    write_message(c, &m);
    end_with(c, 0, IPC_CAME_REPLY);
}

static void call_echo(struct call *c)
{
    static message m;
    read_message(c, &m);
    m.m_source = process_endpoint(c->caller);
    write_message(c, &m);
    end_with(c, 0, IPC_CAME_NOTHING);
}

static void call_in_outbox(struct call *c)
{
    phys_addr_t in = c->caller->in_box, out = c->caller->out_box;
    uint32_t in_address = c->registers.target, out_address = c->registers.message;
    int error = 0;
    if (in_address)
        error = locate_box(c->caller, in_address, SPACE_WRITE, &in);
    if (!error && out_address)
        error = locate_box(c->caller, out_address, 0, &out);
    if (error) {
        fail(c, error);
        return;
    }
    c->caller->in_box = in;
    c->caller->out_box = out;
    end_with(c, 0, IPC_CAME_NOTHING);
}

/* The calls that take a message. */
static void call_with_message(struct call *c, uint32_t number)
{
    endpoint_t peer = (endpoint_t)c->registers.target;
    uint32_t flags = c->registers.call & (IPC_NONBLOCK | IPC_TIMEOUT);
    int error = locate_message(c, number != IPC_RECEIVE, number != IPC_SEND);
    if (error)
        fail(c, error);
    else if (number == IPC_ECHO)
        call_echo(c);
    else if (number == IPC_SEND)
        conclude(c, ipc_send(&ipc_table, c->slot, peer, c->out, flags));
    else if (number == IPC_RECEIVE)
        conclude(c, ipc_receive(&ipc_table, c->slot, peer, c->in, flags));
    else if (peer == SYSTEM)
        call_system(c);
    else
        conclude(c, ipc_send_rec(&ipc_table, c->slot, peer, c->out, c->in, flags));
}

void kernel_call(struct arch_context *context)
{
    struct call c = {.caller = process_of(context)};
    KERNEL_ASSERT(c.caller->alive);
    c.slot = process_slot(c.caller);
    arch_call_read(context, &c.registers);
    selftest_call();

    endpoint_t peer = (endpoint_t)c.registers.target, culprit = NONE;
    uint32_t number = c.registers.call & IPC_CALL_MASK;
    int error = ipc_check(&ipc_table, c.slot, c.registers.call, peer, &culprit);
    if (error)
        end_with(&c, error, (uint32_t)culprit);
    else if (number == IPC_IN_OUTBOX)
        call_in_outbox(&c);
    else if (number == IPC_NOTIFY)
        conclude(&c, ipc_notify(&ipc_table, c.slot, peer));
    else
        call_with_message(&c, number);
}
