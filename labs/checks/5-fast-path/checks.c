/*
 * Lab 5's checks: the short way beside the long one. All that a call can change is kept in one
 * structure, so that both ways can begin with the same bytes and be compared byte by byte.
 */
#include "fast_path.h"
#include "lab.h"

#include <arch/arch.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_INSTRUCTIONS 240
#define ROUNDS            200000u
#define SERVERS           1u
#define MOST_TOLD         8u
#define MESSAGES_BYTES    (2 * IPC_PROCESSES * 64u)

#define OUT(slot) ((phys_addr_t)(PAGE_BYTES + (slot)*128u))
#define IN(slot)  ((phys_addr_t)(PAGE_BYTES + (slot)*128u + 64u))

/* What the core told the outside: who was told what, in which order. */
struct told {
    char what;
    unsigned slot;
    phys_addr_t in;
    uint8_t state;
};

static struct ipc_table table;
static struct told told[MOST_TOLD];
static unsigned told_count;

static void tell(char what, unsigned slot, phys_addr_t in)
{
    if (told_count < MOST_TOLD)
        told[told_count] = (struct told){what, slot, in, table.process[slot].state};
    told_count++;
}

void ipc_on_block(struct ipc_table *t, unsigned slot)
{
    (void)t;
    tell('b', slot, 0);
}

void ipc_on_ready(struct ipc_table *t, unsigned slot)
{
    (void)t;
    tell('r', slot, 0);
}

void ipc_on_deliver(struct ipc_table *t, unsigned receiver, phys_addr_t in)
{
    (void)t;
    tell('d', receiver, in);
}

/* ---- States, kept and compared
 * ------------------------------------------------------------------- */

struct state {
    struct ipc_table table;
    unsigned char messages[MESSAGES_BYTES];
    struct told told[MOST_TOLD];
    unsigned told_count;
};

static void keep(struct state *s)
{
    s->table = table;
    memcpy(s->messages, arch_window(PAGE_BYTES, MESSAGES_BYTES), MESSAGES_BYTES);
    memcpy(s->told, told, sizeof told);
    s->told_count = told_count;
}

static void restore(const struct state *s)
{
    table = s->table;
    memcpy(arch_window(PAGE_BYTES, MESSAGES_BYTES), s->messages, MESSAGES_BYTES);
    memcpy(told, s->told, sizeof told);
    told_count = s->told_count;
}

/* A member of an entry that differs, by name. */
static const char *different_member(const struct ipc_process *a, const struct ipc_process *b)
{
#define DIFFERS(member)                                                                            \
    if (a->member != b->member)                                                                    \
    return #member
    DIFFERS(state);
    DIFFERS(timed);
    DIFFERS(fault);
    DIFFERS(delivered);
    DIFFERS(beside_error);
    DIFFERS(prefer_message);
    DIFFERS(waits_for);
    DIFFERS(event_mask);
    DIFFERS(out);
    DIFFERS(in);
    DIFFERS(ticket);
    DIFFERS(pending);
    DIFFERS(result);
    DIFFERS(second);
    DIFFERS(sent);
    DIFFERS(received);
    return "something";
#undef DIFFERS
}

/* Which bytes of the table and of the messages are others than they should be. */
static void expect_same(const struct state *seen, const struct state *expected, const char *what)
{
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++) {
        const struct ipc_process *a = &seen->table.process[slot],
                                 *b = &expected->table.process[slot];

        EXPECT(memcmp(a, b, sizeof *a) == 0, "%s: %s of slot %u is not what it should be", what,
               different_member(a, b), slot);
    }
    EXPECT(memcmp(&seen->table, &expected->table, sizeof seen->table) == 0,
           "%s: the table behind the processes is not what it should be", what);
    EXPECT(memcmp(seen->messages, expected->messages, MESSAGES_BYTES) == 0,
           "%s: a message is not what it should be", what);
}

static void expect_told(const struct state *seen, const struct state *expected, const char *what)
{
    EXPECT(seen->told_count == expected->told_count, "%s: %u things were told, expected %u", what,
           seen->told_count, expected->told_count);
    for (unsigned i = 0; i < seen->told_count && i < MOST_TOLD; i++) {
        const struct told *a = &seen->told[i], *b = &expected->told[i];

        EXPECT(a->what == b->what && a->slot == b->slot && a->in == b->in && a->state == b->state,
               "%s: told '%c' of slot %u in state %u, expected '%c' of slot %u in state %u (b: "
               "blocks, r: is ready, d: has a message)",
               what, a->what, a->slot, a->state, b->what, b->slot, b->state);
    }
}

/* ---- Calls
 * -------------------------------------------------------------------------------------------- */

static endpoint_t endpoint_of(unsigned slot)
{
    return table.process[slot].endpoint;
}

static unsigned spawn(void)
{
    return (unsigned)ipc_create(&table, SERVERS);
}

