/* The checker itself: each way in which a table can be wrong, planted once, is found and named. */
#include "harness.h"

/*
 * Slots: 0 runs; 1 and 2 are queued on 0, 2 with a send_rec; 3 waits for 0's answer; 4 receives
 * from 5; 5 from ANY; 6 from HARDWARE, timed; 7 runs and has events from 0; 8 is retired; 9 selects
 * among 7 and HARDWARE; 10 waits for 0's reply, in a fault; 11 is queued on 0 with a request; 12
 * answered and receives events from all; the rest is free.
 */
static int setup_scene(void **state)
{
    setup(state);
    table.process[8].endpoint = ENDPOINT(ENDPOINT_GENERATION_LAST - 1, 8);
    for (unsigned i = 0; i <= 12; i++)
        spawn();
    end_process(8);
    assert_false(receive_name(0, ANY, 0));
    assert_false(fault_to(10, 0));
    assert_false(send_rec_to(5, 12, 0));
    assert_true(receive_name(12, ANY, 0));
    assert_false(
        ipc_reply_receive(&table, 12, endpoint_of(5), OUT(12), ticket_of(5), NONE, 4, IN(12), 0));
    assert_false(receive_name(0, ANY, 0));
    assert_false(send_rec_to(3, 0, 0));
    assert_false(send_to(1, 0, 0));
    assert_false(send_rec_to(2, 0, 0));
    assert_false(receive_from(4, 5, 0));
    assert_false(receive_name(5, ANY, 0));
    assert_false(receive_name(6, HARDWARE, IPC_TIMEOUT));
    assert_false(request_to(11, 0, 0));
    assert_false(select_among(
        9, (const struct ipc_select_pair[]){{endpoint_of(7), 1}, {HARDWARE, 2}}, 2, 0));
    notify_to(0, 7);
    return 0;
}

#define P(slot)       table.process[slot]
#define PAIR(slot, i) table.select[slot].pair[i]

/* What is said of the damage, and of which slot; of the table as a whole, 0. */
#define PLANT(at, sentence, damage)                                                                \
    do {                                                                                           \
        struct ipc_table *sound_ = keep_table();                                                   \
        unsigned slot_ = IPC_NO_SLOT;                                                              \
        damage;                                                                                    \
        assert_non_null(ipc_check_invariants(&table, &slot_));                                     \
        assert_string_equal(ipc_check_invariants(&table, &slot_), sentence);                       \
        assert_int_equal(slot_, at);                                                               \
        table = *sound_;                                                                           \
        assert_null(ipc_check_invariants(&table, &slot_));                                         \
    } while (0)

static void test_plain_fields(void **state)
{
    (void)state;
    PLANT(7, "state is none of enum ipc_state", P(7).state = IPC_SELECTING + 1);
    PLANT(7, "endpoint is of another slot", P(7).endpoint = ENDPOINT(1, 6));
    PLANT(7, "endpoint is of another slot", P(7).endpoint = -P(7).endpoint);
    PLANT(7, "generation 0 lives", P(7).endpoint = ENDPOINT(0, 7));
    PLANT(7, "identity does not exist", P(7).identity = IDENTITY_COUNT);
    PLANT(6, "a truth value is neither 0 nor 1", P(6).timed = 2);
    PLANT(7, "a truth value is neither 0 nor 1", P(7).prefer_message = 2);
    PLANT(12, "a truth value is neither 0 nor 1", P(12).delivered = 2);
    PLANT(10, "a truth value is neither 0 nor 1", P(10).fault = 2);
    PLANT(7, "the next turn of ipc_select is no pair", P(7).select_turn = IPC_SELECT_PAIRS + 1);
    PLANT(7, "the next turn for events is no slot", P(7).event_turn = IPC_PROCESSES);
    PLANT(7, "what answers it is another call", P(7).reply_call = 0);
}

static void test_free_slots(void **state)
{
    (void)state;
    PLANT(13, "a free slot remembers its process", P(13).identity = 1);
    PLANT(13, "a free slot remembers its process", P(13).prefer_message = 1);
    PLANT(13, "a free slot remembers its process", P(13).event_turn = 1);
    PLANT(13, "a free slot remembers its process", P(13).kernel_events = 1);
    PLANT(13, "a free slot remembers its process", P(13).select_turn = 1);
    PLANT(13, "a free slot remembers its process", P(13).ticket = 1);
    PLANT(13, "a free slot remembers a call", P(13).result = -EINTR);
    PLANT(13, "a free slot remembers a call", P(13).second = 1);
    PLANT(13, "a free slot remembers a call", P(13).sent = 1);
    PLANT(13, "a free slot remembers a call", P(13).received = 1);
    PLANT(13, "somebody is queued on a free slot", P(13).queue_first = 1);
    PLANT(13, "somebody is queued on a free slot", P(13).queue_last = 1);
    PLANT(8, "a retired slot has a successor", P(8).queue_next = 13);
    PLANT(13, "waits for somebody in a state that does not", P(13).waits_for = ANY);
}

