/* Which register is what to which call, and which halves of a call need which message. */
#include "call.h"
#include "clock.h"
#include "cmocka_all.h"
#include "cycle.h"
#include "handover.h"
#include "memory.h"
#include "panic.h"
#include "selftest.h"
#include "system.h"
#include "timer.h"
#include "trace.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CALLER 5
#define EAX    0x1405 /* distinct values, so that none can be taken for another */
#define EBX    0x10000040
#define EDX    0x00ed0000
#define ESI    0x00051000
#define EDI    0x1806
#define OUT    0x71000
#define IN     0x72000

struct ipc_table ipc_table;
static struct process processes[IPC_PROCESSES];
static struct module module;

static char said[256]; /* what the core was asked, in words */
static int32_t check_result;
static int locate_result;
static struct ipc_arguments checked;
static bool ended, writes, dies;
static int32_t core_result;
static unsigned timeouts, timers, cycles, system_calls, finished;
static unsigned begun, boxes_changed, selftests;
static uint16_t first_bytes; /* of a message that straddles two pages */
static char waited[8];       /* what handover_end was told: a letter a call */
bool trace_on;
static char traced[128]; /* what was recorded, in words */

#define SAY(...) (void)snprintf(said, sizeof said, __VA_ARGS__)

/* ---- Pages that are missing ------------------------------------------------------------------ */

struct memory_miss memory_miss;
static bool handler_takes;

int memory_note_miss(const struct arch_space *space, uint32_t address, uint32_t bytes,
                     uint32_t flags)
{
    assert_int_equal(bytes, MESSAGE_BYTES);
    memory_miss = (struct memory_miss){space, address, flags};
    return -EFAULT;
}

bool fault_in_call(struct process *p, uint32_t address, bool write)
{
    assert_ptr_equal(p, &processes[CALLER]);
    if (handler_takes)
        SAY("fault %x %s", address, write ? "write" : "read");
    return handler_takes;
}

void arch_enter(struct arch_context *context)
{
    assert_ptr_equal(context, &processes[CALLER].arch);
    begun += 100;
}

/* ---- The core -------------------------------------------------------------------------------- */

static bool core(void)
{
    ipc_table.process[CALLER].result = core_result;
    return ended;
}

int ipc_check_call(const struct ipc_table *t, unsigned caller, const struct ipc_arguments *a,
                   endpoint_t *culprit)
{
    assert_ptr_equal(t, &ipc_table);
    assert_int_equal(caller, CALLER);
    checked = *a;
    *culprit = 99;
    return check_result;
}

bool ipc_send(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out, uint32_t flags)
{
    (void)t, (void)caller;
    SAY("send %x %x %x", dst, out, flags);
    return core();
}

bool ipc_receive(struct ipc_table *t, unsigned caller, endpoint_t src, phys_addr_t in,
                 uint32_t flags)
{
    (void)t, (void)caller;
    SAY("receive %x %x %x", src, in, flags);
    return core();
}

bool ipc_send_rec(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                  phys_addr_t in, uint32_t flags)
{
    (void)t, (void)caller;
    SAY("send_rec %x %x %x %x", dst, out, in, flags);
    return core();
}

bool ipc_request(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                 phys_addr_t in, uint32_t flags)
{
    (void)t, (void)caller;
    SAY("request %x %x %x %x", dst, out, in, flags);
    return core();
}

bool ipc_reply(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
               uint32_t ticket)
{
    (void)t, (void)caller;
    SAY("reply %x %x %x", dst, out, ticket);
    return core();
}

bool ipc_notify(struct ipc_table *t, unsigned caller, endpoint_t dst)
{
    (void)t, (void)caller;
    SAY("notify %x", dst);
    return core();
}

bool ipc_notify_set(struct ipc_table *t, unsigned caller, endpoint_t dst, uint32_t events)
{
    (void)t, (void)caller;
    SAY("notify_set %x %x", dst, events);
    return core();
}

