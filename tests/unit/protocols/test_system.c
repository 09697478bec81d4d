/*
 * The descriptions of the kernel's messages beside the ABI's headers: every number, and every word
 * that libc's calls to SYSTEM put into a request or take from an answer. The calls themselves are
 * held against the kernel in ring 3 (tests/guest/system).
 */
#include "internal.h"
#include "parley/ipc.h"
#include "parley/protocol.h"
#include "parley/space.h"
#include "parley/system.h"
#include "server/protocol_table.h"

#include <abi/calls.h>
#include <abi/errors.h>
#include <abi/fault.h>
#include <abi/memory.h>
#include <abi/trace.h>
#include <protocol_abi.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

// clang-format off
#include <cmocka.h>
// clang-format on

#define TEXT_BYTES 256

/* ---- The kernel, which says what it is asked ------------------------------------------------- */

endpoint_t libc_self;
uint32_t libc_console;

static char asked[TEXT_BYTES], answered[TEXT_BYTES];
static uint32_t answer[MESSAGE_PAYLOAD_WORDS];
static int32_t status;
static jmp_buf *ended;
static uint32_t calls_made; /* bit n: the call with number n */

int ipc_request(endpoint_t destination, message *m)
{
    const int32_t type = m->m_type;
    calls_made |= 1u << type;
    protocol_describe_request(asked, sizeof asked, m, destination);
    if (ended)
        longjmp(*ended, 1);
    m->m_type = status;
    memcpy(m->m_words, answer, sizeof answer);
    protocol_describe_answer(answered, sizeof answered, m, destination, type);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    status = 0;
    for (uint32_t i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        answer[i] = 0x10 + i;
    return 0;
}

/* An address as a message can carry it. */
#define AT(number) ((void *)(uintptr_t)(number))

static void assert_said(int result, const char *request, const char *reply)
{
    assert_true(result >= 0);
    assert_string_equal(asked, request);
    assert_string_equal(answered, reply);
}

/* ---- Numbers --------------------------------------------------------------------------------- */

static unsigned described_for(endpoint_t to)
{
    unsigned count = 0;
    for (const struct protocol_message *m = protocol_messages; m->name; m++)
        count += m->to == to;
    return count;
}

static void assert_named(const char *name, int32_t type, endpoint_t source, endpoint_t server)
{
    const message m = {.m_type = type, .m_source = source};
    char text[TEXT_BYTES], begin[TEXT_BYTES];
    protocol_describe_request(text, sizeof text, &m, server);
    int length = snprintf(begin, sizeof begin, "%s(", name);
    text[length] = '\0';
    assert_string_equal(text, begin);
}

static void test_calls_have_their_numbers(void **state)
{
    (void)state;
    unsigned count = 0;
#define CALL_IS_NAMED(name, symbol, number, text)                                                  \
    assert_named(#name, symbol, 1028, SYSTEM);                                                     \
    count++;
    SYSTEM_CALLS(CALL_IS_NAMED)
    assert_int_equal(described_for(SYSTEM), count);
    char unknown[TEXT_BYTES];
    snprintf(unknown, sizeof unknown, "type 0x%x", SYSTEM_CALL_LAST + 1);
    assert_named(unknown, SYSTEM_CALL_LAST + 1, 1028, SYSTEM);
}

static void test_events(void **state)
{
    (void)state;
    message m = {.m_type = IPC_EVENT_MESSAGE, .m_source = HARDWARE};
    char text[TEXT_BYTES];
    m.m_words[0] = EVENT_ALARM;
    protocol_describe_request(text, sizeof text, &m, 1025);
    assert_string_equal(text, "interrupt(bits=alarm)");
    m.m_words[0] = EVENT_DEATH | EVENT_LINES;
    protocol_describe_request(text, sizeof text, &m, 1025);
    assert_string_equal(text, "interrupt(bits=death|0xffffff)");
    m.m_source = 1028;
    m.m_words[0] = EVENT_NOTIFY;
    protocol_describe_request(text, sizeof text, &m, 1025);
    assert_string_equal(text, "events(bits=notify)");
}

static void test_faults(void **state)
{
    (void)state;
    assert_named("divide_error", FAULT_MESSAGE | 0, 1028, 1025);
    assert_named("breakpoint", FAULT_MESSAGE | 3, 1028, 1025);
    assert_named("page_fault", FAULT_MESSAGE | 14, 1028, 1025);
    assert_named("type 0x20ff", FAULT_MESSAGE | 0xff, 1028, 1025);
}

static void assert_same(const char *what, size_t in_abi, size_t described)
{
    if (in_abi != described)
        fail_msg(
            "%s is %zu in ipc/include/abi and %zu in servers/protocols: change the one that is "
            "wrong",
            what, in_abi, described);
}

static void test_values(void **state)
{
    (void)state;
#define VALUE_IS(symbol, value) assert_same(#symbol, symbol, value);
    DESCRIBED_VALUES(VALUE_IS)
}

static void test_records(void **state)
{
    (void)state;
#define FIELD_IS(record, field, offset, bytes)                                                     \
    assert_same("the offset of " #record "." #field, offsetof(struct record, field), offset);      \
    assert_same("the size of " #record "." #field, sizeof(((struct record *)0)->field), bytes);
    DESCRIBED_FIELDS(FIELD_IS)
#define RECORD_IS(record, bytes) assert_same("the size of " #record, sizeof(struct record), bytes);
    DESCRIBED_RECORDS(RECORD_IS)
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void test_exit(void **state)
{
    (void)state;
    jmp_buf end;
    ended = &end;
    if (setjmp(end) == 0)
        sys_exit(3);
    ended = NULL;
    assert_string_equal(asked, "exit(status=3)");
}

static void test_time(void **state)
{
    (void)state;
    uint64_t now;
    assert_said(sys_time(&now), "time()",
                "= 0 (microseconds=73014444048us, ticks=18, ticks_a_second=19)");
    assert_true(now == 73014444048);
}

static void test_modules(void **state)
{
    (void)state;
    endpoint_t endpoint;
    assert_said(sys_lookup("tty", &endpoint), "lookup(name=\"tty\")", "= 0 (endpoint=16)");
    assert_int_equal(endpoint, 0x10);
    assert_said(sys_module(2, AT(0x1000)), "module(index=2, address=0x1000)", "= 0");
    assert_said(sys_memory(AT(0x1000)), "memory(address=0x1000)", "= 0");
    unsigned slot = 5;
    assert_said(sys_process(5, AT(0x1000)), "process(slot=5, address=0x1000, next=0)",
                "= 0 (slot=16)");
    assert_said(sys_process_next(&slot, AT(0x1000)), "process(slot=5, address=0x1000, next=1)",
                "= 0 (slot=16)");
    assert_int_equal(slot, 0x10);
    assert_said(sys_start("hello", NULL, &endpoint),
                "start(name=\"hello\", arguments=0x0, length=0, console=0)", "= 0 (endpoint=16)");
    assert_int_equal(endpoint, 0x10);
}

static void test_processes(void **state)
{
    (void)state;
    endpoint_t member;
    assert_said(sys_update("clock", 7), "update(name=\"clock\", update=7)", "= 0");
    assert_said(sys_kill(SELF), "kill(endpoint=SELF)", "= 0");
    assert_said(sys_watch(1025, 1), "watch(endpoint=1025, on=1)", "= 0");
    assert_said(sys_cancel(1025, 1), "cancel(endpoint=1025, restart=1)", "= 0");
    assert_said(sys_cycle(2, &member), "cycle(index=2)", "= 0 (endpoint=16, members=17)");
    assert_int_equal(member, 0x10);
    status = -EDEADSRCDST;
    assert_int_equal(sys_kill(1025), -EDEADSRCDST);
    assert_string_equal(answered, "= EDEADSRCDST");
}

static void test_death(void **state)
{
    (void)state;
    struct system_death d;
    answer[1] = DEATH_EXIT;
    assert_said(sys_death(&d), "death()",
                "= 0 (endpoint=16, cause=exit, status=18, error=0x13, ip=0x14, address=0x15)");
    assert_int_equal(d.endpoint, 0x10);
    assert_int_equal(d.status, 0x12);
    assert_int_equal(d.error, 0x13);
    assert_int_equal(d.ip, 0x14);
    assert_int_equal(d.address, 0x15);
    answer[1] = DEATH_FAULT;
    sys_death(&d);
    assert_non_null(strstr(answered, "cause=fault,"));
    answer[1] = DEATH_KILL;
    sys_death(&d);
    assert_non_null(strstr(answered, "cause=kill,"));
}

static void test_machine(void **state)
{
    (void)state;
    assert_said(sys_irq_claim(4, 7), "irq(operation=claim, line=4, event_bit=7)", "= 0");
    assert_said(sys_irq_done(4), "irq(operation=done, line=4, event_bit=0)", "= 0");
    assert_said(sys_irq_release(IRQ_LINE_LOG), "irq(operation=release, line=16, event_bit=0)",
                "= 0");
    assert_said(sys_alarm(0x100000002), "alarm(microseconds=4294967298us)",
                "= 0 (left=73014444048us)");
    assert_said(sys_power(POWER_OFF, 3), "power(operation=off, status=3)", "= 0");
    assert_said(sys_power(POWER_REBOOT, 0), "power(operation=reboot, status=0)", "= 0");
    assert_said(sys_gate(AT(0x1000)), "gate(address=0x1000)", "= 0");
}

static void test_log(void **state)
{
    (void)state;
    uint64_t position = 0x100000002;
    assert_said(sys_log_read(&position, AT(0x1000), 8),
                "log_read(position=4294967298, address=0x1000, length=8)",
                "= 0 (bytes=16, position=77309411345)");
    assert_true(position == 77309411345 + 16);
    assert_said(sys_log_write(AT(0x1000), 8), "log_write(address=0x1000, length=8)", "= 0");
    assert_said(sys_dump(), "dump()", "= 0");
}

static void test_registers(void **state)
{
    (void)state;
    struct system_registers r = {0};
    assert_said(sys_registers_get(1025, &r),
                "registers(endpoint=1025, operation=get, ip=0x0, sp=0x0, flags=0x0, "
                "data_segments=0x0, thread_segments=0x0)",
                "= 0 (ip=0x10, sp=0x11, flags=0x12, data_segments=0x13, thread_segments=0x14, "
                "error=0x15, address=0x16)");
    const uint32_t got[] = {r.ip,    r.sp,     r.flags, r.data_segments, r.thread_segments,
                            r.error, r.address};
    assert_memory_equal(got, answer, sizeof got);
    sys_registers_set(1025, &r);
    assert_string_equal(asked, "registers(endpoint=1025, operation=set, ip=0x10, sp=0x11, "
                               "flags=0x12, data_segments=0x13, thread_segments=0x14)");
}

static void test_trace(void **state)
{
    (void)state;
    message m = {.m_type = SYS_TRACE,
                 .m_words = {TRACE_SET, TRACE_CALL | TRACE_MESSAGE, 4, 1025, 1028, 0x300, 1}};
    answer[0] = TRACE_ALL;
    assert_said(
        ipc_request(SYSTEM, &m),
        "trace(operation=set, what=call|message, calls=0x4, process=1025, peer=1028, "
        "type=768, by_type=1)",
        "= 0 (what=call|deliver|wake|return|block|switch|event|irq|fault|birth|death|clock, "
        "calls=0x11, process=18, peer=19, type=20, by_type=21, capacity=22)");
}

static void test_spaces(void **state)
{
    (void)state;
    endpoint_t e = 0;
    const struct system_map map = {0x80001000, 77, 3, MAP_WRITE | MAP_REPLACE, 78};
    struct system_map found;
    const struct system_move move = {1025, 0x1000, 1028, 0x2000, 300, true};
    struct system_miss missing;
    struct system_death dead = {0};
    bool used = false;
    assert_said(sys_create("cat", 9, 55, &e), "create(name=\"cat\", root=55, priority=9)",
                "= 0 (endpoint=16)");
    assert_int_equal(e, 16);
    assert_int_equal(sys_map(1025, &map, &used), 0x10);
    assert_string_equal(asked, "map(endpoint=1025, address=0x80001000, frame=77, pages=3, "
                               "flags=write|replace, table=78)");
    assert_string_equal(answered, "= 0 (pages=16, table_used=17)");
    assert_true(used);
    assert_int_equal(sys_unmap(1025, 0x5000, 2), 0x10);
    assert_string_equal(asked, "unmap(endpoint=1025, address=0x5000, pages=2)");
    answer[2] = MAP_SHARED;
    assert_said(sys_space_next(1025, 0x6000, &found),
                "space(endpoint=1025, operation=next, address=0x6000)",
                "= 0 (first=0x10, frame=17, flags=shared, error=0x13, ip=0x14, address=0x15)");
    assert_int_equal(found.address, 0x10);
    assert_int_equal(found.frame, 0x11);
    assert_int_equal(found.flags, MAP_SHARED);
    assert_int_equal(sys_space_shrink(1025), 0x10);
    assert_string_equal(asked, "space(endpoint=1025, operation=shrink, address=0x0)");
    assert_int_equal(sys_space_release(1025), 0x10);
    assert_string_equal(asked, "space(endpoint=1025, operation=release, address=0x0)");
    assert_int_equal(sys_space_owed(&dead), 0);
    assert_int_equal(dead.endpoint, 0x10);
    assert_int_equal(dead.address, 0x15);
    assert_string_equal(asked, "space(endpoint=0, operation=owed, address=0x0)");
    assert_said(sys_begin(1025, 0x100, 0x200), "begin(endpoint=1025, ip=0x100, sp=0x200)", "= 0");
    answer[2] = 1028;
    assert_said(sys_move(&move, &missing),
                "move(from=1025, from_address=0x1000, to=1028, to_address=0x2000, bytes=300, "
                "forced=1)",
                "= 0 (missing=16, address=0x11, whose=1028)");
    assert_true(missing.missing && missing.address == 0x11 && missing.whose == 1028);
}

static void test_inject(void **state)
{
    (void)state;
    assert_said(sys_inject(INJECT_WRITE, 1025, 0x1000, AT(0x2000), 16),
                "inject(operation=write, endpoint=1025, there=0x1000, address=0x2000, bytes=16)",
                "= 0");
}

/* The last: a call that is new needs a test here. */
static void test_all_calls_were_made(void **state)
{
    (void)state;
#define CALL_WAS_MADE(name, symbol, number, text)                                                  \
    if (!(calls_made & 1u << (symbol)))                                                            \
        fail_msg("no test here asks " #symbol ": add one, so that its words are compared");
    SYSTEM_CALLS(CALL_WAS_MADE)
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_calls_have_their_numbers, setup),
        cmocka_unit_test_setup(test_events, setup),
        cmocka_unit_test_setup(test_faults, setup),
        cmocka_unit_test_setup(test_values, setup),
        cmocka_unit_test_setup(test_records, setup),
        cmocka_unit_test_setup(test_exit, setup),
        cmocka_unit_test_setup(test_time, setup),
        cmocka_unit_test_setup(test_modules, setup),
        cmocka_unit_test_setup(test_processes, setup),
        cmocka_unit_test_setup(test_death, setup),
        cmocka_unit_test_setup(test_machine, setup),
        cmocka_unit_test_setup(test_log, setup),
        cmocka_unit_test_setup(test_registers, setup),
        cmocka_unit_test_setup(test_trace, setup),
        cmocka_unit_test_setup(test_spaces, setup),
        cmocka_unit_test_setup(test_inject, setup),
        cmocka_unit_test_setup(test_all_calls_were_made, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
