/* Lab 2's checks. The first four go through the core, whose every step is held to its invariants by
   the harness; the others call the queue itself. */
#include "lab.h"
#include "queue.h"
#include "unit/core/harness.h"

#define SENDERS 6u

static unsigned priorities[IPC_PROCESSES];

unsigned priority_of(unsigned slot)
{
    EXPECT(slot < IPC_PROCESSES, "priority_of(%u): there is no such slot", slot);
    return priorities[slot];
}

/* ---- Through the core -------------------------------------------------------------------------
 */

static unsigned server, sender[SENDERS];

/* A server, and senders of these priorities, all of which wait. */
static void queue_up(const unsigned given[SENDERS])
{
    setup(NULL);
    server = spawn();
    for (unsigned i = 0; i < SENDERS; i++) {
        sender[i] = spawn();
        priorities[sender[i]] = given[i];
        write_message(sender[i], i);
        send_to(sender[i], server, 0);
    }
}

/* What the server receives next is the message of the senders with these numbers, then nothing. */
static void expect_served(unsigned count, const unsigned *numbers)
{
    for (unsigned i = 0; i < count; i++) {
        EXPECT(receive_name(server, ANY, IPC_NONBLOCK) && table.process[server].result == 0,
               "receive number %u found nobody, expected sender %u", i + 1, numbers[i]);
        const message *m = message_at(IN(server));
        EXPECT(m->m_source == endpoint_of(sender[numbers[i]]),
               "number %u that was served is sender %d, expected sender %u (of priority %u)", i + 1,
               (int)m->m_type, numbers[i], priorities[sender[numbers[i]]]);
    }
    receive_name(server, ANY, IPC_NONBLOCK);
    EXPECT(table.process[server].result == -ENOTREADY, "somebody is served twice, or is left over");
}

static void check_equals(void)
{
    queue_up((const unsigned[SENDERS]){3, 3, 3, 3, 3, 3});
    expect_served(SENDERS, (const unsigned[]){0, 1, 2, 3, 4, 5});
}

static void check_priority(void)
{
    queue_up((const unsigned[SENDERS]){5, 2, 9, 5, 0, 2});
    expect_served(SENDERS, (const unsigned[]){4, 1, 5, 0, 3, 2});
    queue_up((const unsigned[SENDERS]){PRIORITIES - 1, 0, PRIORITIES - 1, 0, 7, 7});
    expect_served(SENDERS, (const unsigned[]){1, 3, 4, 5, 0, 2});
}

static void check_leaving(void)
{
    const unsigned falling[SENDERS] = {0, 1, 2, 3, 4, 5};

    queue_up(falling);
    time_out(sender[0]);
    cancel(sender[3]);
    end_process(sender[5]);
    expect_served(3, (const unsigned[]){1, 2, 4});
    queue_up(falling);
    for (unsigned i = 0; i < SENDERS; i++)
        cancel(sender[i]);
    expect_served(0, NULL);
    send_to(sender[2], server, 0);
    expect_served(1, (const unsigned[]){2});
    queue_up(falling);
    receive_from(server, sender[3], 0);
    end_process(server);
    expect_result(sender[0], -EDEADSRCDST, (uint32_t)endpoint_of(server));
}

static void change_priority(unsigned number, unsigned priority)
{
    unsigned slot;
    const char *wrong;

    priorities[sender[number]] = priority;
    ipc_queue_priority_changed(&table, server, sender[number]);
    wrong = ipc_check_invariants(&table, &slot);
    EXPECT(wrong == NULL, "after a change of priority, slot %u: %s", slot, wrong);
}

static void check_change(void)
{
    const unsigned given[SENDERS] = {1, 1, 4, 4, 8, 8};

    queue_up(given);
    change_priority(4, 1);
    change_priority(0, 4);
    expect_served(SENDERS, (const unsigned[]){1, 4, 2, 3, 0, 5});
    queue_up(given);
    change_priority(5, 0);
    change_priority(0, 15);
    expect_served(SENDERS, (const unsigned[]){5, 1, 2, 3, 4, 0});
    queue_up(given);
    change_priority(2, 4); /* the same priority: it goes behind its equals */
    expect_served(SENDERS, (const unsigned[]){0, 1, 3, 2, 4, 5});
    queue_up(given);
    change_priority(1, 4); /* nobody is between: only the equals are passed */
    expect_served(SENDERS, (const unsigned[]){0, 2, 3, 1, 4, 5});
}

/* ---- The queue itself ---------------------------------------------------------------------------
 */

#define OWNER 0u

/* An empty table whose slots from 1 on may be queued on OWNER. */
static void begin(void)
{
    setup(NULL);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        spawn();
}

static void forbid_all_but(unsigned count, const unsigned *slots)
{
    lab_forbid(table.process, sizeof table.process);
    for (unsigned i = 0; i < count; i++)
        lab_permit(&table.process[slots[i]], sizeof table.process[0]);
}

