/* Lab 3's checks. All waits are begun by calls to the core, which knows of no deadlock through
   ipc_select: rings through it can be built. */
#include "deadlock.h"
#include "lab.h"
#include "unit/core/harness.h"

#define SOURCES 8u

static unsigned a, b, c, d;
static uint16_t found[IPC_PROCESSES];

static void begin(void)
{
    setup(NULL);
    a = spawn();
    b = spawn();
    c = spawn();
    d = spawn();
}

/* A select among these slots. */
static void select_slots(unsigned caller, unsigned count, const unsigned *slots)
{
    struct ipc_select_pair set[SOURCES];

    for (unsigned i = 0; i < count; i++)
        set[i] = (struct ipc_select_pair){endpoint_of(slots[i]), IPC_ALL_EVENTS};
    select_among(caller, set, count, 0);
}

static unsigned judge_endpoints(unsigned caller, unsigned count, const endpoint_t *sources)
{
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        found[i] = IPC_NO_SLOT;
    return deadlock_members(&table, caller, sources, count, found);
}

static unsigned judge(unsigned caller, unsigned count, const unsigned *slots)
{
    endpoint_t sources[SOURCES];

    for (unsigned i = 0; i < count; i++)
        sources[i] = endpoint_of(slots[i]);
    return judge_endpoints(caller, count, sources);
}

static void expect_members(const char *what, unsigned got, unsigned count, const unsigned *slots)
{
    EXPECT(got == count, "%s: %u members, expected %u", what, got, count);
    for (unsigned i = 0; i < count; i++)
        EXPECT(found[i] == slots[i], "%s: member %u is slot %u, expected slot %u", what, i,
               found[i], slots[i]);
}

static void expect_none(const char *what, unsigned got)
{
    EXPECT(got == 0, "%s: %u members, expected no deadlock", what, got);
}

static void check_ring(void)
{
    begin();
    receive_from(a, b, 0);
    expect_members("b waits for a, which receives from b", judge(b, 1, &a), 2,
                   (const unsigned[]){b, a});
    send_to(b, c, 0);
    request_to(c, d, 0);
    expect_members("d waits for a; a receives from b, b sends to c, c asks d", judge(d, 1, &a), 4,
                   (const unsigned[]){d, a, b, c});
    begin();
    receive_name(d, ANY, 0);
    request_to(c, d, 0); /* d has taken it: c waits for the answer */
    send_rec_to(b, c, 0);
    expect_members("d waits for b; b waits for c, c for d's answer", judge(d, 1, &b), 3,
                   (const unsigned[]){d, b, c});
}

static void check_open(void)
{
    begin();
    receive_from(a, b, 0);
    expect_none("c waits for a; a receives from b, which runs", judge(c, 1, &a));
    receive_name(b, ANY, 0);
    expect_none("c waits for a; a receives from b, b from anybody", judge(c, 1, &a));
    begin();
    receive_from(a, b, IPC_TIMEOUT);
    expect_none("b waits for a; a receives from b, but has a deadline", judge(b, 1, &a));
    expect_none("b waits for anybody", judge_endpoints(b, 1, (const endpoint_t[]){ANY}));
    expect_none("b waits for events of the kernel",
                judge_endpoints(b, 1, (const endpoint_t[]){HARDWARE}));
}

static void check_select(void)
{
    struct ipc_select_pair anybody = {ANY, 0};

    begin();
    receive_from(a, d, 0);
    receive_from(b, d, 0);
    expect_none("d waits for a, b or c; a and b wait for d, c runs",
                judge(d, 3, (const unsigned[]){a, b, c}));
    expect_members("d waits for a or b, which wait for d", judge(d, 2, (const unsigned[]){b, a}), 3,
                   (const unsigned[]){d, a, b});
    select_slots(c, 2, (const unsigned[]){a, b});
    expect_members("d waits for c, which waits for a or b, which wait for d", judge(d, 1, &c), 4,
                   (const unsigned[]){d, a, b, c});
    cancel(b);
    expect_none("d waits for c, which waits for a or b, and b runs", judge(d, 1, &c));
    begin();
    select_among(a, &anybody, 1, 0);
    expect_none("b waits for a, which selects from anybody", judge(b, 1, &a));
    begin();
    select_among(a, &(struct ipc_select_pair){endpoint_of(b), 0}, 1, IPC_TIMEOUT);
    expect_none("b waits for a, which selects b with a deadline", judge(b, 1, &a));
}

