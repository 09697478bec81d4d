/* Who is next after a rendezvous, and which of them the machine may carry out by itself. */
#include "cmocka_all.h"
#include "handover.h"
#include "panic.h"
#include "schedule.h"
#include <stdlib.h>

#define CLIENT 3
#define SERVER 7

struct ipc_table ipc_table;
static struct process processes[IPC_PROCESSES];
static struct module client_module, server_module;

static bool reach[IPC_PROCESSES][IPC_PROCESSES], plain[IPC_PROCESSES];
static phys_addr_t boxes[IPC_PROCESSES][2];
static int may; /* what the core says of the client's request to the server */
static unsigned opened, opened_with_boxes, closed, settled, entered, handed_from, handed_to,
    hand_overs;

struct process *process_at(unsigned slot)
{
    return &processes[slot];
}

unsigned process_slot(const struct process *process)
{
    return (unsigned)(process - processes);
}

struct process *process_of(struct arch_context *context)
{
    return (struct process *)context;
}

endpoint_t process_endpoint(const struct process *process)
{
    return ENDPOINT(1, process_slot(process));
}

int ipc_check(const struct ipc_table *t, unsigned caller, uint32_t call, endpoint_t target,
              endpoint_t *culprit)
{
    assert_ptr_equal(t, &ipc_table);
    assert_int_equal(call, IPC_REQUEST);
    *culprit = target;
    return caller == CLIENT && target == ENDPOINT(1, SERVER) ? may : -ECALLDENIED;
}

void ipc_settle(struct ipc_table *t, unsigned slot)
{
    assert_ptr_equal(t, &ipc_table);
    assert_int_equal(entered, slot); /* the scheduler knows first who runs */
    processes[slot].call_ended = true;
    settled++;
}

void schedule_enter(unsigned slot)
{
    entered = slot;
}

void schedule_hand_over(unsigned from, unsigned to)
{
    handed_from = from;
    handed_to = to;
    hand_overs++;
}

void arch_reach(struct arch_context *process, unsigned slot, bool allowed)
{
    reach[process_slot(process_of(process))][slot] = allowed;
}

bool arch_context_plain(const struct arch_context *process)
{
    return plain[process_slot((const struct process *)process)];
}

void arch_boxes(struct arch_context *process, phys_addr_t in, phys_addr_t out)
{
    boxes[process_slot(process_of(process))][0] = in;
    boxes[process_slot(process_of(process))][1] = out;
}

void arch_open(struct arch_context *process, unsigned slot, bool with_boxes)
{
    assert_int_equal(process_slot(process_of(process)), slot);
    opened++;
    opened_with_boxes += with_boxes;
}

void arch_close(struct arch_context *process)
{
    (void)process;
    closed++;
}

_Noreturn void kernel_assert_failed(const char *condition, const char *function, int line)
{
    fail_msg("%s, line %d: %s", function, line, condition);
    abort();
}

static int begin(void **state)
{
    (void)state;
    memset(reach, 0, sizeof reach);
    memset(processes, 0, sizeof processes);
    memset(&ipc_table, 0, sizeof ipc_table);
    client_module.priority = 7;
    server_module.priority = 3;
    processes[CLIENT].module = &client_module;
    processes[SERVER].module = &server_module;
    for (unsigned slot = CLIENT; slot <= SERVER; slot += SERVER - CLIENT) {
        processes[slot].alive = plain[slot] = true;
        processes[slot].in_box = 0x1000 + slot;
        processes[slot].out_box = 0x2000 + slot;
        handover_begin();
    }
    may = 0;
    opened = opened_with_boxes = closed = settled = hand_overs = 0;
    return 0;
}

static unsigned reached(void)
{
    unsigned count = 0;
    for (unsigned from = 0; from < IPC_PROCESSES; from++)
        for (unsigned to = 0; to < IPC_PROCESSES; to++)
            count += reach[from][to];
    return count;
}

/* Everything as it must be but for what the test has changed before: whether the one may ask. */
static bool client_may_ask(void)
{
    handover_changed(CLIENT);
    handover_changed(SERVER);
    assert_int_equal(reached(), reach[CLIENT][SERVER]);
    return reach[CLIENT][SERVER];
}

