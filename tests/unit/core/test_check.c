/* ipc_check: numbers, permissions, endpoints, and the order of the answers. */
#include "harness.h"

static unsigned caller, target;

static int setup_two(void **state)
{
    setup(state);
    caller = spawn();
    target = spawn();
    return 0;
}

/* The check says `error` and whose fault it is, and changes nothing. */
static void check_says(uint32_t call, endpoint_t to, int error, endpoint_t culprit)
{
    struct ipc_table *before = keep_table();
    endpoint_t found = 0;

    assert_int_equal(ipc_check(&table, caller, call, to, &found), -error);
    if (error != 0)
        assert_int_equal(found, culprit);
    assert_memory_equal(&table, before, sizeof table);
}

static void test_only_what_is_built_is_a_call(void **state)
{
    (void)state;
    for (uint32_t call = 0; call <= IPC_CALL_MASK; call++) {
        bool built = (call >= IPC_SEND && call <= IPC_NOTIFY) || call == IPC_ECHO;

        check_says(call, endpoint_of(target), built ? 0 : EBADCALL, endpoint_of(caller));
    }
}

static void test_reserved_numbers_answer_ebadcall(void **state)
{
    static const uint32_t reserved[] = {IPC_REQUEST,    IPC_REPLY,         IPC_NOTIFY_SET,
                                        IPC_RECEIVE_EX, IPC_REPLY_RECEIVE, IPC_SELECT};

    (void)state;
    for (unsigned i = 0; i < sizeof reserved / sizeof reserved[0]; i++)
        check_says(reserved[i], endpoint_of(target), EBADCALL, endpoint_of(caller));
}

static void test_flags_belong_to_calls_that_wait(void **state)
{
    static const uint32_t waiting[] = {IPC_SEND, IPC_RECEIVE, IPC_SEND_REC};
    static const uint32_t never[] = {IPC_IN_OUTBOX, IPC_NOTIFY, IPC_ECHO};

    (void)state;
    for (unsigned bit = 12; bit < 32; bit++) {
        uint32_t flag = 1u << bit;
        bool legal = flag == IPC_NONBLOCK || flag == IPC_TIMEOUT;

        for (unsigned i = 0; i < 3; i++) {
            check_says(waiting[i] | flag, endpoint_of(target), legal ? 0 : EBADCALL,
                       endpoint_of(caller));
            check_says(never[i] | flag, endpoint_of(target), EBADCALL, endpoint_of(caller));
        }
    }
    check_says(IPC_SEND | IPC_NONBLOCK | IPC_TIMEOUT, endpoint_of(target), 0, 0);
}

static void test_each_call_is_permitted_on_its_own(void **state)
{
    static const struct {
        uint32_t call;
        unsigned bit;
    } calls[] = {
#define CALL_AND_BIT(name, number, bit) {number, bit},
        IPC_CALLS(CALL_AND_BIT)
#undef CALL_AND_BIT
    };

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        table.privilege[SERVERS].calls = 1u << calls[i].bit;
        for (unsigned j = 0; j < 6; j++)
            check_says(calls[j].call, endpoint_of(target), i == j ? 0 : ETRAPDENIED,
                       endpoint_of(caller));
    }
}

