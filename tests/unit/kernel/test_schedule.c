/* Who runs: priorities, turns, quanta. */
#include "cmocka_all.h"
#include "schedule.h"

#define SLOTS 8

static int clear(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < SLOTS; slot++)
        schedule_remove(slot);
    return 0;
}

static void begin(unsigned slot, unsigned priority, unsigned quantum)
{
    schedule_add(slot, priority, quantum);
    schedule_ready(slot);
}

static void ticks(unsigned count)
{
    /* as the machine does */
    while (count-- && kernel_quantum_left)
        kernel_quantum_left--;
}

static void nobody(void **state)
{
    (void)state;
    assert_int_equal(schedule_next(), SCHEDULE_NONE);
    assert_int_equal(schedule_running(), SCHEDULE_NONE);
}

static void the_most_urgent_first(void **state)
{
    (void)state;
    begin(1, 15, 1);
    begin(2, 0, 1);
    begin(3, 7, 1);
    assert_int_equal(schedule_next(), 2);
    assert_int_equal(schedule_running(), 2);
    schedule_block(2);
    assert_int_equal(schedule_running(), SCHEDULE_NONE);
    assert_int_equal(schedule_next(), 3);
    schedule_block(3);
    assert_int_equal(schedule_next(), 1);
    schedule_block(1);
    assert_int_equal(schedule_next(), SCHEDULE_NONE);
}

static void equals_take_turns_by_quantum(void **state)
{
    (void)state;
    begin(1, 5, 2);
    begin(2, 5, 2);
    begin(3, 5, 2);
    static const unsigned order[] = {1, 2, 3, 1, 2};
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(schedule_next(), order[i]);
        ticks(1);
        assert_int_equal(schedule_next(), order[i]);
        ticks(1);
    }
}

/* The ancestor lost a process that was alone at the end of its quantum. */
static void alone_at_the_end_of_the_quantum(void **state)
{
    (void)state;
    begin(1, 5, 3);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(schedule_next(), 1);
        ticks(3);
    }
    begin(2, 9, 3); /* a less urgent one changes nothing */
    for (int i = 0; i < 10; i++) {
        assert_int_equal(schedule_next(), 1);
        ticks(3);
    }
}

static void the_displaced_keeps_its_turn(void **state)
{
    (void)state;
    begin(1, 5, 4);
    begin(2, 5, 4);
    assert_int_equal(schedule_next(), 1);
    ticks(1);
    begin(3, 2, 4);
    assert_int_equal(schedule_next(), 3);
    schedule_block(3);
    assert_int_equal(schedule_next(), 1); /* the rest of its quantum: 3 ticks */
    ticks(2);
    assert_int_equal(schedule_next(), 1);
    ticks(1);
    assert_int_equal(schedule_next(), 2);
}

/* An interrupt's driver goes on at once; the scheduler learns of it when the driver enters. */
static void displaced_by_a_driver(void **state)
{
    (void)state;
    begin(1, 5, 4);
    begin(2, 5, 4);
    assert_int_equal(schedule_next(), 1);
    ticks(1);
    schedule_add(3, 2, 2);
    schedule_displace();
    schedule_enter(3);
    assert_int_equal(schedule_running(), 3);
    assert_int_equal(kernel_quantum_left, 2);
    schedule_block(3);
    assert_int_equal(schedule_next(), 1);
    assert_int_equal(kernel_quantum_left, 3);
}

static void displaced_at_the_end_of_its_quantum(void **state)
{
    (void)state;
    begin(1, 5, 2);
    begin(2, 5, 2);
    assert_int_equal(schedule_next(), 1);
    ticks(2);
    begin(3, 2, 2);
    assert_int_equal(schedule_next(), 3);
    schedule_block(3);
    assert_int_equal(schedule_next(), 2);
}

static void blocking_does_not_win_a_fresh_quantum(void **state)
{
    (void)state;
    begin(1, 5, 2);
    assert_int_equal(schedule_next(), 1);
    ticks(1);
    schedule_block(1);
    schedule_ready(1);
    begin(2, 5, 2);
    assert_int_equal(schedule_next(), 1);
    ticks(1);
    assert_int_equal(schedule_next(), 2);
}

static void ready_twice_is_once(void **state)
{
    (void)state;
    begin(1, 5, 2);
    schedule_ready(1);
    assert_int_equal(schedule_next(), 1);
    schedule_ready(1); /* it runs already */
    schedule_block(1);
    assert_int_equal(schedule_next(), SCHEDULE_NONE);
}

static void whoever_enters_runs_on_the_rest_of_the_quantum(void **state)
{
    (void)state;
    begin(1, 5, 4);
    begin(2, 5, 4);
    begin(3, 5, 4);
    schedule_block(2);
    assert_int_equal(schedule_next(), 1);
    ticks(3);
    schedule_enter(2); /* 1 waits for it */
    assert_int_equal(schedule_running(), 2);
    assert_int_equal(schedule_next(), 2);
    ticks(1);
    schedule_enter(2);
    assert_int_equal(schedule_next(), 3);
}

static void whoever_is_handed_to_is_first_of_its_priority(void **state)
{
    (void)state;
    begin(1, 5, 4);
    begin(2, 5, 9);
    begin(3, 5, 9);
    begin(4, 3, 9);
    schedule_block(4);
    assert_int_equal(schedule_next(), 1);
    ticks(2);
    schedule_block(1);
    schedule_hand_over(1, 3);
    schedule_hand_over(1, 4); /* not ready: nothing */
    assert_int_equal(schedule_next(), 3);
    ticks(1);
    assert_int_equal(schedule_next(), 3);
    ticks(1);
    assert_int_equal(schedule_next(), 2); /* what was left of 1's */
    begin(5, 2, 1);
    schedule_block(2);
    schedule_hand_over(2, 3);
    assert_int_equal(schedule_next(), 5); /* a better one comes before */
}

static void removal_from_any_place(void **state)
{
    (void)state;
    for (unsigned gone = 1; gone <= 3; gone++) {
        clear(NULL);
        for (unsigned slot = 1; slot <= 3; slot++)
            begin(slot, 4, 1);
        schedule_remove(gone);
        for (unsigned slot = 1; slot <= 3; slot++) {
            if (slot == gone)
                continue;
            assert_int_equal(schedule_next(), slot);
            schedule_block(slot);
        }
        assert_int_equal(schedule_next(), SCHEDULE_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nobody, clear),
        cmocka_unit_test_setup(the_most_urgent_first, clear),
        cmocka_unit_test_setup(equals_take_turns_by_quantum, clear),
        cmocka_unit_test_setup(alone_at_the_end_of_the_quantum, clear),
        cmocka_unit_test_setup(the_displaced_keeps_its_turn, clear),
        cmocka_unit_test_setup(displaced_by_a_driver, clear),
        cmocka_unit_test_setup(displaced_by_a_driver, clear),
        cmocka_unit_test_setup(displaced_at_the_end_of_its_quantum, clear),
        cmocka_unit_test_setup(blocking_does_not_win_a_fresh_quantum, clear),
        cmocka_unit_test_setup(ready_twice_is_once, clear),
        cmocka_unit_test_setup(whoever_enters_runs_on_the_rest_of_the_quantum, clear),
        cmocka_unit_test_setup(whoever_is_handed_to_is_first_of_its_priority, clear),
        cmocka_unit_test_setup(removal_from_any_place, clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