static void who_may_ask_whom(void **state)
{
    (void)state;
    assert_true(client_may_ask());
    assert_int_equal(boxes[CLIENT][0], 0x1000 + CLIENT);
    assert_int_equal(boxes[SERVER][1], 0x2000 + SERVER);
    begin(state);
    server_module.priority = 7;
    assert_true(client_may_ask());
}

static void who_may_not(void **state)
{
    for (unsigned wrong = 0; wrong < 6; wrong++) {
        begin(state);
        struct process *p = &processes[wrong % 2 ? CLIENT : SERVER];
        switch (wrong / 2) {
        case 0:
            plain[process_slot(p)] = false;
            break;
        case 1:
            p->alive = false;
            break;
        default:
            may = wrong % 2 ? -ECALLDENIED : -ETRAPDENIED;
        }
        assert_false(client_may_ask());
    }
    begin(state);
    server_module.priority = 8; /* worse */
    assert_false(client_may_ask());
}

static void what_changes_is_seen(void **state)
{
    (void)state;
    assert_true(client_may_ask());
    plain[SERVER] = false;
    kernel_not_plain(&processes[SERVER].arch);
    assert_int_equal(reached(), 0);
    plain[SERVER] = true;
    handover_changed(SERVER);
    assert_true(reach[CLIENT][SERVER]);
    processes[CLIENT].in_box = 0x5000; /* moved: as before, at its new place */
    handover_changed(CLIENT);
    assert_true(reach[CLIENT][SERVER]);
    assert_int_equal(boxes[CLIENT][0], 0x5000);
    processes[SERVER].alive = false; /* the dead's own bits begin anew with their slot */
    handover_changed(SERVER);
    assert_int_equal(reached(), 0);
}

static void whoever_enters_is_settled(void **state)
{
    (void)state;
    kernel_enter(&processes[SERVER].arch);
    assert_int_equal(entered, SERVER);
    assert_int_equal(settled, 1);
    assert_int_equal(closed, 1);
    assert_false(processes[SERVER].call_ended);
}

static void one_partner_is_next(void **state)
{
    (void)state;
    handover_end(&processes[CLIENT], true);
    assert_int_equal(hand_overs, 0);
    handover_woken(SERVER);
    handover_end(&processes[CLIENT], true);
    assert_int_equal(hand_overs, 1);
    assert_int_equal(handed_from, CLIENT);
    assert_int_equal(handed_to, SERVER);
    handover_begin();
    handover_end(&processes[CLIENT], true);
    handover_woken(SERVER);
    handover_woken(5); /* two: the scheduler decides */
    handover_end(&processes[CLIENT], true);
    assert_int_equal(hand_overs, 1);
}

static void open_waits(void **state)
{
    (void)state;
    struct ipc_process *p = &ipc_table.process[SERVER];
    const struct ipc_process open = {.state = IPC_RECEIVING, .waits_for = ANY, .delivered = 1};
    *p = open;
    handover_end(&processes[SERVER], true);
    assert_int_equal(opened, 1);
    assert_int_equal(opened_with_boxes, 1);
    handover_end(&processes[SERVER], false); /* with a message of its own */
    assert_int_equal(opened, 2);
    assert_int_equal(opened_with_boxes, 1);
    processes[SERVER].deliver.first_bytes = 4; /* which straddles two pages */
    handover_end(&processes[SERVER], false);
    processes[SERVER].deliver.first_bytes = 0;
    p->state = IPC_SELECTING;
    handover_end(&processes[SERVER], true);
    *p = open;
    p->waits_for = ENDPOINT(1, CLIENT);
    handover_end(&processes[SERVER], true);
    *p = open;
    p->delivered = 0;
    handover_end(&processes[SERVER], true);
    *p = open;
    p->timed = 1;
    handover_end(&processes[SERVER], true);
    *p = open;
    p->prefer_message = 1;
    handover_end(&processes[SERVER], true);
    assert_int_equal(opened, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_may_ask_whom, begin),
        cmocka_unit_test_setup(who_may_not, begin),
        cmocka_unit_test_setup(what_changes_is_seen, begin),
        cmocka_unit_test_setup(whoever_enters_is_settled, begin),
        cmocka_unit_test_setup(one_partner_is_next, begin),
        cmocka_unit_test_setup(open_waits, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
