/* See harness.h. The scheduler here is one truth value a process: told to block, told to be ready.
 */
#include "harness.h"

struct ipc_table table;
static struct ipc_table kept;
static bool scheduler_runs[IPC_PROCESSES];
static unsigned woken[IPC_PROCESSES], woken_count;

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    assert_ptr_equal(t, &table);
    assert_true(scheduler_runs[slot]);
    scheduler_runs[slot] = false;
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    assert_ptr_equal(t, &table);
    assert_false(scheduler_runs[slot]);
    scheduler_runs[slot] = true;
    woken[woken_count++ % IPC_PROCESSES] = slot;
}

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    assert_ptr_equal(t, &table);
    assert_int_not_equal(t->process[receiver].state, IPC_FREE);
    assert_int_not_equal(in, 0);
}

unsigned woken_before(unsigned last)
{
    assert_true(last < woken_count);
    return woken[(woken_count - 1 - last) % IPC_PROCESSES];
}

static void check_always(void)
{
    unsigned slot;
    const char *wrong = ipc_check_invariants(&table, &slot);

    if (wrong != NULL)
        fail_msg("slot %u: %s", slot, wrong);
    for (slot = 0; slot < IPC_PROCESSES; slot++)
        assert_int_equal(scheduler_runs[slot], table.process[slot].state == IPC_RUNNABLE);
}

int setup(void **state)
{
    (void)state;
    memset(&table, 0xa5, sizeof table);
    memset(scheduler_runs, 0, sizeof scheduler_runs);
    memset(arch_window(PAGE_BYTES, IPC_PROCESSES * 128), 0x5a, IPC_PROCESSES * 128);
    ipc_init(&table);
    table.privilege[SERVERS].calls = (1u << CALL_BIT_COUNT) - 1;
    table.privilege[SERVERS].targets[0] = 1u << SERVERS;
    check_always();
    return 0;
}

unsigned spawn(void)
{
    int slot = ipc_create(&table, SERVERS);

    assert_true(slot >= 0);
    scheduler_runs[slot] = true;
    check_always();
    return (unsigned)slot;
}

endpoint_t endpoint_of(unsigned slot)
{
    return table.process[slot].endpoint;
}

message *message_at(phys_addr_t address)
{
    return arch_window(address, MESSAGE_BYTES);
}

void write_message(unsigned slot, uint32_t tag)
{
    message *m = message_at(OUT(slot));

    m->m_source = SYSTEM;
    m->m_type = (int32_t)tag;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = tag * 0x01010101u + i;
}

void expect_message(unsigned receiver, unsigned sender, uint32_t tag)
{
    const message *m = message_at(IN(receiver));

    assert_int_equal(m->m_source, endpoint_of(sender));
    assert_int_equal(m->m_type, tag);
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        assert_int_equal(m->m_words[i], tag * 0x01010101u + i);
}

