/* Who is next after a rendezvous, and which of them the machine may carry out by itself. */
#include "cmocka_all.h"
#include "handover.h"
#include "panic.h"
#include "schedule.h"
#include <abi/system.h>
#include <stdlib.h>

#define CLIENT 3
#define SERVER 7

struct ipc_table ipc_table;
static struct process processes[IPC_PROCESSES];
static struct module client_module, server_module;

static bool reach[IPC_PROCESSES][IPC_PROCESSES], plain[IPC_PROCESSES];
static phys_addr_t boxes[IPC_PROCESSES][2];
static int may; /* what the core says of the client's request to the server */
static unsigned opened, opened_with_boxes, accepted, closed, settled, entered, handed_from,
    handed_to, hand_overs;
static endpoint_t accepts;
static struct arch_permission permitted[IPC_PROCESSES];
static struct process *woken, *displaced; /* by the machine */
static unsigned displacements;

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
    /* the scheduler knows first who runs */
    assert_true(entered == slot || (entered == SERVER && settled == 1));
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

void arch_accept(struct arch_context *process, endpoint_t source)
{
    assert_ptr_equal(process, &processes[SERVER].arch);
    accepts = source;
    accepted++;
}

void arch_permit(struct arch_context *process, const struct arch_permission *permission)
{
    permitted[process_slot(process_of(process))] = *permission;
}

struct arch_context *arch_woken(void)
{
    struct arch_context *context = woken ? &woken->arch : NULL;
    woken = NULL;
    return context;
}

struct arch_context *arch_displaced(void)
{
    struct arch_context *context = displaced ? &displaced->arch : NULL;
    displaced = NULL;
    return context;
}

void schedule_displace(void)
{
    assert_int_equal(entered, CLIENT); /* it ran; then comes whoever runs now */
    assert_int_equal(settled, 1);
    displacements++;
}

int ipc_slot_of(const struct ipc_table *t, endpoint_t endpoint)
{
    assert_ptr_equal(t, &ipc_table);
    return endpoint == ENDPOINT(1, CLIENT) ? CLIENT : -EINVAL;
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
    opened = opened_with_boxes = accepted = closed = settled = hand_overs = 0;
    woken = displaced = NULL;
    displacements = 0;
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

static void whom_the_machine_woke_is_ready(void **state)
{
    (void)state;
    woken = &processes[CLIENT];
    kernel_enter(&processes[SERVER].arch);
    assert_int_equal(settled, 2);
    assert_false(processes[CLIENT].call_ended); /* its results are in its frame */
    kernel_enter(&processes[SERVER].arch);
    assert_int_equal(settled, 3);
}

static void whom_an_interrupt_displaced_is_first(void **state)
{
    (void)state;
    displaced = &processes[CLIENT];
    kernel_enter(&processes[SERVER].arch);
    assert_int_equal(displacements, 1);
    assert_int_equal(entered, SERVER);
    assert_int_equal(settled, 2);
    assert_int_equal(closed, 2);
    assert_false(processes[CLIENT].call_ended);
    kernel_enter(&processes[SERVER].arch);
    assert_int_equal(displacements, 1);
}

static void what_a_process_may(void **state)
{
    (void)state;
    ipc_table.process[SERVER].endpoint = ENDPOINT(1, SERVER);
    ipc_table.process[SERVER].identity = 2;
    ipc_table.privilege[2].calls = 0x155;
    server_module.kernel_calls = 1u << SYS_TIME | 1u;
    handover_changed(SERVER);
    assert_int_equal(permitted[SERVER].self, ENDPOINT(1, SERVER));
    assert_int_equal(permitted[SERVER].calls, 0x155);
    assert_int_equal(permitted[SERVER].not_worse, 0xf); /* 0 to 3 */
    assert_true(permitted[SERVER].time);
    server_module.kernel_calls = ~(1u << SYS_TIME);
    handover_changed(SERVER);
    assert_false(permitted[SERVER].time);
    processes[SERVER].alive = false;
    handover_changed(SERVER);
    assert_int_equal(permitted[SERVER].self, 0);
    assert_int_equal(permitted[SERVER].calls, 0);
    server_module.kernel_calls = 0;
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

static void waits_for_sends(void **state)
{
    (void)state;
    struct ipc_process *p = &ipc_table.process[SERVER];
    const struct ipc_process open = {.state = IPC_RECEIVING, .waits_for = ANY, .event_mask = 1};
    *p = open;
    handover_end(&processes[SERVER], true);
    assert_int_equal(accepted, 1);
    assert_int_equal(accepts, ANY);
    p->waits_for = ENDPOINT(1, CLIENT);
    p->event_mask = 0;
    p->prefer_message = 1; /* for receives from ANY alone */
    handover_end(&processes[SERVER], false);
    assert_int_equal(accepted, 2);
    assert_int_equal(accepts, ENDPOINT(1, CLIENT));

    for (unsigned wrong = 0; wrong < 8; wrong++) {
        *p = open;
        processes[SERVER].arch.deliver.first_bytes = wrong == 0 ? 4 : 0;
        if (wrong == 1)
            p->state = IPC_SELECTING;
        else if (wrong == 2)
            p->delivered = 1; /* that is arch_open's */
        else if (wrong == 3)
            p->beside_error = ENOTREADY;
        else if (wrong == 4)
            p->timed = 1;
        else if (wrong == 5)
            p->event_mask = 0; /* the turns of events and messages do not count */
        else if (wrong == 6)
            p->prefer_message = 1;
        else if (wrong == 7)
            p->waits_for = HARDWARE;
        handover_end(&processes[SERVER], false);
        assert_int_equal(accepted, 2);
    }
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
        cmocka_unit_test_setup(waits_for_sends, begin),
        cmocka_unit_test_setup(whom_the_machine_woke_is_ready, begin),
        cmocka_unit_test_setup(whom_an_interrupt_displaced_is_first, begin),
        cmocka_unit_test_setup(what_a_process_may, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