bool ipc_receive_events(struct ipc_table *t, unsigned caller, endpoint_t src, uint32_t events,
                        phys_addr_t in, uint32_t flags)
{
    (void)t, (void)caller;
    SAY("receive_events %x %x %x %x", src, events, in, flags);
    return core();
}

bool ipc_reply_receive(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                       uint32_t ticket, endpoint_t src, uint32_t events, phys_addr_t in,
                       uint32_t flags)
{
    (void)t, (void)caller;
    SAY("reply_receive %x %x %x, %x %x %x %x", dst, out, ticket, src, events, in, flags);
    return core();
}

bool ipc_select(struct ipc_table *t, unsigned caller, const struct ipc_select_pair *set,
                unsigned count, uint32_t flags)
{
    (void)t, (void)caller;
    SAY("select %x %x %x %x", set[0].source, set[count - 1].events, count, flags);
    return core();
}

void ipc_timeout(struct ipc_table *t, unsigned slot)
{
    assert_ptr_equal(t, &ipc_table);
    assert_int_equal(slot, CALLER);
    timeouts++;
}

/* ---- The kernel's other parts ---------------------------------------------------------------- */

int message_locate(struct call *c, bool sends, bool receives)
{
    c->out = sends ? OUT : 0;
    c->in = receives ? IN : 0;
    c->explicit.first_bytes = first_bytes;
    writes = receives;
    return locate_result;
}

int message_locate_box(const struct process *p, uint32_t address, uint32_t flags, phys_addr_t *box)
{
    assert_ptr_equal(p, &processes[CALLER]);
    if (address == 0xbad0)
        return -EFAULT;
    *box = address + (flags == SPACE_WRITE ? 1 : 2);
    return 0;
}

void message_read(const struct call *c, message *m)
{
    assert_int_equal(c->out, OUT);
    m->m_type = 42;
}

void message_write(const struct call *c, const message *m)
{
    assert_int_equal(c->in, IN);
    SAY("write %x %d", m->m_source, m->m_type);
}

int copy_from_process(const struct arch_space *space, void *to, uint32_t from, uint32_t bytes)
{
    assert_ptr_equal(space, &module.space);
    if (from == 0xbad0)
        return -EFAULT;
    assert_int_equal(from, EBX);
    for (uint32_t i = 0; i < bytes / 4; i++)
        ((uint32_t *)to)[i] = 0x5e0 + i;
    return 0;
}

void system_call(struct process *caller, message *m)
{
    assert_ptr_equal(caller, &processes[CALLER]);
    m->m_source = SYSTEM;
    m->m_type++;
    system_calls++;
    caller->alive = !dies;
}

void clock_set(unsigned slot, enum timer_kind kind, uint64_t now, uint64_t delay)
{
    assert_int_equal(slot, CALLER);
    assert_int_equal(kind, TIMER_CALL);
    assert_int_equal(now, 1000);
    assert_int_equal(delay, ESI);
    timers++;
}

uint64_t arch_time_us(void)
{
    return 1000;
}

void cycle_refused(unsigned slot)
{
    assert_int_equal(slot, CALLER);
    cycles++;
}

void process_finish_call(struct process *process)
{
    assert_ptr_equal(process, &processes[CALLER]);
    finished++;
}

struct process *process_of(struct arch_context *context)
{
    return (struct process *)context;
}

unsigned process_slot(const struct process *process)
{
    return (unsigned)(process - processes);
}

endpoint_t process_endpoint(const struct process *process)
{
    return ENDPOINT(3, process_slot(process));
}

void handover_begin(void)
{
    begun++;
}

void handover_changed(unsigned slot)
{
    assert_int_equal(slot, CALLER);
    boxes_changed++;
}

void handover_end(struct process *caller, bool with_boxes)
{
    assert_ptr_equal(caller, &processes[CALLER]);
    strncat(waited, with_boxes ? "b" : "m", sizeof waited - strlen(waited) - 1);
}