void expect_event(unsigned receiver, endpoint_t source, uint32_t bits)
{
    const message *m = message_at(IN(receiver));

    expect_result(receiver, 0, IPC_CAME_EVENTS);
    assert_int_equal(m->m_source, source);
    assert_int_equal(m->m_type, IPC_EVENT_MESSAGE);
    assert_int_equal(m->m_words[0], bits);
    for (unsigned i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        assert_int_equal(m->m_words[i], 0);
}

/* What each of the calls below ends with. */
static bool checked(unsigned caller, bool ended)
{
    assert_int_equal(ended, table.process[caller].state == IPC_RUNNABLE);
    check_always();
    return ended;
}

bool send_to(unsigned caller, unsigned dst, uint32_t flags)
{
    return checked(caller, ipc_send(&table, caller, endpoint_of(dst), OUT(caller), flags));
}

bool send_rec_to(unsigned caller, unsigned dst, uint32_t flags)
{
    return checked(caller,
                   ipc_send_rec(&table, caller, endpoint_of(dst), OUT(caller), IN(caller), flags));
}

bool receive_name(unsigned caller, endpoint_t src, uint32_t flags)
{
    return checked(caller, ipc_receive(&table, caller, src, IN(caller), flags));
}

bool receive_from(unsigned caller, unsigned src, uint32_t flags)
{
    return receive_name(caller, endpoint_of(src), flags);
}

bool request_to(unsigned caller, unsigned dst, uint32_t flags)
{
    return checked(caller,
                   ipc_request(&table, caller, endpoint_of(dst), OUT(caller), IN(caller), flags));
}

bool receive_events_name(unsigned caller, endpoint_t src, uint32_t events, uint32_t flags)
{
    return checked(caller, ipc_receive_events(&table, caller, src, events, IN(caller), flags));
}

bool receive_events_from(unsigned caller, unsigned src, uint32_t events, uint32_t flags)
{
    return receive_events_name(caller, endpoint_of(src), events, flags);
}

bool reply_to(unsigned caller, endpoint_t dst, uint32_t ticket)
{
    return checked(caller, ipc_reply(&table, caller, dst, OUT(caller), ticket));
}

bool reply_and_receive(unsigned caller, endpoint_t dst, uint32_t ticket, uint32_t flags)
{
    return checked(caller, ipc_reply_receive(&table, caller, dst, OUT(caller), ticket, ANY,
                                             IPC_ALL_EVENTS, IN(caller), flags));
}

bool select_among(unsigned caller, const struct ipc_select_pair *set, unsigned pairs,
                  uint32_t flags)
{
    return checked(caller, ipc_select(&table, caller, set, pairs, flags));
}

bool fault_to(unsigned slot, unsigned handler)
{
    return checked(slot,
                   ipc_fault_request(&table, slot, endpoint_of(handler), OUT(slot), IN(slot)));
}

void notify_set_to(unsigned caller, unsigned dst, uint32_t events)
{
    assert_true(checked(caller, ipc_notify_set(&table, caller, endpoint_of(dst), events)));
    expect_result(caller, 0, IPC_CAME_NOTHING);
}

void notify_to(unsigned caller, unsigned dst)
{
    assert_true(checked(caller, ipc_notify(&table, caller, endpoint_of(dst))));
    expect_result(caller, 0, IPC_CAME_NOTHING);
}

void post_to(unsigned slot, uint32_t bits)
{
    ipc_post(&table, slot, bits);
    check_always();
}

void end_process(unsigned slot)
{
    ipc_destroy(&table, slot);
    scheduler_runs[slot] = false;
    check_always();
}

void time_out(unsigned slot)
{
    ipc_timeout(&table, slot);
    check_always();
}

void cancel(unsigned slot)
{
    ipc_cancel(&table, slot);
    check_always();
}

void settle(unsigned slot)
{
    ipc_settle(&table, slot);
    check_always();
}

void restart(unsigned slot)
{
    ipc_fault_restart(&table, slot);
    check_always();
}

uint32_t ticket_of(unsigned client)
{
    return table.process[client].ticket;
}

void expect_taken(unsigned slot, uint32_t came, unsigned client)
{
    assert_int_not_equal(ticket_of(client), 0);
    expect_result(slot, 0, came | ticket_of(client) << 16);
}

void expect_ready(unsigned slot, unsigned pair, uint32_t came, unsigned error)
{
    expect_result(slot, (int32_t)pair, came | error << 8);
}

void expect_result(unsigned slot, int32_t result, uint32_t second)
{
    assert_int_equal(table.process[slot].state, IPC_RUNNABLE);
    assert_int_equal(table.process[slot].result, result);
    assert_int_equal(table.process[slot].second, second);
}

void expect_waits(unsigned slot, enum ipc_state state, endpoint_t waits_for)
{
    assert_int_equal(table.process[slot].state, state);
    assert_int_equal(table.process[slot].waits_for, waits_for);
}

struct ipc_table *keep_table(void)
{
    kept = table;
    return &kept;
}

void expect_unchanged_but(const struct ipc_table *before, unsigned caller)
{
    struct ipc_table after = table;

    after.process[caller].result = before->process[caller].result;
    after.process[caller].second = before->process[caller].second;
    assert_memory_equal(&after, before, sizeof after);
}
