/* Slots, endpoints, generations. */
#include "harness.h"

static void test_first_endpoints_are_positive_and_tell_their_slot(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++) {
        unsigned slot = spawn();

        assert_int_equal(slot, i);
        assert_true(endpoint_of(slot) > 0);
        assert_int_equal(endpoint_slot(endpoint_of(slot)), slot);
        assert_int_equal(ipc_slot_of(&table, endpoint_of(slot)), slot);
    }
}

static void test_a_full_table_has_no_slot(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    assert_int_equal(ipc_create(&table, SERVERS), -EAGAIN);
    end_process(7);
    assert_int_equal(spawn(), 7);
    assert_int_equal(ipc_create(&table, SERVERS), -EAGAIN);
}

static void test_slots_are_reused_oldest_freed_first(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    end_process(9);
    end_process(3);
    end_process(200);
    assert_int_equal(spawn(), 9);
    end_process(0);
    assert_int_equal(spawn(), 3);
    assert_int_equal(spawn(), 200);
    assert_int_equal(spawn(), 0);
}

static void test_a_reused_slot_has_the_next_generation(void **state)
{
    endpoint_t former;

    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    former = endpoint_of(5);
    end_process(5);
    assert_int_equal(ipc_slot_of(&table, former), -EDEADSRCDST);
    assert_int_equal(spawn(), 5);
    assert_int_equal(endpoint_generation(endpoint_of(5)), endpoint_generation(former) + 1);
    assert_int_equal(ipc_slot_of(&table, former), -EDEADSRCDST);
}

static void test_a_slot_retires_after_its_last_generation(void **state)
{
    (void)state;
    table.process[2].endpoint = ENDPOINT(ENDPOINT_GENERATION_LAST - 1, 2);
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    assert_int_equal(endpoint_of(2), ENDPOINT(ENDPOINT_GENERATION_LAST, 2));
    assert_int_equal(endpoint_of(2), 0x7ffffc02); /* still positive */
    assert_int_equal(ipc_slot_of(&table, endpoint_of(2)), 2);
    end_process(2);
    assert_int_equal(ipc_slot_of(&table, ENDPOINT(ENDPOINT_GENERATION_LAST, 2)), -EDEADSRCDST);
    assert_int_equal(ipc_create(&table, SERVERS), -EAGAIN);
    end_process(4);
    assert_int_equal(spawn(), 4);
    assert_int_equal(ipc_create(&table, SERVERS), -EAGAIN);
}

static void test_every_slot_retired_leaves_an_empty_list(void **state)
{
    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        table.process[i].endpoint = ENDPOINT(ENDPOINT_GENERATION_LAST - 1, i);
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        end_process(spawn());
    assert_int_equal(ipc_create(&table, SERVERS), -EAGAIN);
    assert_int_equal(table.free_last, IPC_NO_SLOT);
}

static void test_what_is_not_an_endpoint(void **state)
{
    static const endpoint_t invalid[] = {
        0,
        -1,
        INT32_MIN,
        HARDWARE,
        SYSTEM,
        ANY,
        NONE,
        SELF,
        1005,
        1023,
        -42,
        0x7ff,
        ENDPOINT(1, 1000),
        ENDPOINT(ENDPOINT_GENERATION_LAST, 1023),
    };

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        spawn();
    for (unsigned i = 0; i < sizeof invalid / sizeof invalid[0]; i++)
        assert_int_equal(ipc_slot_of(&table, invalid[i]), -EINVAL);
}

static void test_who_was_never_born(void **state)
{
    (void)state;
    spawn();
    spawn();
    assert_int_equal(ipc_slot_of(&table, 1), -EDEADSRCDST); /* a bare slot number */
    assert_int_equal(ipc_slot_of(&table, ENDPOINT(1, 2)), -EDEADSRCDST);
    assert_int_equal(ipc_slot_of(&table, ENDPOINT(2, 1)), -EDEADSRCDST);
    assert_int_equal(ipc_slot_of(&table, ENDPOINT(1, IPC_PROCESSES)), -EDEADSRCDST);
    assert_int_equal(ipc_slot_of(&table, ENDPOINT(1, 999)), -EDEADSRCDST);
}

static void test_a_new_process_remembers_nothing(void **state)
{
    unsigned a, b;
    endpoint_t endpoint;

    (void)state;
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    a = 10;
    b = 11;
    write_message(b, 1);
    assert_false(send_to(b, a, 0));
    notify_to(12, a);
    post_to(a, EVENT_ALARM);
    assert_true(receive_name(a, ANY, 0));
    assert_true(receive_name(a, ANY, 0));
    assert_true(receive_name(a, ANY, 0));
    end_process(a);
    assert_int_equal(spawn(), a);
    endpoint = endpoint_of(a);
    assert_int_equal(table.process[a].sent + table.process[a].received, 0);
    assert_int_equal(table.process[a].prefer_message + table.process[a].event_turn, 0);
    assert_int_equal(table.process[a].identity, SERVERS);
    assert_false(receive_name(a, ANY, 0));
    assert_int_equal(endpoint, endpoint_of(a));
}

/* The same things done to two tables that held different bytes before. */
static void test_equal_states_are_equal_bytes(void **state)
{
    static struct ipc_table first;

    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        unsigned a, b;

        setup(NULL);
        memset(&table, round == 0 ? 0x00 : 0xff, sizeof table);
        ipc_init(&table);
        a = spawn();
        b = spawn();
        if (round == 0) { /* by way of waits that came to nothing */
            assert_false(send_rec_to(a, b, IPC_TIMEOUT));
            time_out(a);
            assert_false(receive_name(b, HARDWARE, 0));
            cancel(b);
        }
        assert_true(receive_name(b, NONE, IPC_NONBLOCK));
        assert_false(send_to(a, b, 0));
        if (round == 0)
            first = table;
        else
            assert_memory_equal(&first, &table, sizeof table);
    }
}

int run_table_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_first_endpoints_are_positive_and_tell_their_slot),
        TEST(test_a_full_table_has_no_slot),
        TEST(test_slots_are_reused_oldest_freed_first),
        TEST(test_a_reused_slot_has_the_next_generation),
        TEST(test_a_slot_retires_after_its_last_generation),
        TEST(test_every_slot_retired_leaves_an_empty_list),
        TEST(test_what_is_not_an_endpoint),
        TEST(test_who_was_never_born),
        TEST(test_a_new_process_remembers_nothing),
        TEST(test_equal_states_are_equal_bytes),
    };

    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
