/* Deaths: told to every watcher, once, in order, of the right process. */
#include "cmocka_all.h"
#include "process.h"
#include <string.h>

struct ipc_table ipc_table;
static unsigned told[IPC_PROCESSES];

void process_post(unsigned slot, uint32_t bits)
{
    assert_int_equal(bits, EVENT_DEATH);
    told[slot]++;
}

static int begin(void **state)
{
    (void)state;
    struct death death;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        while (death_read(slot, &death))
            ;
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        death_happened(slot, &(struct death){.endpoint = ENDPOINT(9999, slot)});
    memset(told, 0, sizeof told);
    return 0;
}

static void die(endpoint_t endpoint, uint32_t status)
{
    death_happened(endpoint_slot(endpoint),
                   &(struct death){.endpoint = endpoint, .status = status});
}

static void expect(unsigned watcher, endpoint_t endpoint, uint32_t status)
{
    struct death death;
    assert_true(death_read(watcher, &death));
    assert_int_equal(death.endpoint, endpoint);
    assert_int_equal(death.status, status);
}

static void expect_none(unsigned watcher)
{
    struct death death;
    assert_false(death_read(watcher, &death));
}

static void each_watcher_reads_it_once(void **state)
{
    (void)state;
    endpoint_t victim = ENDPOINT(1, 5);
    assert_int_equal(death_watch(1, victim, true), 0);
    assert_int_equal(death_watch(2, victim, true), 0);
    assert_int_equal(death_watch(2, victim, true), 0); /* twice is once */
    expect_none(1);
    die(victim, 42);
    assert_int_equal(told[1], 1);
    assert_int_equal(told[2], 1);
    assert_int_equal(told[3], 0);
    expect(1, victim, 42);
    expect_none(1);
    expect(2, victim, 42);
    expect_none(2);
    expect_none(3);
}

static void no_longer_watched(void **state)
{
    (void)state;
    endpoint_t victim = ENDPOINT(1, 6);
    death_watch(1, victim, true);
    death_watch(1, victim, false);
    death_watch(2, victim, false); /* never watched: no effect */
    die(victim, 1);
    assert_int_equal(told[1], 0);
    expect_none(1);
}

/* The slot has a new tenant, which dies too, before the watcher looks. */
static void a_slot_used_again(void **state)
{
    (void)state;
    endpoint_t first = ENDPOINT(1, 7), second = ENDPOINT(2, 7), third = ENDPOINT(3, 7);
    death_watch(1, first, true);
    die(first, 11);
    death_watch(1, second, true);
    die(second, 22);
    die(third, 33); /* not watched */
    expect(1, first, 11);
    expect(1, second, 22);
    expect_none(1);
}

static void a_watcher_that_dies(void **state)
{
    (void)state;
    endpoint_t victim = ENDPOINT(1, 8), watcher = ENDPOINT(1, 1);
    death_watch(1, victim, true);
    die(watcher, 0);
    die(victim, 5);
    assert_int_equal(told[1], 0);
    expect_none(1); /* whoever has slot 1 now never asked */
}

/* Room is reserved when the watch begins: refused then, never lost later. */
static void no_room(void **state)
{
    (void)state;
    unsigned watched = 0;
    for (unsigned generation = 1;; generation++) {
        endpoint_t victim = ENDPOINT(generation, 9);
        if (death_watch(1, victim, true) != 0)
            break;
        die(victim, generation);
        watched++;
        assert_true(watched < 10000);
    }
    assert_int_equal(watched, 2 * IPC_PROCESSES);
    assert_int_equal(death_watch(2, ENDPOINT(1, 10), true), -ENOSPC);
    for (unsigned i = 1; i <= watched; i++)
        expect(1, ENDPOINT(i, 9), i);
    expect_none(1);
    assert_int_equal(death_watch(2, ENDPOINT(1, 10), true), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(each_watcher_reads_it_once, begin),
        cmocka_unit_test_setup(no_longer_watched, begin),
        cmocka_unit_test_setup(a_slot_used_again, begin),
        cmocka_unit_test_setup(a_watcher_that_dies, begin),
        cmocka_unit_test_setup(no_room, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
