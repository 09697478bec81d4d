/*
 * The rendezvous that the machine carries out by itself, where it must not: answers with the wrong
 * ticket, to the wrong process, other masks, other sources, a server that is a client in between.
 * The random scripts (tests/scripts) cover what it does; this is about what it must refuse.
 */
#include "../lib/machine.h"
#include "answerer.h"
#include "rendezvous.h"

#include <abi/layout.h>
#include <parley/ipc.h>
#include <stdio.h>
#include <string.h>

#define SLOTS 256

static message in, out, whole;
static char pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static message *own; /* what requests are made with; NULL: the boxes */
static endpoint_t server, inner;

static bool by_sysenter;
bool oddly;
const char *player_gate = "";

static void trap_registers(struct ipc_registers *r)
{
    ipc_trap(r);
}

int call(uint32_t ecx, uint32_t eax, void *ebx, uint32_t esi, uint32_t *second)
{
    struct ipc_registers r = {.eax = eax, .ebx = (uint32_t)ebx, .ecx = ecx, .esi = esi};
    if (oddly)
        trap_oddly(&r);
    else if (by_sysenter)
        ipc_trap_sysenter(&r);
    else
        ipc_trap(&r);
    segments_check();
    if (second)
        *second = r.esi;
    return (int)r.eax;
}

endpoint_t player(const char *name, const char *role)
{
    char arguments[32];
    snprintf(arguments, sizeof arguments, "%s %s", role, player_gate);
    return start(name, arguments);
}

uint32_t ticks_of(endpoint_t process)
{
    struct process_info info;
    return describe(process, &info) ? info.ticks : 0;
}

bool marked(const char *expected)
{
    static endpoint_t scribe;
    if (!scribe)
        scribe = start("scribe", "scribe");
    message m = {.m_type = PLAY_READ};
    if (ipc_request(scribe, &m) == 0 && strcmp((const char *)m.m_words, expected) == 0)
        return true;
    if (expected[0] != '\0')
        tap_note("marks %.27s", (const char *)m.m_words);
    return false;
}

endpoint_t player_in_slot(const char *name, const char *role, unsigned slot)
{
    for (unsigned i = 0; i < SLOTS + 50; i++) {
        const endpoint_t process = player(name, role);
        if (process == NONE || endpoint_slot(process) == slot)
            return process;
        end(process);
    }
    return NONE;
}

