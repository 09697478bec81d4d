/*
 * The trace of what this judge does itself, compared fact by fact with what must be in it: by the
 * machine's own rendezvous, which writes one record for several facts, and by the kernel's C.
 */
#include "../lib/judge.h"

#include <abi/fault.h>
#include <abi/layout.h>
#include <abi/privilege.h>
#include <parley/trace.h>
#include <proto/common.h>
#include <string.h>

#define FACTS_MAX 32
#define FLOOD     20000

static struct trace_reader reader;
static endpoint_t hello;
static message letter __attribute__((aligned(64))); /* in one page */

struct fact {
    uint32_t what; /* one bit */
    endpoint_t from, to;
    uint32_t call;
    int32_t result;
    uint32_t came; /* of the second result */
    int32_t type;
};

static struct fact facts[FACTS_MAX];
static unsigned fact_count;

/* ---- Facts ----------------------------------------------------------------------------------- */

/* What of a record belongs to this one of its facts; the rest stays 0. */
static struct fact fact_of(const struct trace_record *r, uint32_t bit)
{
    struct fact f = {.what = bit, .from = r->from, .to = r->to};
    if (bit == TRACE_WAKE)
        f.from = 0;
    if (bit == TRACE_RETURN || bit == TRACE_BIRTH || bit == TRACE_DEATH || bit == TRACE_FAULT)
        f.to = 0;
    if (bit == TRACE_CALL || bit == TRACE_FAULT || bit == TRACE_DEATH)
        f.call = bit == TRACE_CALL ? r->call & IPC_CALL_MASK : r->call;
    if (bit == TRACE_WAKE || bit == TRACE_RETURN) {
        f.result = r->result;
        f.came = r->result == 0 ? IPC_CAME(r->second) : 0;
    }
    if ((bit == TRACE_CALL || bit == TRACE_DELIVER) && (r->what & TRACE_MESSAGE) != 0)
        f.type = r->type;
    if (bit == TRACE_BLOCK && (r->what & TRACE_CALL) != 0 &&
        (r->call & IPC_CALL_MASK) == IPC_REPLY_RECEIVE)
        f.to = ANY;
    return f;
}

/* Everything that has happened since the last look, but what time it is. */
static void take_facts(void)
{
    struct trace_record r;
    fact_count = 0;
    while (trace_read(&reader, &r))
        for (uint32_t bit = 1; bit < TRACE_CLOCK; bit <<= 1)
            if ((r.what & bit) != 0 && fact_count < FACTS_MAX)
                facts[fact_count++] = fact_of(&r, bit);
}

static void look_from_here(void)
{
    struct trace_record r;
    while (trace_read(&reader, &r))
        ;
}

static void note(const char *who, const struct fact *f)
{
    tap_note("%s: what 0x%x from %d to %d call 0x%x result %d came %u type 0x%x", who,
             (unsigned)f->what, (int)f->from, (int)f->to, (unsigned)f->call, (int)f->result,
             (unsigned)f->came, (unsigned)f->type);
}

/* What take_facts found is this. What is said about it is written to the log, which is in the
   trace, too: so what is to be seen begins with look_from_here. */
static void expect(const struct fact *expected, unsigned count, const char *what)
{
    bool same = fact_count >= count;
    for (unsigned i = 0; i < count && i < fact_count; i++) {
        if (memcmp(&facts[i], &expected[i], sizeof facts[i]) == 0)
            continue;
        same = false;
        note("expected", &expected[i]);
        note("found   ", &facts[i]);
    }
    OK(same && fact_count == count, "%s: %u facts of %u", what, fact_count, count);
}

#define EXPECT(what, ...)                                                                          \
    do {                                                                                           \
        const struct fact list_[] = {__VA_ARGS__};                                                 \
        expect(list_, sizeof list_ / sizeof list_[0], what);                                       \
    } while (0)

#define CALLS(a, b, number, kind)                                                                  \
    {                                                                                              \
        TRACE_CALL, a, b, number, 0, 0, kind                                                       \
    }
#define DELIVERS(a, b, kind)                                                                       \
    {                                                                                              \
        TRACE_DELIVER, a, b, 0, 0, 0, kind                                                         \
    }
#define WAKES(a, value, with)                                                                      \
    {                                                                                              \
        TRACE_WAKE, 0, a, 0, value, with, 0                                                        \
    }
#define RETURNS(a, value, with)                                                                    \
    {                                                                                              \
        TRACE_RETURN, a, 0, 0, value, with, 0                                                      \
    }
#define BLOCKS(a, b)                                                                               \
    {                                                                                              \
        TRACE_BLOCK, a, b, 0, 0, 0, 0                                                              \
    }