static void begin(void)
{
    memset(arch_window(PAGE_BYTES, MESSAGES_BYTES), 0x5a, MESSAGES_BYTES);
    for (unsigned slot = 0; slot < IPC_PROCESSES; slot++)
        msg_word(OUT(slot), 1, 1000 + slot);
    ipc_init(&table);
    told_count = 0;
    memset(told, 0, sizeof told);
}

/* A server that has taken a request, and its client. */
static unsigned server, client;

static void begin_request(uint32_t flags)
{
    begin();
    server = spawn();
    client = spawn();
    ipc_request(&table, client, endpoint_of(server), OUT(client), IN(client), flags);
    ipc_receive(&table, server, ANY, IN(server), 0);
    told_count = 0;
}

static bool short_way(unsigned caller, endpoint_t dst, uint32_t ticket)
{
    return fast_reply_receive(&table, caller, dst, OUT(caller), ticket, IN(caller));
}

static void long_way(unsigned caller, endpoint_t dst, uint32_t ticket)
{
    ipc_reply_receive(&table, caller, dst, OUT(caller), ticket, ANY, IPC_ALL_EVENTS, IN(caller), 0);
}

static void check_taken(void)
{
    const uint32_t *words = arch_window(IN(1), 64);

    for (unsigned flags = 0; flags <= 1; flags++) {
        begin_request(flags ? IPC_TIMEOUT : 0);
        EXPECT(short_way(server, endpoint_of(client), table.process[client].ticket),
               "a client %s waits for its answer, and the short way is not taken",
               flags ? "with a deadline" : "without a deadline");
        EXPECT(table.process[client].state == IPC_RUNNABLE, "the client still waits");
        EXPECT(words[0] == (uint32_t)endpoint_of(server) && words[1] == 1000 + server,
               "the client's message is from %#x and has %u, expected %#x and %u", words[0],
               words[1], (unsigned)endpoint_of(server), 1000 + server);
        EXPECT(table.process[server].state == IPC_RECEIVING, "the server does not wait");
    }
}

/* The short way must not be taken now, and must leave everything alone. */
static void expect_refused(const char *what, endpoint_t dst, uint32_t ticket)
{
    static struct state before, after;
    bool taken;

    keep(&before);
    taken = short_way(server, dst, ticket);
    keep(&after);
    EXPECT(!taken, "%s: the short way is taken", what);
    expect_same(&after, &before, what);
    EXPECT(after.told_count == before.told_count, "%s: somebody was told something", what);
}

static void check_refused(void)
{
    unsigned other;

    begin_request(0);
    expect_refused("a ticket of another request", endpoint_of(client),
                   table.process[client].ticket + 1u);
    expect_refused("a ticket with more than 16 bits", endpoint_of(client),
                   table.process[client].ticket | 0x10000u);
    expect_refused("a name instead of a client", ANY, 1);
    expect_refused("the server itself", endpoint_of(server), 1);
    expect_refused("an endpoint of no process", endpoint_of(client) + IPC_PROCESSES, 1);
    other = spawn();
    ipc_notify(&table, other, endpoint_of(server));
    expect_refused("an event is pending", endpoint_of(client), table.process[client].ticket);
    begin_request(0);
    other = spawn();
    ipc_send(&table, other, endpoint_of(server), OUT(other), 0);
    expect_refused("a sender is in the queue", endpoint_of(client), table.process[client].ticket);
    begin_request(0);
    other = spawn();
    expect_refused("one that does not wait", endpoint_of(other), 0);
    ipc_request(&table, other, endpoint_of(client), OUT(other), IN(other), 0);
    expect_refused("a client of somebody else", endpoint_of(other), table.process[other].ticket);
    begin_request(0);
    endpoint_t former = endpoint_of(client);
    ipc_destroy(&table, client);
    expect_refused("a client that is dead", former, 1);
}

static void check_told(void)
{
    static struct state before, short_state, long_state;

    begin_request(0);
    keep(&before);
    EXPECT(short_way(server, endpoint_of(client), table.process[client].ticket),
           "the short way is not taken");
    keep(&short_state);
    restore(&before);
    long_way(server, endpoint_of(client), table.process[client].ticket);
    keep(&long_state);
    expect_told(&short_state, &long_state, "an answer");
}

/* ---- Random states
 * ------------------------------------------------------------------------------------ */

static bool must_be_taken(unsigned caller, unsigned slot, endpoint_t dst, uint32_t ticket)
{
    const struct ipc_process *c = &table.process[slot];

    return table.process[caller].pending == 0 && c->endpoint == dst && c->state == IPC_AWAITING &&
           !c->fault && c->waits_for == endpoint_of(caller) && c->ticket == ticket;
}

/* Both ways from the state that is; goes on with the long one's. Whether the short one was taken.
 */