static void permit_all(void)
{
    lab_permit(table.process, sizeof table.process);
}

/* The queue is these slots in this order, forward and backward. */
static void expect_queue(unsigned count, const unsigned *slots)
{
    const struct ipc_process *owner = &table.process[OWNER];
    unsigned previous = IPC_NO_SLOT, slot = owner->queue_first;

    for (unsigned i = 0; i < count; i++) {
        EXPECT(slot == slots[i], "member %u of the queue is slot %u, expected slot %u", i, slot,
               slots[i]);
        EXPECT(table.process[slot].queue_previous == previous,
               "queue_previous of slot %u is %u, expected %u", slot,
               table.process[slot].queue_previous, previous);
        previous = slot;
        slot = table.process[slot].queue_next;
    }
    EXPECT(slot == IPC_NO_SLOT, "the queue goes on with slot %u after its %u members", slot, count);
    EXPECT(owner->queue_last == previous, "queue_last is %u, expected %u", owner->queue_last,
           previous);
    EXPECT(owner->pending == count, "pending is %u, expected %u", owner->pending, count);
}

/* Slots 1 to 200, in the order of their priorities: twenty have 0, twenty 1, and so on to 9. */
static void fill(unsigned *slots)
{
    begin();
    for (unsigned i = 0; i < 200; i++) {
        slots[i] = i + 1;
        priorities[slots[i]] = i / 20;
        ipc_queue_append(&table, OWNER, slots[i]);
    }
    expect_queue(200, slots);
}

static void check_search(void)
{
    unsigned slots[201];

    fill(slots);
    priorities[250] = 12;
    forbid_all_but(3, (const unsigned[]){OWNER, 200, 250});
    ipc_queue_append(&table, OWNER, 250);
    permit_all();
    slots[200] = 250;
    expect_queue(201, slots);

    /* One that passes the twenty of the last priority: these, and the one before them. */
    unsigned touched[23] = {OWNER, 251, 180};

    fill(slots);
    for (unsigned i = 0; i < 20; i++)
        touched[3 + i] = 181 + i;
    priorities[251] = 8;
    forbid_all_but(23, touched);
    ipc_queue_append(&table, OWNER, 251);
    permit_all();
    EXPECT(table.process[180].queue_next == 251 && table.process[251].queue_next == 181,
           "slot 251, of priority 8, is not between slots 180 and 181, of 8 and 9");
}

/* The slot has left the queue. */
static void expect_unlinked(unsigned slot)
{
    EXPECT(table.process[slot].queue_next == IPC_NO_SLOT &&
               table.process[slot].queue_previous == IPC_NO_SLOT,
           "slot %u has left, and its links still lead somewhere", slot);
}

static void check_unlink(void)
{
    unsigned slots[200];

    fill(slots);
    forbid_all_but(4, (const unsigned[]){OWNER, 99, 100, 101});
    ipc_queue_remove(&table, OWNER, 100);
    permit_all();
    memmove(&slots[99], &slots[100], 100 * sizeof slots[0]);
    expect_queue(199, slots);
    expect_unlinked(100);
}

/* The same as a list that is sorted anew, place by place. */
static unsigned model[IPC_PROCESSES], model_count;

static void model_insert(unsigned slot)
{
    unsigned at = 0;

    while (at < model_count && priorities[model[at]] <= priorities[slot])
        at++;
    memmove(&model[at + 1], &model[at], (model_count - at) * sizeof model[0]);
    model[at] = slot;
    model_count++;
}

static void model_remove(unsigned at)
{
    model_count--;
    memmove(&model[at], &model[at + 1], (model_count - at) * sizeof model[0]);
}

static bool is_queued(unsigned slot)
{
    for (unsigned i = 0; i < model_count; i++)
        if (model[i] == slot)
            return true;
    return false;
}

static void check_random(void)
{
    begin();
    for (unsigned step = 0; step < 2000; step++) {
        unsigned slot = 1 + lab_random(30), at;

        if (!is_queued(slot)) {
            priorities[slot] = lab_random(PRIORITIES);
            ipc_queue_append(&table, OWNER, slot);
            model_insert(slot);
        } else {
            at = lab_random(model_count);
            slot = model[at];
            model_remove(at);
            if (lab_random(2) == 0) {
                ipc_queue_remove(&table, OWNER, slot);
                expect_unlinked(slot);
            } else {
                priorities[slot] = lab_random(PRIORITIES);
                ipc_queue_priority_changed(&table, OWNER, slot);
                model_insert(slot);
            }
        }
        expect_queue(model_count, model);
    }
}

const struct lab_check lab_checks[] = {
    {"equals", check_equals},   {"priority", check_priority},
    {"leaving", check_leaving}, {"change", check_change},
    {"search", check_search},   {"unlink", check_unlink},
    {"random", check_random},   {NULL, NULL},
};