#define SWITCHES(a, b)                                                                             \
    {                                                                                              \
        TRACE_SWITCH, a, b, 0, 0, 0, 0                                                             \
    }

/* ---- Sessions -------------------------------------------------------------------------------- */

static void ask(uint32_t flags)
{
    message_fill(&letter, PROTO_PING);
    ipc_call(IPC_REQUEST | flags, hello, &letter, 1000000, NULL);
}

/* A question and its answer, whoever carried it out. */
static void expect_round_trip(const char *what)
{
    endpoint_t me = self();
    EXPECT(what, CALLS(me, hello, IPC_REQUEST, PROTO_PING), DELIVERS(me, hello, PROTO_PING),
           WAKES(hello, 0, IPC_CAME_REQUEST), BLOCKS(me, hello), SWITCHES(me, hello),
           CALLS(hello, me, IPC_REPLY_RECEIVE, 0), DELIVERS(hello, me, 0),
           WAKES(me, 0, IPC_CAME_REPLY), BLOCKS(hello, ANY), SWITCHES(hello, me));
}

static void test_round_trips(void)
{
    uint64_t before;

    ask(0); /* so that hello waits as it does from now on */
    look_from_here();
    before = reader.next;
    ask(0);
    take_facts();
    IS((unsigned)(reader.next - before), 2, "one record a rendezvous of the machine's own");
    expect_round_trip("a round trip by the machine");
    look_from_here();
    before = reader.next;
    ask(IPC_TIMEOUT);
    take_facts();
    IS((unsigned)(reader.next - before), 10, "one a fact by the kernel");
    expect_round_trip("a round trip by the kernel");
}

static void test_messages_are_whole(void)
{
    struct trace_record r;
    message sent;

    look_from_here();
    message_fill(&sent, PROTO_PING);
    ask(0);
    bool request = trace_read(&reader, &r) && memcmp(r.words, sent.m_words, sizeof r.words) == 0;
    bool answer = trace_read(&reader, &r) && memcmp(r.words, sent.m_words, sizeof r.words) == 0;
    OK(request, "the record has all words of the request");
    OK(answer, "and all of the answer");
}

static void test_refusals(void)
{
    endpoint_t me = self();
    struct ipc_registers registers = {.ecx = 0x7, .eax = (uint32_t)hello};

    look_from_here();
    ipc_trap(&registers);
    take_facts();
    EXPECT("a number that is no call", CALLS(me, hello, 0x7, 0), RETURNS(me, -EBADCALL, 0));
    look_from_here();
    ipc_call(IPC_SEND, me, &letter, 0, NULL);
    take_facts();
    EXPECT("a send to oneself", CALLS(me, me, IPC_SEND, 0), RETURNS(me, -ELOCKED, 0));
    look_from_here();
    ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &letter, 0, NULL);
    take_facts();
    EXPECT("a receive that may not wait", CALLS(me, NONE, IPC_RECEIVE, 0), BLOCKS(me, NONE),
           WAKES(me, -ETIMEDOUT, 0));
}

static void test_the_kernel_answers(void)
{
    endpoint_t me = self();
    uint64_t now;

    look_from_here();
    sys_time(&now);
    take_facts();
    EXPECT("SYSTEM", CALLS(me, SYSTEM, IPC_REQUEST, SYS_TIME), DELIVERS(SYSTEM, me, 0),
           RETURNS(me, 0, IPC_CAME_REPLY));
    message_fill(&letter, 17);
    look_from_here();
    echo(&letter);
    take_facts();
    EXPECT("echo", CALLS(me, (endpoint_t)0, IPC_ECHO, 17), RETURNS(me, 0, IPC_CAME_NOTHING));
}

static void test_events(void)
{
    endpoint_t me = self();

    look_from_here();
    notify(hello);
    take_facts();
    EXPECT("a notification", CALLS(me, hello, IPC_NOTIFY, 0), {TRACE_EVENT, me, hello, 0, 0, 0, 0},
           DELIVERS(me, hello, IPC_EVENT_MESSAGE), WAKES(hello, 0, IPC_CAME_EVENTS),
           RETURNS(me, 0, IPC_CAME_NOTHING), SWITCHES(me, hello),
           CALLS(hello, NONE, IPC_REPLY_RECEIVE, 0), BLOCKS(hello, ANY), SWITCHES(hello, me));
}

/* Whether such a fact is among those that were taken. */
static bool is_among(uint32_t what, endpoint_t from, uint32_t call)
{
    for (unsigned i = 0; i < fact_count; i++)
        if (facts[i].what == what && facts[i].from == from && facts[i].call == call)
            return true;
    return false;
}