void selftest_call(void)
{
    selftests++;
}

/* One more record; none while nobody watches. */
#define RECORD(...)                                                                                \
    do {                                                                                           \
        assert_true(trace_on);                                                                     \
        (void)snprintf(traced + strlen(traced), sizeof traced - strlen(traced), __VA_ARGS__);      \
    } while (0)

void trace_call(const struct process *caller, const struct arch_call *call, const message *m)
{
    assert_ptr_equal(caller, &processes[CALLER]);
    if (m != NULL)
        assert_ptr_equal(m, arch_window(OUT, MESSAGE_BYTES));
    RECORD("call %x%s;", call->call, m != NULL ? " with a message" : "");
}

void trace_return(const struct process *caller, int32_t result, uint32_t second)
{
    assert_ptr_equal(caller, &processes[CALLER]);
    RECORD(" return %d %x;", result, second);
}

void trace_deliver(endpoint_t receiver, const message *m)
{
    RECORD(" deliver %x %d;", receiver, m->m_type);
}

void trace_event(endpoint_t source, endpoint_t receiver, uint32_t bits)
{
    RECORD(" event %x %x %x;", source, receiver, bits);
}

_Noreturn void kernel_assert_failed(const char *condition, const char *function, int line)
{
    fail_msg("%s, line %d: %s", function, line, condition);
    abort();
}

void arch_call_read(const struct arch_context *context, struct arch_call *call)
{
    *call = (struct arch_call){context->call,   context->target,  context->message,
                               context->events, context->timeout, context->source};
}

void arch_call_result(struct arch_context *context, int32_t result, uint32_t second)
{
    context->result = result;
    context->second = second;
}

/* ---- The tests ------------------------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    processes[CALLER] = (struct process){.alive = true, .module = &module};
    ended = true;
    dies = handler_takes = false;
    check_result = core_result = 0;
    locate_result = 0;
    timeouts = timers = cycles = system_calls = finished = 0;
    begun = boxes_changed = selftests = first_bytes = 0;
    ipc_table.process[CALLER].second = 0;
    waited[0] = '\0';
    said[0] = '\0';
    trace_on = false;
    return 0;
}

static const struct arch_context *trap_with(uint32_t ecx, uint32_t eax, uint32_t ebx)
{
    struct arch_context *context = &processes[CALLER].arch;
    *context = (struct arch_context){.call = ecx,
                                     .target = eax,
                                     .message = ebx,
                                     .events = EDX,
                                     .timeout = ESI,
                                     .source = EDI,
                                     .result = -1000};
    said[0] = traced[0] = '\0';
    kernel_call(context);
    return context;
}

static void each_register_where_it_belongs(void **state)
{
    (void)state;
    static const struct {
        uint32_t call;
        const char *core;
    } rows[] = {
        {IPC_SEND, "send 1405 71000 0"},
        {IPC_SEND | 0x3000, "send 1405 71000 3000"},
        {IPC_RECEIVE | 0x1000, "receive 1405 72000 1000"},
        {IPC_SEND_REC | 0x2000, "send_rec 1405 71000 72000 2000"},
        {IPC_NOTIFY, "notify 1405"},
        {IPC_REQUEST | 0x1000, "request 1405 71000 72000 1000"},
        {IPC_REPLY | 0xfedc0000, "reply 1405 71000 fedc"},
        {IPC_NOTIFY_SET, "notify_set 1405 ed0000"},
        {IPC_RECEIVE_EX | 0x3000, "receive_events 1405 ed0000 72000 3000"},
        {IPC_REPLY_RECEIVE | 0x12343000, "reply_receive 1405 71000 1234, 1806 ed0000 72000 3000"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        trap_with(rows[i].call, EAX, EBX);
        assert_string_equal(said, rows[i].core);
        assert_int_equal(finished, i + 1);
        assert_int_equal(checked.call, rows[i].call);
        assert_int_equal(checked.target,
                         (rows[i].call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE ? EDI : EAX);
        assert_int_equal(checked.events, EDX);
    }
    trap_with(IPC_SELECT | 0x3000, 3, EBX);
    assert_string_equal(said, "select 5e0 5e5 3 3000");
    assert_int_equal(checked.pairs, 3);
}

static void a_missing_page_is_asked_for(void **state)
{
    (void)state;
    locate_result = -EFAULT;
    handler_takes = true;
    const struct arch_context *c = trap_with(IPC_SEND, EAX, EBX);
    assert_string_equal(said, "fault 10000040 read");
    assert_int_equal(c->result, -1000);
    c = trap_with(IPC_REQUEST, EAX, EBX);
    assert_string_equal(said, "fault 10000040 write");
    assert_int_equal(c->result, -1000);
    /* The default boxes were checked when they were set: none is missing, there is none. */
    c = trap_with(IPC_SEND, EAX, 0);
    assert_string_equal(said, "");
    assert_int_equal(c->result, -EFAULT);
    c = trap_with(IPC_IN_OUTBOX, 0xbad0, 0x400);
    assert_string_equal(said, "fault bad0 write");
    c = trap_with(IPC_IN_OUTBOX, 0x300, 0xbad0);
    assert_string_equal(said, "fault bad0 read");
    assert_int_equal(c->result, -1000);
}