static void test_unused_fields(void **state)
{
    (void)state;
    PLANT(7, "waits for somebody in a state that does not", P(7).waits_for = ANY);
    PLANT(7, "waits for somebody in a state that does not", P(7).timed = 1);
    PLANT(7, "keeps a message in a state that has none", P(7).out = OUT(7));
    PLANT(7, "keeps a message in a state that has none", P(7).in = IN(7));
    PLANT(5, "has a result while it waits", P(5).result = -EINTR);
    PLANT(5, "has a result while it waits", P(5).second = 1);
    PLANT(3, "keeps a message that was handed over", P(3).out = OUT(3));
    PLANT(1, "a sender has room for an answer", P(1).in = IN(1));
    PLANT(7, "has a predecessor but is in no queue", P(7).queue_previous = 1);
    PLANT(7, "has a successor but is in no queue", P(7).queue_next = 1);
}

static void test_fields_of_some_waits(void **state)
{
    (void)state;
    PLANT(7, "accepts events in a state that does not", P(7).event_mask = 1);
    PLANT(3, "accepts events in a state that does not", P(3).event_mask = 1);
    PLANT(7, "remembers a reply in a state that does not", P(7).delivered = 1);
    PLANT(3, "remembers a reply in a state that does not", P(3).beside_error = ENOTREADY);
    PLANT(12, "a reply was delivered and failed", P(12).beside_error = ENOTREADY);
    PLANT(7, "a fault is no request, or has a deadline", P(7).fault = 1);
    PLANT(3, "a fault is no request, or has a deadline", P(3).fault = 1);
    PLANT(10, "a fault is no request, or has a deadline", P(10).timed = 1);
    PLANT(10, "waits for an answer without a ticket", P(10).ticket = 0);
    PLANT(3, "waits for an answer without a ticket", P(3).ticket = 0);
}

static void test_pairs(void **state)
{
    (void)state;
    PLANT(9, "selects, but waits for one", P(9).waits_for = P(7).endpoint);
    PLANT(9, "a sender has room for an answer", P(9).in = IN(9));
    PLANT(9, "selects among more pairs than there are", P(9).select_count = IPC_SELECT_PAIRS + 1);
    PLANT(9, "selects among none, or has pairs and does not select", P(9).select_count = 0);
    PLANT(7, "selects among none, or has pairs and does not select", P(7).select_count = 1);
    PLANT(9, "an unused pair is not zero", PAIR(9, 2).events = 1);
    PLANT(9, "an unused pair is not zero", PAIR(9, 15).source = ANY);
    PLANT(7, "an unused pair is not zero", PAIR(7, 0).source = ANY);
    PLANT(13, "an unused pair is not zero", PAIR(13, 0).source = ANY);
    PLANT(9, "selects itself or the dead", PAIR(9, 0).source = P(9).endpoint);
    PLANT(9, "selects itself or the dead", PAIR(9, 0).source = ENDPOINT(1, 13));
    PLANT(9, "selects itself or the dead", PAIR(9, 1).source = NONE);
    PLANT(9, "waits though a kernel event is pending", P(9).kernel_events = 2);
    PLANT(9, "waits for one whose event is pending",
          (table.events[9][7] = 1, P(9).event_sources[0] = 1u << 7));
    PLANT(9, "waits for one who waits to be heard",
          (PAIR(9, 0).source = P(1).endpoint, P(1).waits_for = P(9).endpoint));
}

static void test_pending(void **state)
{
    (void)state;
    PLANT(7, "counts more or less than is pending", P(7).pending++);
    PLANT(0, "counts more or less than is pending", P(0).pending = 0);
    PLANT(13, "counts more or less than is pending", P(13).pending = 1);
}