static void test_lives(void)
{
    struct trace_record r;
    endpoint_t partner;
    bool born = false;

    look_from_here();
    partner = start("p1", NULL);
    while (trace_read(&reader, &r))
        born |= (r.what & TRACE_BIRTH) != 0 && r.from == partner &&
                strcmp((const char *)r.words, "p1") == 0;
    OK(born, "a birth has the name");
    look_from_here();
    sys_kill(partner);
    take_facts();
    OK(is_among(TRACE_DEATH, partner, DEATH_KILL), "a death says how");

    partner = partner_start("p1");
    look_from_here();
    order_plain(partner, PARTNER_FAULT, 0, 0);
    comes_to_die(partner);
    bool faulted = false, died = false;
    while (trace_read(&reader, &r)) {
        faulted |=
            (r.what & TRACE_FAULT) != 0 && r.from == partner && r.call == 14 && r.words[2] == 4;
        died |= (r.what & TRACE_DEATH) != 0 && r.from == partner && r.call == DEATH_FAULT;
    }
    OK(faulted && died, "a fault is there with its address, and the death after it");
}

/* ---- Counts ---------------------------------------------------------------------------------- */

static void test_a_flood(void)
{
    struct trace_record r;
    uint64_t last = 0, lost_before, written, read = 0;
    bool forward = true;

    look_from_here();
    lost_before = reader.lost;
    written = trace_written();
    for (unsigned i = 0; i < FLOOD; i++)
        ask(0);
    written = trace_written() - written;
    while (trace_read(&reader, &r)) {
        const uint64_t time = trace_time(&r);
        forward &= time >= last;
        last = time;
        read++;
    }
    OK(written >= 2 * FLOOD && written < 2 * FLOOD + 100,
       "%u round trips are two records each, but for the clock's: %u", FLOOD, (unsigned)written);
    IS((unsigned)(read + reader.lost - lost_before), (unsigned)written,
       "what was read and what was lost add up");
    OK(reader.lost > lost_before, "more went by than the ring holds");
    OK(forward, "time goes forward");
}

/* ---- Filters and rights ---------------------------------------------------------------------- */

static unsigned seen_with(const struct trace_settings *s)
{
    uint64_t before;
    if (sys_trace_set(s) < 0)
        return 9999;
    before = trace_written();
    ask(0);
    return (unsigned)(trace_written() - before);
}

static void test_filters(void)
{
    const struct trace_settings all = {.what = TRACE_ALL};
    struct trace_settings now;
    endpoint_t me = self();

    IS(seen_with(&(struct trace_settings){.what = TRACE_CALL}), 2, "calls alone");
    IS(seen_with(&(struct trace_settings){.what = TRACE_CALL, .calls = 1u << CALL_BIT_ipc_reply}),
       1, "calls of one kind");
    IS(seen_with(
           &(struct trace_settings){.what = TRACE_DELIVER, .one_type = true, .type = PROTO_PING}),
       1, "messages of one type");
    IS(seen_with(&(struct trace_settings){.what = TRACE_CALL, .process = me, .peer = hello}), 2,
       "two processes");
    /* A tick may come while it works. */
    const uint32_t own = TRACE_ALL & ~(TRACE_IRQ | TRACE_CLOCK);
    IS(seen_with(&(struct trace_settings){.what = own, .process = hello, .peer = SYSTEM}), 0,
       "two others");
    IS(seen_with(&(struct trace_settings){.what = 0}), 0, "nothing");
    IS(sys_trace_set(&(struct trace_settings){.what = TRACE_ALL << 1}), -EINVAL,
       "an undefined bit");
    OK(sys_trace_get(&now) == 0 && now.what == 0 && now.capacity > 0, "it is off still");
    IS(sys_trace_set(&all), 0, "on again");
    look_from_here();
}

static void test_rights(void)
{
    const uint32_t words[6] = {TRACE_GET};
    endpoint_t pnone = partner_start("pnone");

    IS(partner_asks(pnone, SYS_TRACE, words, NULL), -EPERM, "one whose line does not say trace");
    IS(sys_process(0, (struct process_info *)USER_TRACE), -EFAULT, "nobody may write there");
    IS(sys_process(0, (struct process_info *)(USER_TRACE + PAGE_BYTES)), -EFAULT, "nor there");
    end(pnone);
}

int main(void)
{
    const struct trace_settings all = {.what = TRACE_ALL};

    sys_lookup("hello", &hello);
    comes_to(hello, PROCESS_RECEIVING, ANY);
    IS(sys_trace_set(&all), 0, "the trace is switched on");
    OK(trace_reader_begin(&reader, TRACE_FROM_NOW), "and is there to be read");
    test_round_trips();
    test_messages_are_whole();
    test_refusals();
    test_the_kernel_answers();
    test_events();
    test_lives();
    test_a_flood();
    test_filters();
    test_rights();
    tap_done();
}