static void a_call_is_made_again(void **state)
{
    (void)state;
    const unsigned before = begun;
    processes[CALLER].calls_again = true;
    processes[CALLER].arch =
        (struct arch_context){.call = IPC_SEND, .target = EAX, .message = EBX, .result = -1000};
    process_call_again(&processes[CALLER]);
    assert_false(processes[CALLER].calls_again);
    assert_int_equal(begun, before + 101);
    assert_string_equal(said, "send 1405 71000 0");
}

static void a_check_that_fails_is_the_end(void **state)
{
    (void)state;
    check_result = -EDEADSRCDST;
    const struct arch_context *c = trap_with(IPC_SEND, EAX, EBX);
    assert_int_equal(c->result, -EDEADSRCDST);
    assert_int_equal(c->second, 99);
    assert_string_equal(said, "");
    check_result = 0;
    locate_result = -EFAULT;
    c = trap_with(IPC_REPLY_RECEIVE, EAX, EBX);
    assert_int_equal(c->result, -EFAULT);
    assert_int_equal(c->second, ENDPOINT(3, CALLER));
    assert_string_equal(said, "");
    assert_int_equal(finished, 0);
}

static void system_by_either_call(void **state)
{
    (void)state;
    static const uint32_t calls[] = {IPC_SEND_REC, IPC_REQUEST, IPC_REQUEST | 0x3000};
    for (unsigned i = 0; i < 3; i++) {
        const struct arch_context *c = trap_with(calls[i], SYSTEM, EBX);
        assert_int_equal(c->result, 0);
        assert_int_equal(c->second, IPC_CAME_REPLY);
        assert_string_equal(said, "write 3e9 43");
    }
    assert_int_equal(system_calls, 3);
    trap_with(IPC_ECHO, SYSTEM, EBX); /* its eax means nothing */
    assert_string_equal(said, "write c05 42");
    assert_int_equal(processes[CALLER].arch.result, 0);
    assert_int_equal(processes[CALLER].arch.second, IPC_CAME_NOTHING);
    assert_int_equal(system_calls, 3);
    assert_int_equal(timers + timeouts, 0);
}

/* It may have been the call that ends the caller. */
static void no_answer_to_the_dead(void **state)
{
    (void)state;
    dies = true;
    const struct arch_context *c = trap_with(IPC_SEND_REC, SYSTEM, EBX);
    assert_int_equal(system_calls, 1);
    assert_string_equal(said, "");
    assert_int_equal(c->result, -1000);
}

