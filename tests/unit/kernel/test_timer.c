/* Deadlines: in order, never early, moved and cancelled from anywhere in the heap. */
#include "cmocka_all.h"
#include "timer.h"

static unsigned slot;
static enum timer_kind kind;
static uint64_t first;

static void in_order_and_never_early(void **state)
{
    (void)state;
    timer_set(3, TIMER_CALL, 300);
    timer_set(1, TIMER_ALARM, 100);
    timer_set(2, TIMER_CALL, 200);
    assert_true(timer_first(&first));
    assert_int_equal(first, 100);
    assert_false(timer_take_due(99, &slot, &kind));
    assert_true(timer_take_due(100, &slot, &kind));
    assert_int_equal(slot, 1);
    assert_int_equal(kind, TIMER_ALARM);
    assert_false(timer_take_due(100, &slot, &kind));
    assert_true(timer_take_due(1000, &slot, &kind));
    assert_int_equal(slot, 2);
    assert_true(timer_take_due(1000, &slot, &kind));
    assert_int_equal(slot, 3);
    assert_false(timer_take_due(UINT64_MAX, &slot, &kind));
    assert_false(timer_first(&first));
}

static void a_process_has_two(void **state)
{
    (void)state;
    uint64_t deadline;
    timer_set(0, TIMER_CALL, 5);
    timer_set(0, TIMER_ALARM, 6);
    timer_cancel(0, TIMER_CALL);
    assert_false(timer_get(0, TIMER_CALL, &deadline));
    assert_true(timer_get(0, TIMER_ALARM, &deadline));
    assert_true(deadline == 6);
    timer_set(0, TIMER_ALARM, 4); /* moved, not doubled */
    assert_true(timer_take_due(4, &slot, &kind));
    assert_false(timer_first(&first));
    timer_cancel(0, TIMER_ALARM); /* not set: no effect */
}

static void far_deadlines_saturate(void **state)
{
    (void)state;
    assert_true(timer_deadline(10, 5) == 15);
    assert_true(timer_deadline(10, UINT64_MAX) == UINT64_MAX);
    assert_true(timer_deadline(10, UINT64_MAX - 10) == UINT64_MAX);
    assert_true(timer_deadline(11, UINT64_MAX - 10) == UINT64_MAX);
}

/* Thousands of random changes beside a plain list that cannot be wrong. */
static void against_a_list(void **state)
{
    (void)state;
    static uint64_t list[IPC_PROCESSES][TIMER_KINDS]; /* 0: not set */
    uint32_t seed = 7;
    for (int step = 0; step < 50000; step++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned s = (seed >> 8) % IPC_PROCESSES, k = seed >> 30 & 1, action = seed >> 27 & 7;
        uint64_t when = 1 + (seed >> 12) % 1000;
        if (action < 5) {
            timer_set(s, (enum timer_kind)k, when);
            list[s][k] = when;
        } else if (action < 7) {
            timer_cancel(s, (enum timer_kind)k);
            list[s][k] = 0;
        } else {
            uint64_t earliest = UINT64_MAX;
            for (unsigned i = 0; i < IPC_PROCESSES; i++)
                for (unsigned j = 0; j < TIMER_KINDS; j++)
                    if (list[i][j] && list[i][j] < earliest)
                        earliest = list[i][j];
            bool due = timer_take_due(when, &slot, &kind);
            assert_int_equal(due, earliest <= when);
            if (due) {
                assert_true(list[slot][kind] == earliest);
                list[slot][kind] = 0;
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order_and_never_early),
        cmocka_unit_test(a_process_has_two),
        cmocka_unit_test(far_deadlines_saturate),
        cmocka_unit_test(against_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