static void fill(int32_t type, uint32_t word0)
{
    memset(&in, 0, sizeof in);
    out.m_source = 0x0badbad0;
    out.m_type = type;
    out.m_words[0] = word0;
    for (unsigned i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        out.m_words[i] = (uint32_t)type * 16 + i;
}

static bool is_answer(const message *m, int32_t type, uint32_t result)
{
    for (unsigned i = 3; i < MESSAGE_PAYLOAD_WORDS; i++)
        if (m->m_words[i] != (uint32_t)type * 16 + i + 1)
            return false;
    return m->m_source == server && m->m_type == type && m->m_words[0] == result &&
           m->m_words[1] != 0;
}

static bool request(int32_t type, uint32_t word0, uint32_t result)
{
    uint32_t second;
    fill(type, word0);
    if (own)
        *own = out;
    return call(IPC_REQUEST, (uint32_t)server, own, 0, &second) == 0 && second == IPC_CAME_REPLY &&
           is_answer(own ? own : &in, type, result);
}

/* By a path that is never the machine's. */
static bool request_timed(int32_t type)
{
    uint32_t second;
    fill(type, 0);
    return call(IPC_REQUEST | IPC_TIMEOUT, (uint32_t)server, NULL, PATIENCE_US, &second) == 0 &&
           is_answer(&in, type, 0);
}

/* Two requests: from the second on, the server waits as the machine wants it. */
static void begin(const char *what)
{
    OK(request(ANSWER, 0, 0) && request(ANSWER, 0, 0), "%s: the server answers", what);
}

/* The server's first answer fails and it waits; its alarm lets it go on and answer rightly. */
static void refused(int32_t type, uint32_t word0, const char *what)
{
    OK(request(ANSWER_SET_ALARM, 0, 0), "%s: an alarm is set", what);
    begin(what);
    OK(request(type, word0, ENOTREADY), "%s: nobody is answered by that", what);
    begin(what);
}

static uint32_t received_by(endpoint_t process)
{
    struct process_info info;
    return describe(process, &info) ? info.messages_received : 0;
}

static void answers_that_are_none(void)
{
    uint32_t before = received_by(inner);
    refused(ANSWER_TICKET_ABOVE, 0, "a ticket to come");
    refused(ANSWER_TICKET_BELOW, 0, "a ticket of the past");
    refused(ANSWER_ANOTHER_GENERATION, 0, "an endpoint of the same slot");
    refused(ANSWER_ANOTHER_PROCESS, (uint32_t)inner, "another process");
    IS(received_by(inner), before, "the other process got nothing");
}

static void other_receives(void)
{
    struct process_info info;
    const message *const came = own ? own : &in;
    begin("without waiting");
    OK(request(ANSWER_NONBLOCK, 0, 0), "an answer with NONBLOCK");
    begin("other masks");
    OK(request(ANSWER_ONLY_MESSAGES, 0, 0), "an answer, then no events");
    IS(call(IPC_NOTIFY_SET, (uint32_t)server, NULL, 0, NULL), -EINVAL, "an empty set of events");
    IS(ipc_notify(server, 0x50), 0, "events for it");
    OK(describe(server, &info) && info.state == PROCESS_RECEIVING, "it takes none");
    OK(request(ANSWER, 0, 0), "it takes a request, then the events");
    OK(request(ANSWER, 0, 0) && came->m_words[2] == 0x50, "and it has got them");
    begin("other sources");
    OK(request(ANSWER_FROM_JUDGE, 0, 0), "an answer, then from the judge");
    OK(describe(server, &info) && info.waits_for == self(), "it waits for the judge alone");
    OK(request(ANSWER_FROM_NONE, 0, 0), "an answer, then from nobody");
    OK(describe(server, &info) && info.waits_for == NONE, "it sleeps");
    fill(ANSWER, 0);
    IS(call(IPC_REQUEST | IPC_NONBLOCK, (uint32_t)server, NULL, 0, NULL), -ENOTREADY,
       "a request finds it asleep");
    IS(notify(server), 0, "an event wakes it");
    begin("awake");
}

static void a_server_that_asks(void)
{
    struct process_info info;
    begin("a server that asks");
    OK(request(ANSWER_AFTER_ASKING, (uint32_t)inner, 0), "it asks another in between");
    OK(request(ANSWER_AFTER_ASKING, (uint32_t)inner, 0), "and again");
    OK(describe(server, &info) && info.state == PROCESS_RECEIVING && info.waits_for == ANY,
       "then it waits for anybody");
    OK(request_timed(ANSWER), "and takes a request by the general path");
    OK(request(ANSWER_AFTER_ASKING, (uint32_t)inner, 0) && request_timed(ANSWER_AFTER_ASKING) == 0,
       "nobody to ask: an error, and it goes on");
    begin("it goes on");
}

/* The asked one cancels the judge's wait: a server that wants no events, before and after, must not
   take what it has left for the judge's. */
static void a_cancel_meanwhile(int32_t type)
{
    OK(request(ANSWER_ONLY_MESSAGES, 0, 0), "a server takes no events");
    fill(type, (uint32_t)inner);
    IS(call(IPC_REQUEST, (uint32_t)server, NULL, 0, NULL), -EREPLYINTR,
       "whom it asks cancels the judge's wait");
    OK(in.m_type == 0, "the judge gets no answer");
    begin("after a cancel");
}

static void messages_of_their_own(void)
{
    static struct {
        message before, m, after;
    } place;
    uint32_t second;
    begin("messages");
    for (unsigned round = 0; round < 4; round++) {
        int32_t type = round & 1 ? ANSWER_WITH_MESSAGE : ANSWER;
        fill(type, 0);
        place.m = out;
        OK(call(IPC_REQUEST, (uint32_t)server, &place.m, 0, &second) == 0 &&
               is_answer(&place.m, type, 0),
           "a message of its own, round %u", round);
        OK(request(type, 0, 0), "with boxes in between, round %u", round);
    }
    static const message untouched;
    OK(memcmp(&place.before, &untouched, sizeof untouched) == 0 &&
           memcmp(&place.after, &untouched, sizeof untouched) == 0,
       "nothing beside the message is written");
    OK(request(ANSWER_WITH_MESSAGE, 0, 0), "it waits with a message");
    IS(call(IPC_REQUEST, (uint32_t)server | 0x80000000u, NULL, 0, NULL), -EINVAL,
       "what is no endpoint, though the machine marks such a wait with it");
    IS(call(IPC_REQUEST, (uint32_t)server, (char *)&place.m + 2, 0, NULL), -EINVAL, "unaligned");
    IS(call(IPC_REQUEST, (uint32_t)server, (void *)0xc0000000, 0, NULL), -EFAULT, "the kernel's");
    IS(call(IPC_REQUEST, (uint32_t)server, (void *)0xfffffff0, 0, NULL), -EFAULT,
       "at the very end");
    IS(call(IPC_REQUEST, (uint32_t)server, (void *)0x7000000, 0, NULL), -EFAULT, "not mapped");
    IS(call(IPC_REQUEST, (uint32_t)server, (void *)(uintptr_t)messages_of_their_own, 0, NULL),
       -EFAULT, "read-only");
    begin("after bad messages");
}

static void segments(void)
{
    struct all_registers r = {.eax = (uint32_t)server, .ecx = IPC_REQUEST, .flags = FLAGS_FIXED};
    begin("segments");
    for (unsigned i = 0; i < 2; i++) {
        fill(ANSWER, 0);
        r.eax = (uint32_t)server;
        r.ecx = IPC_REQUEST;
        r.ds = r.es = 0;
        r.fs = i ? flat_data_selector() : 0;
        r.gs = i ? 0 : flat_data_selector();
        trap_all(&r);
        OK(r.eax == 0 && is_answer(&in, ANSWER, 0) && r.ds == flat_data_selector() &&
               r.es == flat_data_selector() && r.fs == (i ? flat_data_selector() : 0u) &&
               r.gs == (i ? 0u : flat_data_selector()),
           "DS and ES null: flat again, FS and GS kept");
    }
}

/* What sysenter, unlike a gate, leaves as it is: NT would make the way out a task switch. */
static void flags(void)
{
    static struct ipc_registers r;
    begin("flags");
    fill(ANSWER, 0);
    r = (struct ipc_registers){.eax = (uint32_t)server, .ecx = IPC_REQUEST};
    __asm__ volatile("pushl %1\n\t"
                     "pushl %0\n\t"
                     "popfl\n\t"
                     "call *%2\n\t"
                     "addl $4, %%esp\n\t"
                     "pushl $0x202\n\t"
                     "popfl"
                     :
                     : "r"(FLAG_NT | FLAG_DF | FLAG_AC | FLAGS_FIXED), "r"(&r),
                       "r"(by_sysenter ? ipc_trap_sysenter : trap_registers)
                     : "eax", "ecx", "edx", "memory", "cc");
    OK(r.eax == 0 && is_answer(&in, ANSWER, 0), "NT, DF and AC set");
}

/* More requests than there are tickets. */
static void all_tickets(void)
{
    unsigned wrong = 0;
    for (unsigned i = 0; i < 66000; i++)
        wrong += !request(ANSWER, 0, 0);
    IS(wrong, 0, "66000 requests, none of whose tickets is 0");
}

/* With the argument `sysenter` both sides come by that gate; with `mixed` only the judge. */
static void choose_gate(const char *word)
{
    int error = ipc_use_sysenter();
    by_sysenter = error == 0 && word[0] != '\0';
    if (word[0] != '\0' && error == -ENODEV)
        tap_skip("sysenter", "this processor has none");
    else
        IS(error, 0, "sysenter is told where to come back to");
    IS(sys_gate((const void *)0xc0000000), error == 0 ? -EINVAL : -ENODEV, "not to the kernel");
    IS(sys_gate(NULL), error == 0 ? -EINVAL : -ENODEV, "nor to 0");
}

int main(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (word[0] != '\0')
        choose_gate(word);
    if (by_sysenter && strcmp(word, "mixed") != 0)
        player_gate = "sysenter";
    server = start("answerer", player_gate);
    inner = start("inner", "");
    in_outbox(&in, &out);
    for (unsigned place = 0; place < 3; place++) {
        static message *const owns[] = {NULL, &whole, (message *)(pages + PAGE_BYTES - 8)};
        own = owns[place];
        answers_that_are_none();
        other_receives();
    }
    own = NULL;
    a_server_that_asks();
    a_cancel_meanwhile(ANSWER_AFTER_CANCEL);
    a_cancel_meanwhile(ANSWER_AFTER_CANCEL_APART);
    messages_of_their_own();
    segments();
    flags();
    all_tickets();
    end(server);
    end(inner);
    test_places();
    test_plain();
    test_alone();
    test_lines();
    test_deadlines();
    test_corners();
    IS(segments_lost, 0, "DS and ES were flat behind each call");
    tap_done();
}