static bool compare_ways(unsigned caller, unsigned slot, endpoint_t dst, uint32_t ticket)
{
    static struct state before, short_state, long_state;
    bool due = must_be_taken(caller, slot, dst, ticket), taken;

    told_count = 0;
    keep(&before);
    taken = short_way(caller, dst, ticket);
    keep(&short_state);
    EXPECT(taken || !due, "the short way is not taken where it must be");
    if (!taken)
        expect_same(&short_state, &before, "the short way is not taken");
    restore(&before);
    long_way(caller, dst, ticket);
    keep(&long_state);
    if (taken) {
        expect_same(&short_state, &long_state, "after the short way");
        expect_told(&short_state, &long_state, "the short way");
    }
    return taken;
}

static void random_call(unsigned caller)
{
    unsigned peer = (caller + 1 + lab_random(IPC_PROCESSES - 1)) % IPC_PROCESSES;
    uint32_t flags = lab_random(4) == 0 ? IPC_TIMEOUT : 0;
    endpoint_t dst = endpoint_of(peer);

    if (ipc_waits(&table.process[caller])) {
        if (lab_random(10) == 0)
            ipc_timeout(&table, caller);
        return;
    }
    switch (lab_random(8)) {
    case 0:
        ipc_send(&table, caller, dst, OUT(caller), flags);
        break;
    case 1:
        ipc_send_rec(&table, caller, dst, OUT(caller), IN(caller), flags);
        break;
    case 2:
        ipc_notify(&table, caller, dst);
        break;
    case 3:
        ipc_fault_request(&table, caller, dst, OUT(caller), IN(caller));
        break;
    case 4:
    case 5:
        ipc_receive(&table, caller, ANY, IN(caller), flags);
        break;
    default:
        ipc_request(&table, caller, dst, OUT(caller), IN(caller), flags);
        break;
    }
}

/* One that may answer `slot`: mostly whoever owes it an answer. */
static unsigned random_server(unsigned slot)
{
    if (table.process[slot].state == IPC_AWAITING && lab_random(4) != 0)
        return endpoint_slot(table.process[slot].waits_for);
    return lab_random(IPC_PROCESSES);
}

static void check_random(void)
{
    unsigned taken = 0;

    begin();
    for (unsigned i = 0; i < IPC_PROCESSES; i++)
        spawn();
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned slot = lab_random(IPC_PROCESSES), caller = random_server(slot);
        uint32_t ticket = table.process[slot].ticket - (lab_random(8) == 0);

        random_call(lab_random(IPC_PROCESSES));
        if (table.process[caller].state == IPC_RUNNABLE && slot != caller)
            taken += compare_ways(caller, slot, endpoint_of(slot), ticket);
        else if (lab_random(4) == 0)
            ipc_cancel(&table, caller);
    }
    EXPECT(taken > 2000, "the short way was taken %u times in %u rounds", taken, ROUNDS);
}

/* ---- Instructions
 * --------------------------------------------------------------------------------------- */

typedef bool way(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                 uint32_t ticket, phys_addr_t in);

static bool nothing(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                    uint32_t ticket, phys_addr_t in)
{
    (void)t, (void)caller, (void)dst, (void)out, (void)ticket, (void)in;
    return true;
}

/* The child's part: between the two stops the parent counts. The first call is for the dynamic
   linker. */
_Noreturn static void be_counted(way *volatile counted)
{
    static struct state before;
    bool taken;

    begin_request(0);
    keep(&before);
    counted(&table, server, endpoint_of(client), OUT(server), table.process[client].ticket,
            IN(server));
    restore(&before);
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        _exit(2);
    raise(SIGSTOP);
    taken = counted(&table, server, endpoint_of(client), OUT(server), table.process[client].ticket,
                    IN(server));
    raise(SIGSTOP);
    _exit(taken ? 0 : 1);
}

/* How many instructions are between the two stops. */
static long count(way *counted)
{
    long steps = 0;
    int status;
    pid_t child = fork();

    if (child == 0)
        be_counted(counted);
    waitpid(child, &status, 0);
    EXPECT(WIFSTOPPED(status), "nothing can be counted here: ptrace is not permitted");
    do {
        ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
        waitpid(child, &status, 0);
        steps++;
    } while (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP);
    ptrace(PTRACE_CONT, child, NULL, NULL);
    waitpid(child, &status, 0);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the short way is not taken");
    return steps;
}

static void check_count(void)
{
    long instructions = count(fast_reply_receive) - count(nothing);

    EXPECT(instructions <= MOST_INSTRUCTIONS, "%ld instructions, expected at most %d", instructions,
           MOST_INSTRUCTIONS);
}

const struct lab_check lab_checks[] = {
    {"taken", check_taken},   {"refused", check_refused}, {"told", check_told},
    {"random", check_random}, {"count", check_count},     {NULL, NULL},
};
