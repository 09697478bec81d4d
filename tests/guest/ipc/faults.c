/*
 * Faults as messages: a process whose line says faults=judge faults, and the judge settles it. The
 * processes faulty, loud, mute and orphan differ in their lines only (suites/ipc.conf).
 */
#include "../faulty.h"
#include "../lib/machine.h"
#include "ipc.h"

#include <abi/fault.h>

#define INVALID_OPCODE 6
#define BREAKPOINT     3
#define DEBUG_TRAP     1
#define PAGE_FAULT     14

static struct faulty_places places; /* the same in each of them */

struct arrival {
    message m;
    uint32_t ticket;
};

/* The next request, whatever it is. */
static bool next_request(endpoint_t from, struct arrival *a)
{
    uint32_t second = 0;
    int result = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, from, &a->m, PATIENCE_US, &second);

    a->ticket = IPC_TICKET(second);
    return OK(result == 0 && IPC_CAME(second) == IPC_CAME_REQUEST && a->m.m_source == from,
              "a request comes");
}

static int answer(const struct arrival *a)
{
    message m = a->m;

    return ipc_reply_ticket(a->m.m_source, &m, a->ticket);
}

/* The fault that was announced comes. */
static bool next_fault(endpoint_t from, uint32_t vector, struct arrival *a)
{
    return next_request(from, a) &&
           IS(a->m.m_type, FAULT_MESSAGE | vector, "its type tells class and vector");
}

static uint32_t value_told(endpoint_t from)
{
    struct arrival a;

    if (!next_request(from, &a))
        return 0;
    IS(a.m.m_type, FAULTY_VALUE, "it tells what came of it");
    answer(&a);
    return a.m.m_words[0];
}

static void expect_death(endpoint_t process, uint32_t cause, uint32_t status)
{
    struct system_death death = {0};

    OK(next_death(&death) && death.endpoint == process, "it ends");
    OK(death.cause == cause && death.status == status, "by cause %u with %u", (unsigned)cause,
       (unsigned)status);
}

static endpoint_t begin(const char *module, const char *arguments)
{
    endpoint_t process = start(module, arguments);

    sys_watch(process, 1);
    return process;
}

static void learn_places(void)
{
    struct arrival a;
    endpoint_t faulty = begin("faulty", "places");

    if (next_request(faulty, &a) && a.m.m_type == FAULTY_PLACES)
        memcpy(&places, a.m.m_words, sizeof places);
    answer(&a);
    OK(places.undefined && places.landing, "harness: the program says where it will fault");
    expect_death(faulty, DEATH_EXIT, 7);
}