static void test_peers_of_waits(void **state)
{
    (void)state;
    PLANT(4, "waits for nobody who lives", P(4).waits_for = ENDPOINT(2, 5));
    PLANT(4, "waits for nobody who lives", P(4).waits_for = ENDPOINT(1, 13));
    PLANT(4, "waits for nobody who lives", P(4).waits_for = SYSTEM);
    PLANT(3, "waits for nobody who lives", P(3).waits_for = ANY);
    PLANT(4, "waits for itself", P(4).waits_for = P(4).endpoint);
}

static void test_events(void **state)
{
    (void)state;
    PLANT(7, "event_sources disagrees with the events", table.events[7][1] = 1);
    PLANT(7, "event_sources disagrees with the events", table.events[7][0] = 0);
    PLANT(7, "event_sources disagrees with the events", P(7).event_sources[0] |= 2);
    PLANT(13, "a free slot has events", (table.events[13][0] = 1, P(13).event_sources[0] = 1));
    PLANT(7, "has events from the dead",
          (table.events[7][13] = 1, P(7).event_sources[0] |= 1u << 13));
    PLANT(7, "has events from itself", (table.events[7][7] = 1, P(7).event_sources[0] |= 1u << 7));
}

static void test_missed_deliveries(void **state)
{
    (void)state;
    PLANT(5, "waits though something is pending",
          (table.events[5][0] = 1, P(5).event_sources[0] = 1));
    PLANT(5, "waits though something is pending", P(5).queue_first = P(5).queue_last = 1);
    PLANT(5, "waits though a kernel event is pending", P(5).kernel_events = 1);
    PLANT(6, "waits though a kernel event is pending", P(6).kernel_events = 1);
    PLANT(12, "waits though a kernel event is pending", P(12).kernel_events = 4);
    PLANT(12, "waits though something is pending",
          (table.events[12][7] = 4, P(12).event_sources[0] = 1u << 7));
    PLANT(4, "waits for one whose event is pending",
          (table.events[4][5] = 1, P(4).event_sources[0] = 1u << 5));
    PLANT(4, "waits for one who waits to be heard",
          (P(5).state = IPC_SENDING, P(5).in = 0, P(5).waits_for = P(4).endpoint));
}

static void test_queues(void **state)
{
    (void)state;
    PLANT(0, "a queue leads out of the table", P(0).queue_first = IPC_PROCESSES);
    PLANT(0, "a queue's links disagree", P(2).queue_next = 1);
    PLANT(0, "a queue holds one who does not wait in it", P(0).queue_first = 7);
    PLANT(0, "a queue's links disagree", P(2).queue_previous = IPC_NO_SLOT);
    PLANT(0, "a queue's last is not its last", P(0).queue_last = 1);
    PLANT(0, "somebody waits in a queue that does not hold him",
          (P(1).queue_next = IPC_NO_SLOT, P(0).queue_last = 1));
}

static void test_free_list(void **state)
{
    (void)state;
    PLANT(IPC_PROCESSES, "the free list leads out of the table", table.free_first = IPC_PROCESSES);
    PLANT(7, "the free list holds a process", table.free_first = 7);
    PLANT(8, "the free list holds a retired slot", table.free_first = 8);
    /* Of 243 free slots the one that is the 257th on the way round. */
    PLANT(26, "the free list has no end", P(table.free_last).queue_next = table.free_first);
    PLANT(0, "the free list's last is not its last", table.free_last = table.free_first);
    PLANT(0, "a free slot is not on the free list",
          table.free_first = P(table.free_first).queue_next);
}

static void test_cycles(void **state)
{
    (void)state;
    PLANT(4, "waits for itself in the end",
          (P(5).state = IPC_RECEIVING, P(5).waits_for = P(4).endpoint));
}

int run_invariants_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_plain_fields, setup_scene),
        cmocka_unit_test_setup(test_free_slots, setup_scene),
        cmocka_unit_test_setup(test_unused_fields, setup_scene),
        cmocka_unit_test_setup(test_fields_of_some_waits, setup_scene),
        cmocka_unit_test_setup(test_pairs, setup_scene),
        cmocka_unit_test_setup(test_pending, setup_scene),
        cmocka_unit_test_setup(test_peers_of_waits, setup_scene),
        cmocka_unit_test_setup(test_events, setup_scene),
        cmocka_unit_test_setup(test_missed_deliveries, setup_scene),
        cmocka_unit_test_setup(test_queues, setup_scene),
        cmocka_unit_test_setup(test_free_list, setup_scene),
        cmocka_unit_test_setup(test_cycles, setup_scene),
    };

    return cmocka_run_group_tests_name("invariants", tests, NULL, NULL);
}