/* A message that is only sent may be read-only. */
static void what_must_be_writable(void **state)
{
    (void)state;
    static const struct {
        uint32_t call;
        bool writes;
    } rows[] = {{IPC_SEND, false},      {IPC_REPLY, false},       {IPC_RECEIVE, true},
                {IPC_SEND_REC, true},   {IPC_REQUEST, true},      {IPC_ECHO, true},
                {IPC_RECEIVE_EX, true}, {IPC_REPLY_RECEIVE, true}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        trap_with(rows[i].call, EAX, EBX);
        assert_int_equal(writes, rows[i].writes);
    }
}

static void deadlines(void **state)
{
    (void)state;
    ended = false;
    trap_with(IPC_REQUEST, EAX, EBX);
    assert_int_equal(timers + timeouts, 0);
    trap_with(IPC_REQUEST | IPC_TIMEOUT, EAX, EBX);
    assert_int_equal(timers, 1);
    trap_with(IPC_SELECT | IPC_TIMEOUT, 1, EBX);
    trap_with(IPC_REPLY_RECEIVE | IPC_TIMEOUT, EAX, EBX);
    trap_with(IPC_RECEIVE_EX | IPC_TIMEOUT, EAX, EBX);
    assert_int_equal(timers, 4);
    struct arch_context *context = &processes[CALLER].arch;
    *context = (struct arch_context){.call = IPC_RECEIVE | IPC_TIMEOUT, .target = ANY};
    kernel_call(context);
    assert_int_equal(timeouts, 1);
    assert_int_equal(timers, 4);
    assert_int_equal(finished, 0);
    ended = true;
    trap_with(IPC_RECEIVE | IPC_TIMEOUT, EAX, EBX);
    assert_int_equal(timers, 4);
    assert_int_equal(finished, 1);
}

static void whoever_waits_hands_over(void **state)
{
    (void)state;
    trap_with(IPC_SEND, EAX, EBX);
    assert_int_equal(begun, 1);
    assert_string_equal(waited, "");
    ended = false;
    trap_with(IPC_REQUEST, EAX, EBX);
    trap_with(IPC_REPLY_RECEIVE, EAX, 0);
    assert_string_equal(waited, "mb");
    assert_int_equal(begun, 3);
    assert_int_equal(selftests, 3);
}

/* What comes later is copied there when the call ends. */
static void a_straddling_place_is_kept(void **state)
{
    (void)state;
    ended = false;
    first_bytes = 20;
    trap_with(IPC_RECEIVE, ANY, EBX);
    assert_int_equal(processes[CALLER].arch.deliver.first_bytes, 20);
    first_bytes = 0;
    trap_with(IPC_RECEIVE, ANY, EBX);
    assert_int_equal(processes[CALLER].arch.deliver.first_bytes, 0);
}

static void a_refused_cycle_is_kept(void **state)
{
    (void)state;
    core_result = -ELOCKED;
    trap_with(IPC_REQUEST, EAX, EBX);
    assert_int_equal(cycles, 1);
    core_result = -ENOTREADY;
    trap_with(IPC_REQUEST, EAX, EBX);
    assert_int_equal(cycles, 1);
}

static void sets_of_pairs(void **state)
{
    (void)state;
    for (uint32_t i = 1; i < 4; i++)
        assert_int_equal(trap_with(IPC_SELECT, 1, EBX + i)->result, -EINVAL);
    const struct arch_context *c = trap_with(IPC_SELECT, 16, 0xbad0);
    assert_int_equal(c->result, -EFAULT);
    assert_int_equal(c->second, ENDPOINT(3, CALLER));
    assert_string_equal(said, "");
    trap_with(IPC_SELECT, 16, EBX);
    assert_string_equal(said, "select 5e0 5ff 10 0");
}

