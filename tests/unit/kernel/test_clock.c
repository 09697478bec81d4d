/* The tick at which somebody has to look: never behind the first at which a deadline has passed. */
#include "clock.h"
#include "cmocka_all.h"
#include "process.h"

/* arch/arch.h: a tick is at least so long; the PC's is 1000 us and 72/105. */
#define SHORTEST_TICK_US 1000
#define LONGEST_TICK_US  1001
#define FARTHEST_TICKS   10000 /* somebody looks so often at least */

struct ipc_table ipc_table;
static uint64_t now;
static uint32_t ticks;
static unsigned timeouts, posts, last_slot;
static uint32_t last_bits;

uint64_t arch_time_us(void)
{
    return now;
}

uint32_t arch_ticks(void)
{
    return ticks;
}

void ipc_timeout(struct ipc_table *t, unsigned slot)
{
    assert_ptr_equal(t, &ipc_table);
    timeouts++;
    last_slot = slot;
}

void process_post(unsigned slot, uint32_t bits)
{
    posts++;
    last_slot = slot;
    last_bits = bits;
}

static int reset(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        timer_cancel(slot, TIMER_CALL);
        timer_cancel(slot, TIMER_ALARM);
    }
    now = 5000000;
    ticks = 77;
    timeouts = posts = 0;
    return 0;
}

/* Ticks until somebody looks. */
static uint32_t due_in(void)
{
    return kernel_tick_due - ticks;
}

static void looks_before_any_deadline(void **state)
{
    (void)state;
    for (uint64_t delay = 0; delay < 50000; delay++) {
        clock_set(1, TIMER_ALARM, now, delay);
        assert_in_range(due_in(), 1, FARTHEST_TICKS);
        /* the tick before the one to look at has not come to the deadline, however long ticks are
         */
        if (due_in() > 1)
            assert_true((uint64_t)due_in() * LONGEST_TICK_US <= delay);
        /* and it is no tick earlier than that needs */
        assert_true((uint64_t)(due_in() + 1) * LONGEST_TICK_US > delay);
    }
}

/* Whenever the next tick is, deadlines end at the first tick that is not before them. */
static void ends_at_the_first_tick_behind(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {SHORTEST_TICK_US, LONGEST_TICK_US};
    for (unsigned i = 0; i < 2; i++) {
        const uint32_t length = lengths[i];
        for (uint32_t delay = 0; delay < 6000; delay += 7) {
            for (uint32_t phase = 1; phase <= length; phase += 90) {
                unsigned before = posts;
                const uint64_t deadline = now + delay;
                uint64_t tick = now + phase;
                clock_set(2, TIMER_ALARM, now, delay);
                for (;; tick += length) {
                    now = tick;
                    ticks++;
                    if (ticks == kernel_tick_due)
                        kernel_tick();
                    if (tick >= deadline)
                        break;
                    assert_int_equal(posts, before);
                }
                assert_int_equal(posts, before + 1);
            }
        }
    }
    assert_int_equal(last_slot, 2);
    assert_int_equal(last_bits, EVENT_ALARM);
}

static void far_ones_are_capped(void **state)
{
    (void)state;
    static const uint64_t far[] = {10000000,   10000001,   4294967295,     4294967296,
                                   4294967297, 1ull << 40, UINT64_MAX - 1, UINT64_MAX};
    for (unsigned i = 0; i < sizeof far / sizeof far[0]; i++) {
        clock_set(1, TIMER_CALL, now, far[i]);
        assert_in_range(due_in(), 9000, FARTHEST_TICKS);
    }
    timer_cancel(1, TIMER_CALL);
    kernel_tick();
    assert_in_range(due_in(), 9000, FARTHEST_TICKS);
    assert_int_equal(timeouts, 0);
}

static void one_in_the_past_ends_at_once(void **state)
{
    (void)state;
    clock_set(3, TIMER_CALL, now, 100);
    now += 100000;
    clock_set(4, TIMER_ALARM, now, 900000); /* the earlier one is overdue */
    assert_int_equal(due_in(), 1);
    ticks++;
    kernel_tick();
    assert_int_equal(timeouts, 1);
    assert_int_equal(last_slot, 3);
    assert_int_equal(posts, 0);
    assert_int_equal(due_in(), 900000 / LONGEST_TICK_US);
}

static void the_earliest_counts(void **state)
{
    (void)state;
    clock_set(1, TIMER_ALARM, now, 500000);
    clock_set(2, TIMER_CALL, now, 20020);
    assert_int_equal(due_in(), 20);
    clock_set(3, TIMER_CALL, now, 300000);
    assert_int_equal(due_in(), 20);
    now += 20020;
    ticks += 20;
    kernel_tick();
    assert_int_equal(timeouts, 1);
    assert_int_equal(due_in(), (300000 - 20020) / LONGEST_TICK_US);
}

static void ticks_go_round(void **state)
{
    (void)state;
    ticks = UINT32_MAX - 3;
    clock_set(1, TIMER_ALARM, now, 10010);
    assert_int_equal(kernel_tick_due, 6);
    ticks = 6;
    now += 10010;
    kernel_tick();
    assert_int_equal(posts, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(looks_before_any_deadline, reset),
        cmocka_unit_test_setup(ends_at_the_first_tick_behind, reset),
        cmocka_unit_test_setup(far_ones_are_capped, reset),
        cmocka_unit_test_setup(one_in_the_past_ends_at_once, reset),
        cmocka_unit_test_setup(the_earliest_counts, reset),
        cmocka_unit_test_setup(ticks_go_round, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