static void check_outside(void)
{
    begin();
    select_slots(a, 1, &b);
    select_slots(b, 1, &a);
    expect_members("c waits for a; a and b wait for each other", judge(c, 1, &a), 3,
                   (const unsigned[]){c, a, b});
    receive_from(c, b, 0);
    expect_members("d waits for c, c for b; a and b wait for each other", judge(d, 1, &c), 4,
                   (const unsigned[]){d, a, b, c});
    expect_none("d waits for a or itself's friend, who runs",
                judge(d, 2, (const unsigned[]){a, spawn()}));
}

static void check_tenant(void)
{
    endpoint_t former;
    unsigned slot;

    begin();
    for (unsigned i = 4; i < IPC_PROCESSES; i++)
        spawn();
    former = endpoint_of(a);
    end_process(a);
    slot = spawn();
    EXPECT(slot == a, "the slot has no new tenant: is the core as it was?");
    receive_from(a, b, 0);
    expect_none("b waits for the former tenant of a's slot; the new one waits for b",
                judge_endpoints(b, 1, &former));
    expect_members("b waits for the new tenant of a's slot, which waits for b", judge(b, 1, &a), 2,
                   (const unsigned[]){b, a});
}

/* Each slot from 1 on waits for the eight after it, the last ones for slot 0 and more. */
static void check_many(void)
{
    unsigned slots[SOURCES];
    unsigned got;

    setup(NULL);
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    for (unsigned i = 1; i < IPC_PROCESSES; i++) {
        for (unsigned j = 0; j < SOURCES; j++)
            slots[j] = (i + 1 + j) % IPC_PROCESSES;
        select_slots(i, SOURCES, slots);
    }
    got = judge(0, SOURCES, (const unsigned[]){1, 2, 3, 4, 5, 6, 7, 8});
    EXPECT(got == IPC_PROCESSES, "%u members, expected all %u", got, IPC_PROCESSES);
    cancel(200);
    expect_none("the same, but one runs", judge(0, SOURCES, slots));
}

/* ---- The stack ----------------------------------------------------------------------------------
 */

#define PAINT_BYTES 65536u
#define MOST_BYTES  4096u
#define PAINT       0xa5

#define PLAIN __attribute__((noinline, no_sanitize("address", "undefined")))

/* Writes below the stack's end what a callee will or will not overwrite. */
PLAIN static void paint(void)
{
    volatile unsigned char bytes[PAINT_BYTES];

    for (unsigned i = 0; i < PAINT_BYTES; i++)
        bytes[i] = PAINT;
}

PLAIN static unsigned used(void)
{
    volatile unsigned char bytes[PAINT_BYTES];
    unsigned at = 0;

    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): what was left there */
    while (at < PAINT_BYTES && bytes[at] == PAINT)
        at++;
    return PAINT_BYTES - at;
}

static void check_stack(void)
{
    unsigned last = IPC_PROCESSES - 1, got, bytes;

    setup(NULL);
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    for (unsigned i = 1; i < IPC_PROCESSES; i++)
        receive_from(i, (i + 1) % IPC_PROCESSES, 0);
    paint();
    got = deadlock_members(&table, 0, (const endpoint_t[]){endpoint_of(1)}, 1, found);
    bytes = used();
    EXPECT(got == IPC_PROCESSES && found[0] == 0 && found[last] == last,
           "%u members of a ring through all slots, expected %u", got, IPC_PROCESSES);
    EXPECT(bytes <= MOST_BYTES, "%u bytes of stack for a chain of %u, expected %u at most", bytes,
           IPC_PROCESSES, MOST_BYTES);
}

/* ---- Beside a slow search
 * ------------------------------------------------------------------------- */