static void both_boxes_or_none(void **state)
{
    (void)state;
    struct process *p = &processes[CALLER];
    assert_int_equal(trap_with(IPC_IN_OUTBOX, 0x100, 0x200)->result, 0);
    assert_int_equal(p->in_box, 0x101);
    assert_int_equal(p->out_box, 0x202);
    assert_int_equal(boxes_changed, 1);
    assert_int_equal(trap_with(IPC_IN_OUTBOX, 0x300, 0xbad0)->result, -EFAULT);
    assert_int_equal(trap_with(IPC_IN_OUTBOX, 0xbad0, 0x400)->result, -EFAULT);
    assert_int_equal(p->in_box, 0x101);
    assert_int_equal(p->out_box, 0x202);
    assert_int_equal(trap_with(IPC_IN_OUTBOX, 0x500, 0)->result, 0);
    assert_int_equal(p->in_box, 0x501);
    assert_int_equal(p->out_box, 0x202);
    assert_int_equal(boxes_changed, 2);
}

/* Each call begins once, with what it sends if it sends something, and ends once. */
static void who_watches_sees_it(void **state)
{
    (void)state;
    static const struct {
        uint32_t call, target;
        const char *records;
    } rows[] = {
        {IPC_SEND | 0x1000, EAX, "call 1001 with a message; return 0 7;"},
        {IPC_RECEIVE, ANY, "call 2; return 0 7;"},
        {IPC_RECEIVE, NONE, "call 2; return 0 7;"},
        {IPC_REPLY_RECEIVE, EAX, "call a0 with a message; return 0 7;"},
        {IPC_REPLY_RECEIVE, NONE, "call a0; return 0 7;"}, /* nobody is answered */
        {IPC_SEND_REC, SYSTEM, "call 3 with a message; deliver c05 43; return 0 5;"},
        {IPC_ECHO, 0, "call 8 with a message; return 0 0;"},
        {IPC_IN_OUTBOX, 0x100, "call 4; return 0 0;"},
        {IPC_NOTIFY, EAX, "call 5; event c05 1405 1; return 0 7;"},
        {IPC_NOTIFY_SET, EAX, "call 40; event c05 1405 ed0000; return 0 7;"},
        {IPC_SELECT, 3, "call 100; return 0 7;"},
    };
    trace_on = true;
    ipc_table.process[CALLER].second = 7;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        trap_with(rows[i].call, rows[i].target, EBX);
        assert_string_equal(traced, rows[i].records);
    }
    ended = false;
    trap_with(IPC_REQUEST, EAX, EBX);
    assert_string_equal(traced, "call 10 with a message;");
}

static void who_watches_sees_it_refused(void **state)
{
    (void)state;
    char wanted[64];

    trace_on = true;
    locate_result = -EFAULT;
    (void)snprintf(wanted, sizeof wanted, "call 1; return %d c05;", -EFAULT);
    trap_with(IPC_SEND, EAX, EBX);
    assert_string_equal(traced, wanted);
    check_result = -EDEADSRCDST;
    (void)snprintf(wanted, sizeof wanted, "call 1; return %d 63;", -EDEADSRCDST);
    trap_with(IPC_SEND, EAX, EBX);
    assert_string_equal(traced, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_register_where_it_belongs, begin),
        cmocka_unit_test_setup(a_check_that_fails_is_the_end, begin),
        cmocka_unit_test_setup(a_missing_page_is_asked_for, begin),
        cmocka_unit_test_setup(a_call_is_made_again, begin),
        cmocka_unit_test_setup(system_by_either_call, begin),
        cmocka_unit_test_setup(no_answer_to_the_dead, begin),
        cmocka_unit_test_setup(what_must_be_writable, begin),
        cmocka_unit_test_setup(deadlines, begin),
        cmocka_unit_test_setup(whoever_waits_hands_over, begin),
        cmocka_unit_test_setup(a_straddling_place_is_kept, begin),
        cmocka_unit_test_setup(a_refused_cycle_is_kept, begin),
        cmocka_unit_test_setup(sets_of_pairs, begin),
        cmocka_unit_test_setup(both_boxes_or_none, begin),
        cmocka_unit_test_setup(who_watches_sees_it, begin),
        cmocka_unit_test_setup(who_watches_sees_it_refused, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
