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
static void call_says(struct ipc_arguments a, int error, endpoint_t culprit)
{
    struct ipc_table *before = keep_table();
    endpoint_t found = 0;

    assert_int_equal(ipc_check_call(&table, caller, &a, &found), -error);
    if (error != 0)
        assert_int_equal(found, culprit);
    assert_memory_equal(&table, before, sizeof table);
}

/* With sets that are in order. */
static void check_says(uint32_t call, endpoint_t to, int error, endpoint_t culprit)
{
    endpoint_t found = 0;

    call_says((struct ipc_arguments){call, to, 0x80000000u, 1}, error, culprit);
    assert_int_equal(ipc_check(&table, caller, call, to, &found), -error);
    if (error != 0)
        assert_int_equal(found, culprit);
}

static const uint32_t numbers[] = {
#define CALL_NUMBER(name, number, bit) number,
    IPC_CALLS(CALL_NUMBER)
#undef CALL_NUMBER
        IPC_REPLY_RECEIVE,
};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

/* The columns of the table of calls: has a source or destination; waits; takes a ticket. */
static bool has_target(uint32_t number)
{
    return number != IPC_IN_OUTBOX && number != IPC_ECHO && number != IPC_SELECT;
}

static bool has_source(uint32_t number)
{
    return number == IPC_RECEIVE || number == IPC_RECEIVE_EX || number == IPC_REPLY_RECEIVE;
}

static bool waits(uint32_t number)
{
    return has_source(number) || number == IPC_SEND || number == IPC_SEND_REC ||
           number == IPC_REQUEST || number == IPC_SELECT;
}

static bool takes_ticket(uint32_t number)
{
    return number == IPC_REPLY || number == IPC_REPLY_RECEIVE;
}

static void test_no_other_number_is_a_call(void **state)
{
    (void)state;
    for (uint32_t call = 0; call <= IPC_CALL_MASK; call++) {
        bool known = false;

        for (unsigned i = 0; i < NUMBERS; i++)
            known = known || numbers[i] == call;
        check_says(call, endpoint_of(target), known ? 0 : EBADCALL, endpoint_of(caller));
    }
    assert_int_equal(NUMBERS, 12);
    assert_int_equal(IPC_REPLY | IPC_RECEIVE_EX, IPC_REPLY_RECEIVE);
}

/* NONBLOCK and TIMEOUT belong to calls that wait, a ticket to replies, and 15..14 to nobody. */
static void test_flags_and_tickets_are_legal_where_they_mean_something(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NUMBERS; i++) {
        uint32_t legal = 0;

        if (waits(numbers[i]))
            legal |= IPC_NONBLOCK | IPC_TIMEOUT;
        if (takes_ticket(numbers[i]))
            legal |= 0xffff0000u;
        for (unsigned bit = 12; bit < 32; bit++)
            check_says(numbers[i] | 1u << bit, endpoint_of(target),
                       (legal & 1u << bit) != 0 ? 0 : EBADCALL, endpoint_of(caller));
        check_says(numbers[i] | legal, endpoint_of(target), 0, 0);
        check_says(numbers[i] | legal | 0x4000, endpoint_of(target), EBADCALL, endpoint_of(caller));
    }
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
    for (unsigned i = 0; i < CALL_BIT_COUNT; i++) {
        table.privilege[SERVERS].calls = 1u << calls[i].bit;
        for (unsigned j = 0; j < CALL_BIT_COUNT; j++)
            check_says(calls[j].call, endpoint_of(target), i == j ? 0 : ETRAPDENIED,
                       endpoint_of(caller));
        check_says(IPC_REPLY_RECEIVE, endpoint_of(target), ETRAPDENIED, endpoint_of(caller));
    }
    table.privilege[SERVERS].calls = 1u << CALL_BIT_ipc_reply | 1u << CALL_BIT_ipc_receive;
    check_says(IPC_REPLY_RECEIVE, endpoint_of(target), 0, 0);
}