static void test_targets_are_identities_not_slots(void **state)
{
    unsigned high;

    (void)state;
    high = (unsigned)ipc_create(&table, 63);
    table.privilege[SERVERS].targets[0] = 0;
    table.privilege[SERVERS].targets[1] = 1u << 31;
    check_says(IPC_SEND, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    check_says(IPC_SEND_REC, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    check_says(IPC_NOTIFY, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    check_says(IPC_SEND, endpoint_of(high), 0, 0);
    check_says(IPC_SEND_REC, endpoint_of(high), 0, 0);
    check_says(IPC_NOTIFY, endpoint_of(high), 0, 0);
    table.privilege[63] = table.privilege[SERVERS];
    table.privilege[SERVERS].targets[1] = 0;
    check_says(IPC_SEND, endpoint_of(high), ECALLDENIED, endpoint_of(caller));
}

static void test_a_source_is_not_addressed(void **state)
{
    (void)state;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(IPC_RECEIVE, endpoint_of(target), 0, 0);
    check_says(IPC_RECEIVE, ANY, 0, 0);
}

static void test_system_needs_no_target_permission(void **state)
{
    (void)state;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(IPC_SEND_REC, SYSTEM, 0, 0);
    table.privilege[SERVERS].calls = 0;
    check_says(IPC_SEND_REC, SYSTEM, ETRAPDENIED, endpoint_of(caller));
}

static void test_names_where_they_are_legal(void **state)
{
    static const endpoint_t names[] = {HARDWARE, SYSTEM, ANY, NONE, SELF, 1005, 1023, 0, -1};

    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        endpoint_t name = names[i];
        bool source = name == ANY || name == HARDWARE || name == NONE;

        check_says(IPC_SEND, name, EINVAL, endpoint_of(caller));
        check_says(IPC_NOTIFY, name, EINVAL, endpoint_of(caller));
        check_says(IPC_SEND_REC, name, name == SYSTEM ? 0 : EINVAL, endpoint_of(caller));
        check_says(IPC_RECEIVE, name, source ? 0 : EINVAL, endpoint_of(caller));
        check_says(IPC_ECHO, name, 0, 0);
        check_says(IPC_IN_OUTBOX, name, 0, 0);
    }
}

static void test_the_dead_are_the_culprits(void **state)
{
    endpoint_t dead;
    static const uint32_t calls[] = {IPC_SEND, IPC_RECEIVE, IPC_SEND_REC, IPC_NOTIFY};

    (void)state;
    dead = endpoint_of(target);
    end_process(target);
    for (unsigned i = 0; i < 4; i++)
        check_says(calls[i], dead, EDEADSRCDST, dead);
}

static void test_to_oneself_is_locked(void **state)
{
    static const uint32_t calls[] = {IPC_SEND, IPC_RECEIVE, IPC_SEND_REC, IPC_NOTIFY};

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        check_says(calls[i], endpoint_of(caller), ELOCKED, endpoint_of(caller));
}

static void test_order_of_the_answers(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(target);
    end_process(target);
    table.privilege[SERVERS].calls = 0;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(IPC_REQUEST, dead, EBADCALL, endpoint_of(caller));
    check_says(IPC_NOTIFY | IPC_TIMEOUT, dead, EBADCALL, endpoint_of(caller));
    check_says(IPC_SEND, dead, ETRAPDENIED, endpoint_of(caller));
    check_says(IPC_SEND, ANY, ETRAPDENIED, endpoint_of(caller));
    table.privilege[SERVERS].calls = 1u << CALL_BIT_send;
    check_says(IPC_SEND, dead, EDEADSRCDST, dead);
    check_says(IPC_SEND, endpoint_of(caller), ELOCKED, endpoint_of(caller));
    target = spawn();
    check_says(IPC_SEND, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
}

int run_check_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_only_what_is_built_is_a_call, setup_two),
        cmocka_unit_test_setup(test_reserved_numbers_answer_ebadcall, setup_two),
        cmocka_unit_test_setup(test_flags_belong_to_calls_that_wait, setup_two),
        cmocka_unit_test_setup(test_each_call_is_permitted_on_its_own, setup_two),
        cmocka_unit_test_setup(test_targets_are_identities_not_slots, setup_two),
        cmocka_unit_test_setup(test_a_source_is_not_addressed, setup_two),
        cmocka_unit_test_setup(test_system_needs_no_target_permission, setup_two),
        cmocka_unit_test_setup(test_names_where_they_are_legal, setup_two),
        cmocka_unit_test_setup(test_the_dead_are_the_culprits, setup_two),
        cmocka_unit_test_setup(test_to_oneself_is_locked, setup_two),
        cmocka_unit_test_setup(test_order_of_the_answers, setup_two),
    };

    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
