/* What a waiting process has asked: from each place where it may stand, and nothing where there is
   none. How the places come about is tested in ring 3 (tests/guest/system). */
#include "asked.h"
#include "cmocka_all.h"
#include "memory.h"
#include "process.h"
#include <string.h>

#define SLOT    3
#define OUT     0x00020000u /* distinct places in the machine, each with a message of its own */
#define IN      0x00030040u
#define OUT_BOX 0x00040080u
#define FIRST   (0x00050000u + PAGE_BYTES - 16)
#define SECOND  0x00070000u
#define BEYOND  ARCH_HOST_BEYOND

struct ipc_table ipc_table;
static struct process processes[IPC_PROCESSES];
static struct ipc_process *const ipc = &ipc_table.process[SLOT];
static struct process *const process = &processes[SLOT];
static unsigned running;
static bool beyond_is_memory;

bool memory_is_usable(phys_addr_t start, uint32_t bytes)
{
    return beyond_is_memory && start >= BEYOND && bytes <= PAGE_BYTES;
}

struct process *process_at(unsigned slot)
{
    return &processes[slot];
}

unsigned process_running(void)
{
    return running;
}

void arch_call_read(const struct arch_context *context, struct arch_call *call)
{
    *call = (struct arch_call){.call = context->call, .message = context->message};
}

/* Each byte says which message and which of its bytes it is. */
static void fill(phys_addr_t place, uint32_t bytes, unsigned from, uint8_t of)
{
    uint8_t *at = arch_window(place, bytes);
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(of + from + i);
}

enum {
    OF_OUT = 0x10,
    OF_IN = 0x40,
    OF_OUT_BOX = 0x70,
    OF_APART = 0xa0
};

static int begin(void **state)
{
    (void)state;
    fill(OUT, MESSAGE_BYTES, 0, OF_OUT);
    fill(IN, MESSAGE_BYTES, 0, OF_IN);
    fill(OUT_BOX, MESSAGE_BYTES, 0, OF_OUT_BOX);
    fill(FIRST, 16, 0, OF_APART);
    fill(SECOND, MESSAGE_BYTES - 16, 16, OF_APART);
    memset(process, 0, sizeof *process);
    *ipc = (struct ipc_process){.endpoint = ENDPOINT(7, SLOT), .waits_for = ENDPOINT(1, 1)};
    running = IPC_NO_SLOT;
    beyond_is_memory = false;
    return 0;
}

static void expect(uint8_t of)
{
    message m;
    assert_true(asked_read(SLOT, &m));
    assert_int_equal(m.m_source, ENDPOINT(7, SLOT));
    for (unsigned i = sizeof m.m_source; i < sizeof m; i++)
        assert_int_equal(((const uint8_t *)&m)[i], of + i);
}

static void expect_nothing(void)
{
    message m, before;
    memset(&before, 0xa5, sizeof before);
    m = before;
    assert_false(asked_read(SLOT, &m));
    assert_memory_equal(&m, &before, sizeof m);
}

static void waits(enum ipc_state state, phys_addr_t out, phys_addr_t in)
{
    ipc->state = (uint8_t)state;
    ipc->out = out;
    ipc->in = in;
}

static void not_taken_yet(void **state)
{
    static const enum ipc_state queued[] = {IPC_SENDING, IPC_CALLING, IPC_REQUESTING};
    (void)state;
    process->out_box = OUT_BOX;
    for (unsigned i = 0; i < sizeof queued / sizeof *queued; i++) {
        waits(queued[i], OUT, queued[i] == IPC_SENDING ? 0 : IN);
        expect(OF_OUT);
    }
}

static void taken(void **state)
{
    static const enum ipc_state owed[] = {IPC_ANSWER, IPC_AWAITING};
    (void)state;
    for (unsigned i = 0; i < sizeof owed / sizeof *owed; i++) {
        begin(NULL);
        waits(owed[i], 0, IN);
        process->out_box = OUT_BOX;
        process->arch.message = 0x10000000;
        expect(OF_IN);
        process->arch.message = 0;
        expect(OF_OUT_BOX);
        process->arch.deliver = (struct arch_place){FIRST, SECOND, 16};
        process->arch.message = 0x10000ff0;
        expect(OF_APART);
    }
}

static void beyond_the_window(void **state)
{
    (void)state;
    beyond_is_memory = true;
    waits(IPC_AWAITING, 0, IN);
    process->out_box = BEYOND;
    memcpy(arch_view(BEYOND), arch_window(OUT_BOX, MESSAGE_BYTES), MESSAGE_BYTES);
    expect(OF_OUT_BOX);
    process->arch.deliver = (struct arch_place){BEYOND, 0, MESSAGE_BYTES}; /* its in-box */
    memcpy(arch_view(BEYOND), arch_window(IN, MESSAGE_BYTES), MESSAGE_BYTES);
    process->out_box = OUT_BOX;
    expect(OF_OUT_BOX);
    process->arch.message = 0x10000000;
    expect(OF_IN);
}

/* What a register holds that faulted, or where a message lay before, says nothing about the fault's
   own message. */
static void a_fault(void **state)
{
    (void)state;
    waits(IPC_AWAITING, 0, IN);
    ipc->fault = 1;
    process->out_box = OUT_BOX;
    expect(OF_IN);
    waits(IPC_REQUESTING, OUT, IN);
    expect(OF_OUT);
}

static void nothing(void **state)
{
    static const enum ipc_state others[] = {IPC_FREE, IPC_RUNNABLE, IPC_RECEIVING, IPC_SELECTING};
    (void)state;
    process->out_box = OUT_BOX;
    for (unsigned i = 0; i < sizeof others / sizeof *others; i++) {
        waits(others[i], OUT, IN);
        expect_nothing();
    }
    waits(IPC_AWAITING, 0, IN); /* the machine has woken it, and the core does not know yet */
    running = SLOT;
    expect_nothing();
}

/* As in a panic. */
static void places_that_are_none(void **state)
{
    (void)state;
    waits(IPC_SENDING, BEYOND, 0);
    expect_nothing();
    waits(IPC_SENDING, 0, 0);
    expect_nothing();
    waits(IPC_AWAITING, 0, IN);
    expect_nothing(); /* no out-box */
    process->out_box = OUT_BOX;
    process->arch.message = 0x10000ff0;
    process->arch.deliver = (struct arch_place){FIRST, BEYOND, 16};
    expect_nothing();
    process->arch.deliver = (struct arch_place){BEYOND, SECOND, 16};
    expect_nothing();
    process->arch.deliver = (struct arch_place){BEYOND, SECOND, MESSAGE_BYTES};
    expect_nothing();
    process->arch.deliver = (struct arch_place){FIRST, SECOND, MESSAGE_BYTES + 1};
    expect_nothing();
    process->arch.deliver = (struct arch_place){FIRST, SECOND, 0xffffffff};
    expect_nothing();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(not_taken_yet, begin),
        cmocka_unit_test_setup(beyond_the_window, begin),
        cmocka_unit_test_setup(taken, begin),
        cmocka_unit_test_setup(a_fault, begin),
        cmocka_unit_test_setup(nothing, begin),
        cmocka_unit_test_setup(places_that_are_none, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