#define PROCESSES 8u

/* Whether the wait of a process for these ends, given who can act. */
static bool one_can(const bool *can_act, unsigned count, const endpoint_t *sources)
{
    for (unsigned i = 0; i < count; i++)
        if (ipc_is_name(sources[i]) || can_act[endpoint_slot(sources[i])])
            return true;
    return false;
}

static unsigned sources_of(unsigned slot, endpoint_t *sources)
{
    const struct ipc_process *process = &table.process[slot];

    if (process->state != IPC_SELECTING) {
        sources[0] = process->waits_for;
        return 1;
    }
    for (unsigned i = 0; i < process->select_count; i++)
        sources[i] = table.select[slot].pair[i].source;
    return process->select_count;
}

/* Who can act, now or later, if the caller can't: more and more, until there are no more. */
static void find_actors(unsigned caller, bool *can_act)
{
    bool changed = true;

    for (unsigned slot = 0; slot < PROCESSES; slot++)
        can_act[slot] =
            slot != caller && (!ipc_waits(&table.process[slot]) || table.process[slot].timed);
    while (changed) {
        changed = false;
        for (unsigned slot = 0; slot < PROCESSES; slot++) {
            endpoint_t sources[IPC_SELECT_PAIRS];
            unsigned count = sources_of(slot, sources);

            if (slot != caller && !can_act[slot] && one_can(can_act, count, sources))
                changed = can_act[slot] = true;
        }
    }
}

static void random_call(unsigned caller)
{
    unsigned peer = (caller + 1 + lab_random(PROCESSES - 1)) % PROCESSES;
    unsigned other = (caller + 1 + lab_random(PROCESSES - 1)) % PROCESSES;
    uint32_t flags = lab_random(12) == 0 ? IPC_TIMEOUT : 0;

    if (ipc_waits(&table.process[caller]))
        return;
    switch (lab_random(6)) {
    case 0:
        send_to(caller, peer, flags);
        break;
    case 1:
        request_to(caller, peer, flags);
        break;
    case 2:
    case 3:
        receive_from(caller, peer, flags);
        break;
    default:
        select_slots(caller, 2, (const unsigned[]){peer, other});
        break;
    }
}

/* What the slow search says of this wait. */
static void judge_slowly(unsigned caller, unsigned count, const unsigned *slots)
{
    bool can_act[PROCESSES];
    endpoint_t sources[SOURCES];
    unsigned got = judge(caller, count, slots);

    for (unsigned i = 0; i < count; i++)
        sources[i] = endpoint_of(slots[i]);
    find_actors(caller, can_act);
    if (one_can(can_act, count, sources)) {
        expect_none("random waits", got);
        return;
    }
    EXPECT(got >= 2 && found[0] == caller, "random waits: %u members, expected a deadlock", got);
    for (unsigned i = 1; i < got; i++) {
        EXPECT(found[i] < PROCESSES && !can_act[found[i]], "random waits: slot %u can act",
               found[i]);
        EXPECT(i == 1 || found[i] > found[i - 1], "random waits: slot %u comes after slot %u",
               found[i], found[i - 1]);
    }
}

static void check_random(void)
{
    for (unsigned round = 0; round < 100; round++) {
        unsigned caller = lab_random(PROCESSES);

        setup(NULL);
        for (unsigned i = 0; i < PROCESSES; i++)
            spawn();
        for (unsigned i = 0; i < 2 * PROCESSES; i++) {
            unsigned slot = lab_random(PROCESSES);

            if (slot != caller)
                random_call(slot);
        }
        if (!ipc_waits(&table.process[caller]))
            judge_slowly(caller, 2,
                         (const unsigned[]){(caller + 1) % PROCESSES,
                                            (caller + 2 + lab_random(5)) % PROCESSES});
    }
}

const struct lab_check lab_checks[] = {
    {"ring", check_ring},       {"open", check_open},     {"select", check_select},
    {"outside", check_outside}, {"tenant", check_tenant}, {"many", check_many},
    {"stack", check_stack},     {"random", check_random}, {NULL, NULL},
};
