/* Requests that the kernel makes for a process that faulted. */
#include "harness.h"

static unsigned faulter, handler, other;

static int setup_three(void **state)
{
    setup(state);
    faulter = spawn();
    handler = spawn();
    other = spawn();
    return 0;
}

#define TEST_THREE(name) cmocka_unit_test_setup(name, setup_three)

static void test_a_fault_is_a_request(void **state)
{
    (void)state;
    assert_false(receive_name(handler, ANY, 0));
    write_message(faulter, 14);
    assert_false(fault_to(faulter, handler));
    expect_taken(handler, IPC_CAME_REQUEST, faulter);
    expect_message(handler, faulter, 14);
    expect_waits(faulter, IPC_AWAITING, endpoint_of(handler));
    assert_int_equal(table.process[faulter].fault, 1);
    write_message(handler, 15);
    assert_true(reply_to(handler, endpoint_of(faulter), ticket_of(faulter)));
    expect_result(faulter, 0, IPC_CAME_REPLY);
    expect_message(faulter, handler, 15);
    assert_int_equal(table.process[faulter].fault, 0);
}

static void test_a_fault_queues_for_a_busy_handler(void **state)
{
    (void)state;
    assert_false(fault_to(faulter, handler));
    expect_waits(faulter, IPC_REQUESTING, endpoint_of(handler));
    assert_int_equal(table.process[faulter].fault, 1);
    assert_true(receive_name(handler, ANY, 0));
    expect_taken(handler, IPC_CAME_REQUEST, faulter);
    assert_int_equal(table.process[faulter].fault, 1);
}

static void test_permissions_do_not_count(void **state)
{
    endpoint_t culprit = 0;

    (void)state;
    table.privilege[SERVERS].calls = 0;
    table.privilege[SERVERS].targets[0] = 0;
    assert_int_equal(ipc_check(&table, faulter, IPC_REQUEST, endpoint_of(handler), &culprit),
                     -ETRAPDENIED);
    assert_false(fault_to(faulter, handler));
    expect_waits(faulter, IPC_REQUESTING, endpoint_of(handler));
}

static void test_a_ring_is_refused(void **state)
{
    (void)state;
    assert_false(request_to(handler, other, 0));
    assert_false(send_to(other, faulter, 0));
    EXPECT_REFUSED(faulter, ELOCKED, endpoint_of(handler), fault_to(faulter, handler));
    cancel(other);
    assert_false(fault_to(faulter, handler));
    EXPECT_REFUSED(other, ELOCKED, endpoint_of(faulter), send_to(other, faulter, 0));
}

static void test_a_handler_that_dies(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(handler);
    assert_false(fault_to(faulter, handler));
    assert_false(fault_to(other, handler));
    assert_true(receive_from(handler, other, 0));
    end_process(handler);
    expect_result(faulter, -EDEADSRCDST, (uint32_t)dead);
    expect_result(other, -EREPLYDEAD, (uint32_t)dead);
}

static void test_a_cancel_ends_it(void **state)
{
    (void)state;
    assert_false(fault_to(faulter, handler));
    cancel(faulter);
    expect_result(faulter, -EINTR, (uint32_t)endpoint_of(handler));
    assert_false(fault_to(faulter, handler));
    assert_true(receive_name(handler, ANY, 0));
    cancel(faulter);
    expect_result(faulter, -EREPLYINTR, (uint32_t)endpoint_of(handler));
    assert_int_equal(table.process[faulter].fault, 0);
}

static void test_a_restart_lets_it_happen_again(void **state)
{
    uint32_t late;

    (void)state;
    assert_false(fault_to(faulter, handler));
    restart(faulter);
    expect_result(faulter, 0, IPC_CAME_NOTHING);
    assert_int_equal(table.process[handler].queue_first, IPC_NO_SLOT);
    assert_false(fault_to(faulter, handler));
    assert_true(receive_name(handler, ANY, 0));
    late = ticket_of(faulter);
    restart(faulter);
    expect_result(faulter, 0, IPC_CAME_NOTHING);
    assert_false(fault_to(faulter, handler));
    assert_true(receive_name(handler, ANY, 0));
    EXPECT_REFUSED(handler, ENOTREADY, endpoint_of(faulter),
                   reply_to(handler, endpoint_of(faulter), late));
    assert_true(reply_to(handler, endpoint_of(faulter), ticket_of(faulter)));
    expect_result(faulter, 0, IPC_CAME_REPLY);
}

static void test_only_faults_restart(void **state)
{
    static struct ipc_table before;

    (void)state;
    assert_false(request_to(faulter, handler, 0));
    assert_false(receive_name(other, ANY, 0));
    before = table;
    restart(faulter);
    restart(other);
    restart(handler);
    assert_memory_equal(&before, &table, sizeof table);
}

static void test_a_process_created_in_a_fault(void **state)
{
    unsigned child;

    (void)state;
    child = spawn();
    assert_int_equal(ipc_fault_adopt(&table, child, endpoint_of(handler), IN(child)), 1);
    expect_waits(child, IPC_AWAITING, endpoint_of(handler));
    assert_int_equal(table.process[child].fault, 1);
    EXPECT_REFUSED(other, ENOTREADY, endpoint_of(child), reply_to(other, endpoint_of(child), 1));
    write_message(handler, 3);
    assert_true(reply_to(handler, endpoint_of(child), 1));
    expect_result(child, 0, IPC_CAME_REPLY);
    expect_message(child, handler, 3);
}

static void test_none_is_created_into_a_ring(void **state)
{
    static struct ipc_table before;

    (void)state;
    assert_false(receive_from(handler, faulter, 0));
    before = table;
    assert_int_equal(ipc_fault_adopt(&table, faulter, endpoint_of(handler), IN(faulter)), 0);
    assert_memory_equal(&before, &table, sizeof table);
}

int run_fault_tests(void)
{
    const struct CMUnitTest tests[] = {
        TEST_THREE(test_a_fault_is_a_request),
        TEST_THREE(test_a_fault_queues_for_a_busy_handler),
        TEST_THREE(test_permissions_do_not_count),
        TEST_THREE(test_a_ring_is_refused),
        TEST_THREE(test_a_handler_that_dies),
        TEST_THREE(test_a_cancel_ends_it),
        TEST_THREE(test_a_restart_lets_it_happen_again),
        TEST_THREE(test_only_faults_restart),
        TEST_THREE(test_a_process_created_in_a_fault),
        TEST_THREE(test_none_is_created_into_a_ring),
    };

    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