static void test_sets_are_not_empty_and_not_too_large(void **state)
{
    endpoint_t self, peer;

    (void)state;
    self = endpoint_of(caller);
    peer = endpoint_of(target);
    call_says((struct ipc_arguments){IPC_NOTIFY_SET, peer, 0, 1}, EINVAL, self);
    call_says((struct ipc_arguments){IPC_NOTIFY_SET, peer, 1, 0}, 0, 0);
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, 0}, EINVAL, self);
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, 1}, 0, 0);
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, 16}, 0, 0);
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, 17}, EINVAL, self);
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, UINT32_MAX}, EINVAL, self);
    /* No other call has sets that could be wrong. */
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (numbers[i] != IPC_NOTIFY_SET && numbers[i] != IPC_SELECT)
            call_says((struct ipc_arguments){numbers[i], peer, 0, 0}, 0, 0);
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
    check_says(IPC_REQUEST, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    check_says(IPC_NOTIFY_SET, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    check_says(IPC_SEND, endpoint_of(high), 0, 0);
    check_says(IPC_SEND_REC, endpoint_of(high), 0, 0);
    check_says(IPC_NOTIFY, endpoint_of(high), 0, 0);
    check_says(IPC_REQUEST, endpoint_of(high), 0, 0);
    check_says(IPC_NOTIFY_SET, endpoint_of(high), 0, 0);
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
    check_says(IPC_RECEIVE_EX, endpoint_of(target), 0, 0);
    check_says(IPC_REPLY_RECEIVE, endpoint_of(target), 0, 0);
}

/* The wait is the permission; what is wrong with it the call says itself. */
static void test_a_reply_needs_no_target_permission(void **state)
{
    endpoint_t dead;

    (void)state;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(IPC_REPLY, endpoint_of(target), 0, 0);
    check_says(IPC_REPLY, endpoint_of(caller), 0, 0);
    check_says(IPC_REPLY, ENDPOINT(1, 999), 0, 0);
    dead = endpoint_of(target);
    end_process(target);
    check_says(IPC_REPLY, dead, 0, 0);
}

static void test_system_needs_no_target_permission(void **state)
{
    (void)state;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(IPC_SEND_REC, SYSTEM, 0, 0);
    check_says(IPC_REQUEST, SYSTEM, 0, 0);
    table.privilege[SERVERS].calls = 0;
    check_says(IPC_SEND_REC, SYSTEM, ETRAPDENIED, endpoint_of(caller));
    check_says(IPC_REQUEST, SYSTEM, ETRAPDENIED, endpoint_of(caller));
}

static void test_names_where_they_are_legal(void **state)
{
    static const endpoint_t names[] = {HARDWARE, SYSTEM, ANY, NONE, SELF, 1005, 1023, 0, -1};

    (void)state;
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        endpoint_t name = names[i];
        bool source = name == ANY || name == HARDWARE || name == NONE;

        for (unsigned j = 0; j < NUMBERS; j++) {
            uint32_t number = numbers[j];
            bool calls_system = name == SYSTEM && (number == IPC_SEND_REC || number == IPC_REQUEST);
            bool legal = !has_target(number) || calls_system || (has_source(number) && source);

            check_says(number, name, legal ? 0 : EINVAL, endpoint_of(caller));
        }
    }
}

static void test_the_dead_are_the_culprits(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(target);
    end_process(target);
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (has_target(numbers[i]) && numbers[i] != IPC_REPLY)
            check_says(numbers[i], dead, EDEADSRCDST, dead);
    }
}

static void test_to_oneself_is_locked(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NUMBERS; i++) {
        if (has_target(numbers[i]) && numbers[i] != IPC_REPLY)
            check_says(numbers[i], endpoint_of(caller), ELOCKED, endpoint_of(caller));
    }
}

static void test_order_of_the_answers(void **state)
{
    endpoint_t dead;

    (void)state;
    dead = endpoint_of(target);
    end_process(target);
    table.privilege[SERVERS].calls = 0;
    table.privilege[SERVERS].targets[0] = 0;
    check_says(0x30, dead, EBADCALL, endpoint_of(caller));
    check_says(IPC_NOTIFY | IPC_TIMEOUT, dead, EBADCALL, endpoint_of(caller));
    call_says((struct ipc_arguments){IPC_NOTIFY_SET, dead, 0, 0}, ETRAPDENIED, endpoint_of(caller));
    call_says((struct ipc_arguments){IPC_SELECT, 0, 0, 0}, ETRAPDENIED, endpoint_of(caller));
    check_says(IPC_SEND, dead, ETRAPDENIED, endpoint_of(caller));
    check_says(IPC_SEND, ANY, ETRAPDENIED, endpoint_of(caller));
    table.privilege[SERVERS].calls = 1u << CALL_BIT_send | 1u << CALL_BIT_ipc_notify;
    check_says(IPC_SEND, dead, EDEADSRCDST, dead);
    call_says((struct ipc_arguments){IPC_NOTIFY_SET, dead, 0, 0}, EDEADSRCDST, dead);
    check_says(IPC_SEND, endpoint_of(caller), ELOCKED, endpoint_of(caller));
    target = spawn();
    check_says(IPC_SEND, endpoint_of(target), ECALLDENIED, endpoint_of(caller));
    call_says((struct ipc_arguments){IPC_NOTIFY_SET, endpoint_of(target), 0, 0}, ECALLDENIED,
              endpoint_of(caller));
}

int run_check_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_no_other_number_is_a_call, setup_two),
        cmocka_unit_test_setup(test_flags_and_tickets_are_legal_where_they_mean_something,
                               setup_two),
        cmocka_unit_test_setup(test_each_call_is_permitted_on_its_own, setup_two),
        cmocka_unit_test_setup(test_sets_are_not_empty_and_not_too_large, setup_two),
        cmocka_unit_test_setup(test_targets_are_identities_not_slots, setup_two),
        cmocka_unit_test_setup(test_a_source_is_not_addressed, setup_two),
        cmocka_unit_test_setup(test_a_reply_needs_no_target_permission, setup_two),
        cmocka_unit_test_setup(test_system_needs_no_target_permission, setup_two),
        cmocka_unit_test_setup(test_names_where_they_are_legal, setup_two),
        cmocka_unit_test_setup(test_the_dead_are_the_culprits, setup_two),
        cmocka_unit_test_setup(test_to_oneself_is_locked, setup_two),
        cmocka_unit_test_setup(test_order_of_the_answers, setup_two),
    };

    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