/* Every register there and back. */
static void test_registers_travel(void)
{
    struct arrival a;
    struct system_registers r = {0};
    uint32_t flat = flat_data_selector();
    unsigned right = 0;
    endpoint_t faulty = begin("faulty", "undefined");

    if (!next_fault(faulty, INVALID_OPCODE, &a))
        return;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        right += a.m.m_words[i] == FAULTY_PATTERN(i);
    IS(right, 7, "words 0..6 are eax ebx ecx edx esi edi ebp");
    OK(comes_to(faulty, PROCESS_AWAITING, me), "it waits as for any reply");
    IS(sys_registers_get(faulty, &r), 0, "SYS_REGISTERS tells the rest");
    IS(r.ip, places.undefined, "where it is");
    OK(r.sp > USER_STACK_LOWEST && r.sp < USER_STACK_TOP, "its stack");
    IS(r.flags & ~0x10000u, FLAGS_FIXED, "its flags");
    OK(r.data_segments == (flat | flat << 16) && r.thread_segments == r.data_segments,
       "its segments");
    OK(r.error == 0 && r.address == 0, "error code and address");

    r.ip += FAULT_ALL_BYTES;
    r.flags |= 1 | FLAG_DF | FLAG_IOPL | FLAG_NT | 0x20000 | 0x100000; /* VM, VIP */
    r.flags &= ~FLAG_IF;
    r.data_segments = flat << 16;
    r.thread_segments = 3 | flat << 16;
    IS(sys_registers_set(faulty, &r), 0, "SYS_REGISTERS sets them");
    IS(sys_registers_get(faulty, &r), 0, "and reads them back");
    IS(r.flags, FLAGS_FIXED | 1 | FLAG_DF, "without the flags that are not a process's to set");
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        a.m.m_words[i] = ~FAULTY_PATTERN(i);
    a.m.m_type = -12345;
    IS(answer(&a), 0, "the reply lets it go on");
    struct arrival after;
    if (!next_request(faulty, &after))
        return;
    for (unsigned i = right = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        right += after.m.m_words[i] == ~FAULTY_PATTERN(i);
    IS(right, 7, "with the reply's words in the same registers");
    answer(&after);
    if (!next_request(faulty, &after))
        return;
    IS(after.m.m_words[0], FLAGS_FIXED | 1 | FLAG_DF, "the flags");
    OK(after.m.m_words[1] == 0 && after.m.m_words[2] == flat && after.m.m_words[3] == 3 &&
           after.m.m_words[4] == flat,
       "and the segments that were set");
    answer(&after);
    expect_death(faulty, DEATH_EXIT, 7);
}

/* EIP and ESP wherever the handler wants. */
static void test_elsewhere(void)
{
    struct arrival a;
    struct system_registers r;
    endpoint_t faulty = begin("faulty", "read");

    if (!next_fault(faulty, PAGE_FAULT, &a) || sys_registers_get(faulty, &r))
        return;
    IS(r.ip, places.read, "a page fault's instruction");
    OK(r.error == 4 && r.address == FAULTY_BAD, "its error code and address");
    r.ip = places.landing;
    r.sp = places.other_stack;
    sys_registers_set(faulty, &r);
    answer(&a);
    uint32_t sp = value_told(faulty);
    OK(sp < places.other_stack && sp > places.other_stack - 4096,
       "it goes on elsewhere, on another stack");
    expect_death(faulty, DEATH_EXIT, 0);
}

/* The instruction is tried again: with other registers, or as it was. */
static void test_again(void)
{
    struct arrival a;
    struct arrival b;
    endpoint_t faulty = begin("faulty", "read");

    if (!next_fault(faulty, PAGE_FAULT, &a))
        return;
    IS(sys_cancel(faulty, 1), 0, "a cancel that lets it start again");
    if (!next_fault(faulty, PAGE_FAULT, &b))
        return;
    IS(b.m.m_words[0], FAULTY_BAD, "it faults again, with the same registers");
    OK(a.ticket != b.ticket, "which is another request");
    a.m.m_words[0] = places.good_address;
    IS(answer(&a), -ENOTREADY, "a late reply to the first finds nothing");
    OK(comes_to(faulty, PROCESS_AWAITING, me), "it still waits");
    b.m.m_words[0] = places.good_address;
    IS(answer(&b), 0, "the reply to the second");
    IS(value_told(faulty), places.good_value, "lets the instruction succeed");
    expect_death(faulty, DEATH_EXIT, 7);
}

static void test_traps(void)
{
    struct arrival a;
    struct system_registers r;
    endpoint_t faulty = begin("faulty", "breakpoint");

    if (!next_fault(faulty, BREAKPOINT, &a))
        return;
    IS(a.m.m_words[1], 41, "a breakpoint's registers");
    a.m.m_words[0] = 100;
    answer(&a);
    IS(value_told(faulty), 141, "it goes on behind the breakpoint");
    expect_death(faulty, DEATH_EXIT, 7);

    faulty = begin("faulty", "steps");
    next_fault(faulty, BREAKPOINT, &a);
    sys_registers_get(faulty, &r);
    uint32_t ip = r.ip;
    r.flags |= FLAG_TF;
    IS(sys_registers_set(faulty, &r), 0, "the handler may ask for single steps");
    answer(&a);
    for (unsigned i = 1; i <= 3; i++) {
        if (!next_fault(faulty, DEBUG_TRAP, &a) || sys_registers_get(faulty, &r))
            return;
        OK(r.ip == ip + i && a.m.m_words[0] == i, "step %u", i);
        if (i == 3) {
            r.flags &= ~FLAG_TF;
            sys_registers_set(faulty, &r);
        }
        answer(&a);
    }
    IS(value_told(faulty), 4, "and may end them");
    expect_death(faulty, DEATH_EXIT, 7);
}

/* Who may read and set the registers, and when. */
static void test_registers_errors(void)
{
    static const uint32_t selectors[] = {0x08, 0x10, 0x0b, 0x13, 0x28, 0x2b, 0x30,   0x33,
                                         0x48, 0x50, 0x04, 0x07, 0x27, 0x1f, 0xffff, 0xfff8};
    struct arrival a;
    struct system_registers r = {0};
    struct system_registers before = {0};
    unsigned refused = 0;
    endpoint_t faulty = begin("faulty", "read");

    if (!next_fault(faulty, PAGE_FAULT, &a) || sys_registers_get(faulty, &before))
        return;
    const uint32_t words[6] = {(uint32_t)faulty, REGISTERS_GET};
    uint32_t out[6] = {1, 1, 1, 1, 1, 1};
    IS(partner_asks(p1, SYS_REGISTERS, words, out), -ENOTREADY, "another process is not told");
    OK(!(out[0] | out[1] | out[2] | out[3] | out[4] | out[5]), "anything");
    for (unsigned i = 0; i < sizeof selectors / sizeof *selectors; i++)
        for (unsigned place = 0; place < 4; place++) {
            r = before;
            r.ip = 0x12345678;
            uint32_t *pair = place < 2 ? &r.data_segments : &r.thread_segments;
            *pair = place % 2 ? (*pair & 0xffff) | selectors[i] << 16
                              : (*pair & 0xffff0000) | selectors[i];
            refused += sys_registers_set(faulty, &r) == -EINVAL;
        }
    IS(refused, 4 * sizeof selectors / sizeof *selectors, "selectors that no process may load");
    sys_registers_get(faulty, &r);
    OK(memcmp(&r, &before, sizeof r) == 0, "nothing was changed by that");
    message m = {.m_type = SYS_REGISTERS, .m_words = {(uint32_t)faulty, 2}};
    ipc_request(SYSTEM, &m);
    IS(m.m_type, -EINVAL, "an operation that does not exist");
    IS(sys_registers_get(p1, &r), -ENOTREADY, "of one that waits in no fault");
    IS(sys_registers_set(p1, &before), -ENOTREADY, "neither set");
    IS(sys_registers_get(SELF, &r), -ENOTREADY, "nor of oneself");
    IS(sys_registers_get(NEVER_BORN, &r), -EDEADSRCDST, "nor of one never born");
    IS(sys_registers_get(ANY, &r), -EINVAL, "nor of ANY");
    a.m.m_words[0] = places.good_address;
    answer(&a);
    if (!next_request(faulty, &a))
        return;
    IS(sys_registers_get(faulty, &r), -ENOTREADY, "nor of one that asks something else");
    answer(&a);
    expect_death(faulty, DEATH_EXIT, 7);

    order_and_wait(p1, IPC_REQUEST, me, FAULT_MESSAGE | PAGE_FAULT);
    if (next_request(p1, &a) && a.m.m_type == (FAULT_MESSAGE | PAGE_FAULT))
        IS(sys_registers_get(p1, &r), -ENOTREADY, "a message that looks like a fault is none");
    answer(&a);
    result_of(p1);
}

/* The process's own rights do not count, and its end is its end. */
static void test_mute(void)
{
    struct arrival a;
    endpoint_t mute = begin("mute", "mute");

    if (!next_fault(mute, PAGE_FAULT, &a))
        return;
    OK(true, "a process without the right to ask faults to its handler all the same");
    IS(a.m.m_words[0], FAULTY_BAD, "its registers");
    end(mute);
    IS(answer(&a), -ENOTREADY, "it is killed, and the reply finds nobody");
    expect_death(mute, DEATH_KILL, 0);
}

/* A cancel that does not start it again leaves the fault to kill it. */
static void test_cancelled(void)
{
    struct arrival a;
    uint64_t from = log_end();
    endpoint_t loud = begin("loud", "read");

    if (!next_fault(loud, PAGE_FAULT, &a))
        return;
    OK(!log_has(from, "died", NULL, NULL), "a fault that is being settled is not reported");
    IS(sys_cancel(loud, 0), 0, "a cancel without another try");
    expect_death(loud, DEATH_FAULT, PAGE_FAULT);
    OK(log_has(from, "loud died: page fault", "0x70000000", "its handler judge was not waited for"),
       "kills it with the report");
    IS(answer(&a), -ENOTREADY, "and the reply finds nobody");
}

/* No handler to be had. */
static void test_no_handler(void)
{
    uint64_t from = log_end();
    endpoint_t orphan = begin("orphan", "read");

    expect_death(orphan, DEATH_FAULT, PAGE_FAULT);
    OK(log_has(from, "orphan died: page fault", "its handler p5 does not run", NULL),
       "a handler that does not run: killed with the report");

    endpoint_t handler = partner_start("p5");
    orphan = begin("orphan", "read");
    OK(comes_to(orphan, PROCESS_REQUESTING, handler), "a handler that is busy is waited for");
    from = log_end();
    end(handler);
    expect_death(orphan, DEATH_FAULT, PAGE_FAULT);
    OK(log_has(from, "orphan died: page fault", "its handler p5 has died", NULL),
       "its death before it took the fault: killed with the report");

    handler = partner_start("p5");
    orphan = begin("orphan", "read");
    order(handler, IPC_RECEIVE, ANY, PARTNER_BUFFER, 0, 0);
    struct partner_report report;
    if (report_of(handler, &report))
        IS(report.type, FAULT_MESSAGE | PAGE_FAULT, "another handler takes it");
    OK(comes_to(orphan, PROCESS_AWAITING, handler), "and is waited for");
    from = log_end();
    end(handler);
    expect_death(orphan, DEATH_FAULT, PAGE_FAULT);
    OK(log_has(from, "orphan died: page fault", "its handler p5 has died", NULL),
       "its death with the fault: killed with the report");
}

/* The handler already waits for the one that faults. */
static void test_ring(void)
{
    endpoint_t handler = partner_start("p5");
    uint64_t from = log_end();
    struct partner_report report;
    const uint32_t index[6] = {0};
    uint32_t out[6];

    nap(1100000); /* the kernel reports a few cycles a second */
    endpoint_t orphan = begin("orphan", "read 50000");
    order(handler, IPC_SEND, orphan, PARTNER_BUFFER, 0, 0);
    OK(comes_to(handler, PROCESS_SENDING, orphan), "a handler waits for its own client");
    expect_death(orphan, DEATH_FAULT, PAGE_FAULT);
    OK(log_has(from, "deadlock refused: orphan -> p5 -> orphan", "orphan died: page fault",
               "would be a deadlock"),
       "the fault would close a ring: killed with the report");
    if (report_of(handler, &report))
        IS(report.result, -EDEADSRCDST, "which lets the handler go on");
    IS(partner_asks(handler, SYS_CYCLE, index, out), 0, "and read the cycle");
    OK(out[0] == (uint32_t)orphan && out[1] == 2, "that its client would have closed");
    end(handler);
}

/* Without the key all is as it was: see death.c. Here many, one after the other. */
static void test_many(void)
{
    endpoint_t faulty;
    struct arrival a;
    unsigned right = 0;

    faulty = begin("faulty", "read");
    next_fault(faulty, PAGE_FAULT, &a);
    for (unsigned i = 0; i < 500; i++) {
        uint32_t second = 0;
        struct ipc_registers r = {
            .eax = (uint32_t)faulty,
            .ebx = (uint32_t)&a.m,
            .ecx = IPC_REPLY_RECEIVE | a.ticket << IPC_TICKET_SHIFT,
            .edi = (uint32_t)faulty,
        };
        ipc_trap(&r);
        second = r.esi;
        right += r.eax == 0 && second == (IPC_CAME_REQUEST | IPC_TICKET(second) << 16) &&
                 a.m.m_type == (FAULT_MESSAGE | PAGE_FAULT) && a.m.m_words[0] == FAULTY_BAD;
        a.ticket = IPC_TICKET(second);
    }
    IS(right, 500, "500 faults of one process, each settled and met by one trap");
    end(faulty);
    expect_death(faulty, DEATH_KILL, 0);
}

void test_faults(void)
{
    learn_places();
    test_registers_travel();
    test_elsewhere();
    test_again();
    test_traps();
    test_registers_errors();
    test_mute();
    test_cancelled();
    test_no_handler();
    test_ring();
    test_many();
    message m;
    ipc_call(IPC_RECEIVE | IPC_NONBLOCK, HARDWARE, &m, 0, NULL); /* the event of the deaths */
}
