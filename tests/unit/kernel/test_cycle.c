/* Refused cycles: read by every member until it is in another one or dies, by nobody else. */
#include "clock.h"
#include "cmocka_all.h"
#include "cycle.h"
#include "log.h"
#include "panic.h"
#include "process.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ipc_table ipc_table;
static uint16_t ring[IPC_PROCESSES]; /* what the core will say */
static unsigned ring_count;
static unsigned lines;
static char last_line[256];
static uint32_t ticks;
static struct process processes[IPC_PROCESSES];

unsigned ipc_cycle(const struct ipc_table *t, unsigned caller, unsigned peer, uint16_t *members,
                   unsigned most)
{
    assert_ptr_equal(t, &ipc_table);
    assert_int_equal(caller, ring[0]);
    assert_int_equal(peer, ring[1]);
    for (unsigned i = 0; i < ring_count && i < most; i++)
        members[i] = ring[i];
    return ring_count;
}

uint32_t arch_ticks(void)
{
    return ticks;
}

void log_line(const char *pattern, ...)
{
    va_list arguments;
    va_start(arguments, pattern);
    vsnprintf(last_line, sizeof last_line, pattern, arguments);
    va_end(arguments);
    lines++;
}

_Noreturn void kernel_panic(const char *pattern, ...)
{
    fail_msg("panic: %s", pattern);
    abort();
}

struct process *process_at(unsigned slot)
{
    return &processes[slot];
}

const char *process_name(const struct process *process)
{
    static char names[IPC_PROCESSES][8];
    unsigned slot = (unsigned)(process - processes);
    snprintf(names[slot], sizeof names[slot], "p%u", slot);
    return names[slot];
}

static int begin(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        ipc_table.process[slot].endpoint = ENDPOINT(1, slot);
        cycle_forget(slot);
    }
    lines = 0;
    ticks += 10 * ARCH_TICKS_PER_SECOND;
    return 0;
}

/* The first of `count` slots is refused. */
static void refuse(const uint16_t *slots, unsigned count)
{
    memcpy(ring, slots, count * sizeof *slots);
    ring_count = count;
    ipc_table.process[slots[0]].second = (uint32_t)ipc_table.process[slots[1]].endpoint;
    cycle_refused(slots[0]);
}

static void expect(unsigned reader, const uint16_t *slots, unsigned count)
{
    endpoint_t member = 0;
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(cycle_read(reader, i, &member), count);
        assert_int_equal(member, ENDPOINT(1, slots[i]));
    }
    member = -7;
    assert_int_equal(cycle_read(reader, count, &member), count);
    assert_int_equal(member, -7);
}

static void expect_none(unsigned reader)
{
    endpoint_t member;
    assert_int_equal(cycle_read(reader, 0, &member), 0);
}

static void every_member_reads_it(void **state)
{
    (void)state;
    const uint16_t slots[] = {3, 9, 200};
    refuse(slots, 3);
    expect(3, slots, 3);
    expect(9, slots, 3);
    expect(200, slots, 3);
    expect_none(4);
    assert_int_equal(lines, 1);
    assert_string_equal(last_line, "deadlock refused: p3 -> p9 -> p200 -> p3");
}

static void the_last_one_counts(void **state)
{
    (void)state;
    const uint16_t first[] = {1, 2, 3}, second[] = {4, 2};
    refuse(first, 3);
    refuse(second, 2);
    expect(1, first, 3);
    expect(2, second, 2);
    expect(3, first, 3);
    expect(4, second, 2);
}

static void the_dead_are_named_and_their_successors_know_nothing(void **state)
{
    (void)state;
    const uint16_t slots[] = {1, 2};
    refuse(slots, 2);
    cycle_forget(2);
    ipc_table.process[2].endpoint = ENDPOINT(2, 2);
    expect(1, slots, 2);
    expect_none(2);
}

/* No cycle: a select of oneself, or a ring that is no more. */
static void nothing_to_keep(void **state)
{
    (void)state;
    ipc_table.process[5].second = (uint32_t)ipc_table.process[5].endpoint;
    cycle_refused(5);
    expect_none(5);
    const uint16_t slots[] = {5, 6};
    memcpy(ring, slots, sizeof slots);
    ring_count = 0;
    ipc_table.process[5].second = (uint32_t)ipc_table.process[6].endpoint;
    cycle_refused(5);
    expect_none(5);
    assert_int_equal(lines, 0);
}

/* The largest cycles, and as many as can be kept apart. */
static void there_is_always_room(void **state)
{
    (void)state;
    uint16_t slots[IPC_PROCESSES];
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        slots[i] = (uint16_t)i;
    for (unsigned round = 0; round < 3; round++) {
        refuse(slots, IPC_PROCESSES);
        expect(round, slots, IPC_PROCESSES);
        expect(IPC_PROCESSES - 1, slots, IPC_PROCESSES);
        /* Each is left alone with a cycle of its own: (0,1), (1,2), (2,3) ... */
        for (unsigned i = 0; i + 1 < IPC_PROCESSES; i++)
            refuse(slots + i, 2);
        for (unsigned i = 0; i + 1 < IPC_PROCESSES; i++)
            expect(i, slots + i, 2);
    }
    const uint16_t long_ring[] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    ticks += ARCH_TICKS_PER_SECOND;
    refuse(long_ring, 9);
    assert_string_equal(
        last_line, "deadlock refused: p0 -> p1 -> p2 -> p3 -> p4 -> p5 -> p6 -> p7 -> ... -> p0");
}

static void the_log_is_not_flooded(void **state)
{
    (void)state;
    const uint16_t slots[] = {1, 2};
    for (unsigned i = 0; i < 100; i++)
        refuse(slots, 2);
    assert_int_equal(lines, 8);
    ticks += ARCH_TICKS_PER_SECOND;
    refuse(slots, 2);
    assert_int_equal(lines, 9);
    expect(2, slots, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_member_reads_it, begin),
        cmocka_unit_test_setup(the_last_one_counts, begin),
        cmocka_unit_test_setup(the_dead_are_named_and_their_successors_know_nothing, begin),
        cmocka_unit_test_setup(nothing_to_keep, begin),
        cmocka_unit_test_setup(there_is_always_room, begin),
        cmocka_unit_test_setup(the_log_is_not_flooded, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
