/*
 * Judge of the hostile programs: lets each do its one wrong thing, compares its end with what it
 * announced, and asks after every case whether the system still answers.
 */
#include "../lib/judge.h"
#include "../lib/machine.h"
#include "cases.h"
#include "expect.h"
#include "hostile.h"

#include <abi/layout.h>
#include <stdio.h>
#include <string.h>

#define LATE_TRIES 8

static endpoint_t partner;

struct outcome {
    bool announced;
    struct expectation expected;
    bool ended;
    struct system_death death;
};

/* ---- One case ----------------------------------------------------------------------------------
 */

static void run(const char *module, const char *arguments, struct outcome *o)
{
    endpoint_t process;
    message m;

    memset(o, 0, sizeof *o);
    if (sys_start(module, arguments, &process) || sys_watch(process, 1))
        return;
    while (!o->ended && ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, &m, PATIENCE_US, NULL) == 0) {
        if (m.m_source == process && m.m_type == EXPECT_MESSAGE) {
            o->announced = true;
            memcpy(&o->expected, m.m_words, sizeof o->expected);
        } else {
            o->ended = sys_death(&o->death) == 0 && o->death.endpoint == process;
        }
    }
    if (!o->ended)
        end(process);
}

static bool fault_is_right(const struct expectation *e, const struct system_death *d)
{
    uint32_t loose = e->what & EXPECT_P_FREE ? 0x11u : 0;

    if (d->status == e->other && d->status != e->status)
        return true;
    if (d->status != e->status)
        return false;
    if ((e->what & EXPECT_ERROR) && (d->error | loose) != (e->error | loose))
        return false;
    if ((e->what & EXPECT_IP) && d->ip != e->ip)
        return false;
    if ((e->what & EXPECT_ADDRESS) && d->address != e->address)
        return false;
    return !(e->what & EXPECT_SAME_PAGE) || d->address >> PAGE_SHIFT == e->address >> PAGE_SHIFT;
}

static bool is_right(const struct outcome *o)
{
    const struct expectation *e = &o->expected;

    if (!o->announced || !o->ended)
        return false;
    if ((e->what & EXPECT_OR_EXIT) && o->death.cause == DEATH_EXIT)
        return o->death.status == 0;
    if (o->death.cause != e->cause)
        return false;
    return e->cause == DEATH_FAULT ? fault_is_right(e, &o->death) : o->death.status == e->status;
}

static void explain(const struct outcome *o)
{
    const struct system_death *d = &o->death;
    const struct expectation *e = &o->expected;

    tap_note("%s, %s", o->announced ? "announced" : "not announced", o->ended ? "ended" : "no end");
    tap_note("expected: cause %u status %u/%u error 0x%x ip 0x%x address 0x%x what %u",
             (unsigned)e->cause, (unsigned)e->status, (unsigned)e->other, (unsigned)e->error,
             (unsigned)e->ip, (unsigned)e->address, (unsigned)e->what);
    tap_note("got:      cause %u status %u error 0x%x ip 0x%x address 0x%x", (unsigned)d->cause,
             (unsigned)d->status, (unsigned)d->error, (unsigned)d->ip, (unsigned)d->address);
}

/* In virtual-8086 mode a tick can come before the instruction that the case is about; the kernel
   makes ring 3 of it, where nothing is mapped. */
static bool came_too_late(const struct outcome *o)
{
    return o->ended && o->death.cause == DEATH_FAULT && o->death.status == PAGE_FAULT &&
           o->death.ip == 0 && !is_right(o);
}

/* One check a case: its end, and that the system answers after it. */
static bool expect_case(const char *module, const char *arguments, const char *text)
{
    struct outcome o;

    for (unsigned i = 0; i < LATE_TRIES && (i == 0 || came_too_late(&o)); i++)
        run(module, arguments, &o);
    bool right = is_right(&o);
    bool alive = answers(partner);
    if (!OK(right && alive, "%s", text)) {
        explain(&o);
        tap_note("the system %s", alive ? "answers" : "does not answer");
    }
    return right && alive;
}

/* ---- The lists ------------------------------------------------------------------------------- */

static const char *const texts[] = {
#define HOSTILE_CASE_TEXT(function, text) text,
    HOSTILE_CASES(HOSTILE_CASE_TEXT)
#undef HOSTILE_CASE_TEXT
};

#define HOSTILE_CASE_ONE(function, text) +1
#define LOW_COUNT                        (0 LOW_CASES(HOSTILE_CASE_ONE))

static void all_cases(void)
{
    char arguments[12];
    const unsigned count = sizeof texts / sizeof *texts;

    for (unsigned i = 0; i < count; i++) {
        snprintf(arguments, sizeof arguments, "%x", i);
        expect_case(i < count - LOW_COUNT ? "hostile" : "low", arguments, texts[i]);
    }
}

static void expect_numbered(const char *module, char which, uint32_t number, const char *text)
{
    char arguments[24];
    char name[64];

    snprintf(arguments, sizeof arguments, "%c %x", which, (unsigned)number);
    snprintf(name, sizeof name, "%s 0x%x", text, (unsigned)number);
    expect_case(module, arguments, name);
}

static void all_interrupts(void)
{
    for (uint32_t n = 0; n < 256; n++)
        expect_numbered("hostile", CASE_INT, n, "int");
}

/* Every fourth megabyte of the kernel's half, and around its edges. */
static void kernel_addresses(void)
{
    static const uint32_t edges[] = {0xc0000000, 0xc0000fff, 0xc0001000, 0xc00a0000, 0xc00b8000,
                                     0xc00fffff, 0xc0100000, 0xf7ffffff, 0xf8000000, 0xffbff000,
                                     0xffc00000, 0xfffff000, 0xffffffff};

    for (unsigned i = 0; i < sizeof edges / sizeof *edges; i++) {
        expect_numbered("hostile", CASE_READ, edges[i], "read of");
        expect_numbered("hostile", CASE_WRITE, edges[i], "write to");
    }
    for (uint32_t address = 0xc0234560; address >= 0xc0000000; address += 0x400000)
        expect_numbered("hostile", address & 0x400000 ? CASE_READ : CASE_WRITE, address,
                        "access to");
}

static void all_irets(void)
{
    for (uint32_t selector = 0; selector < 0x100; selector++)
        if ((selector & 3) != 3)
            expect_numbered("hostile", CASE_IRET, selector, "iret to");
}

/* Not quiet: the kernel's report follows the frame pointers and must survive all of them. */
static void all_frames(void)
{
    static const uint32_t frames[] = {0,          4,          0x7fffffff, 0xbffeffff, 0xbffefffc,
                                      0xbfff0000, 0xbffffffc, 0xc0000000, 0xc0100000, 0xfffffff8,
                                      0xfffffffc, 0xffffffff, 0x70000000, 0x30000001};
    uint64_t from = log_end();

    for (unsigned i = 0; i < sizeof frames / sizeof *frames; i++)
        expect_numbered("loud", CASE_FRAME, frames[i], "a report with ebp");
    OK(log_has(from, "loud died: invalid opcode", "here_frame", NULL),
       "the report names process, fault and function");
}

/* ---- In the judge itself: what does not kill ------------------------------------------------- */

#define FLAGS_TRIED                                                                                \
    (0x8d5u | FLAG_DF | FLAG_IF | FLAG_IOPL | FLAG_NT | FLAG_AC | FLAG_ID | 0x10000u /* RF */ |    \
     0x20000u /* VM */ | 0x180000u /* VIF VIP */)

/* From one box to the other, with what lies beside them watched: a copy that runs backward would
   write there. */
static struct {
    message before, in, between, out, after;
} boxes;

static bool echo_with_flags(uint32_t flags, int32_t tag, struct all_registers *r)
{
    static const message untouched;

    memset(&boxes, 0, sizeof boxes);
    message_fill(&boxes.out, tag);
    *r = (struct all_registers){.ecx = IPC_ECHO, .flags = flags};
    r->ds = r->es = r->fs = r->gs = flat_data_selector();
    trap_all(r);
    return r->eax == 0 && message_is(&boxes.in, tag) && message_is(&boxes.out, tag) &&
           memcmp(&boxes.before, &untouched, sizeof untouched) == 0 &&
           memcmp(&boxes.between, &untouched, sizeof untouched) == 0 &&
           memcmp(&boxes.after, &untouched, sizeof untouched) == 0;
}

/* Every pattern of flags except TF, which hostile.c tries. A process keeps what it may set; the
   kernel may drop NT. */
static void all_flags(void)
{
    uint32_t flags = 0;
    unsigned tried = 0;
    unsigned wrong = 0;

    in_outbox(&boxes.in, &boxes.out);
    do {
        struct all_registers r;
        uint32_t before = flags_after_pop(flags);
        bool right = echo_with_flags(flags, (int32_t)tried, &r);
        if (!right || ((before ^ r.flags) & ~FLAG_NT) || (r.flags & FLAG_IOPL) ||
            !(r.flags & FLAG_IF)) {
            if (!wrong++)
                tap_note("flags 0x%x: before 0x%x, after 0x%x, result %d", (unsigned)flags,
                         (unsigned)before, (unsigned)r.flags, (int)r.eax);
        }
        tried++;
        flags = (flags - FLAGS_TRIED) & FLAGS_TRIED; /* the next subset */
    } while (flags);
    IS(wrong, 0, "the trap works with each of %u patterns of flags and gives them back", tried);
    OK(answers(partner), "and the system answers");
}

static int expected_of(uint32_t ecx)
{
    uint32_t flags = ecx & ~IPC_CALL_MASK;

    switch (ecx & IPC_CALL_MASK) {
    case IPC_SEND:
    case IPC_RECEIVE:
    case IPC_SEND_REC:
    case IPC_REQUEST:
    case IPC_RECEIVE_EX:
        return flags & ~(uint32_t)(IPC_NONBLOCK | IPC_TIMEOUT) ? -EBADCALL : -EDEADSRCDST;
    case IPC_IN_OUTBOX:
        return flags ? -EBADCALL : -EFAULT;
    case IPC_NOTIFY:
    case IPC_NOTIFY_SET:
        return flags ? -EBADCALL : -EDEADSRCDST;
    case IPC_ECHO:
        return flags ? -EBADCALL : -EFAULT;
    case IPC_REPLY: /* whom it answers is seen after the message */
        return flags & ~IPC_TICKET_MASK ? -EBADCALL : -EFAULT;
    case IPC_REPLY_RECEIVE: /* edi is 0, which is nobody */
        return flags & ~(IPC_TICKET_MASK | IPC_NONBLOCK | IPC_TIMEOUT) ? -EBADCALL : -EINVAL;
    case IPC_SELECT: /* so many pairs */
        return flags & ~(uint32_t)(IPC_NONBLOCK | IPC_TIMEOUT) ? -EBADCALL : -EINVAL;
    default:
        return -EBADCALL;
    }
}

/* All 65,536 low halves of ecx, and each bit of the high half with every call. Never a target. */
static void all_call_numbers(void)
{
    const uint32_t nobody = (uint32_t)ENDPOINT(0x1ffff0, 3) & ~3u; /* aligned, never born */
    unsigned wrong = 0;

    for (uint32_t ecx = 0; ecx < 0x10000; ecx++) {
        int result = trap(ecx, nobody, (void *)0x70000000, 0, NULL);
        if (result != expected_of(ecx) && !wrong++)
            tap_note("ecx 0x%x: %d", (unsigned)ecx, result);
    }
    IS(wrong, 0, "every call number with every combination of flags has its answer");
    for (uint32_t call = wrong = 0; call < 0x1000; call++)
        for (unsigned bit = 16; bit < 32; bit++)
            wrong += trap(call | 1u << bit, nobody, (void *)0x70000000, 0, NULL) !=
                     expected_of(call | 1u << bit);
    IS(wrong, 0, "a ticket is EBADCALL with every call but the replies");
    OK(answers(partner), "and the system answers");
}

/* ---- Pointers -------------------------------------------------------------------------------- */

static uint8_t own_pages[2 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static const uint32_t constants[16] = {1};

struct pointer {
    uint32_t address;
    int sending; /* the answer when the message is only read */
    int receiving;
    const char *name;
};

static void try_pointer(const struct pointer *p)
{
    unsigned wrong = 0;
    void *m = (void *)p->address;
    int both = -p->receiving;

    wrong += trap(IPC_SEND | IPC_NONBLOCK, (uint32_t)partner, m, 0, NULL) !=
             (p->sending ? -p->sending : -ENOTREADY);
    wrong += trap(IPC_SEND | IPC_TIMEOUT, (uint32_t)partner, m, 0, NULL) !=
             (p->sending ? -p->sending : -ETIMEDOUT);
    wrong += trap(IPC_RECEIVE | IPC_NONBLOCK, ANY, m, 0, NULL) != both;
    wrong += trap(IPC_RECEIVE, ANY, m, 0, NULL) != both;
    wrong += trap(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, m, 0, NULL) != both;
    wrong += trap(IPC_RECEIVE, (uint32_t)partner, m, 0, NULL) != both;
    wrong += trap(IPC_SEND_REC, (uint32_t)partner, m, 0, NULL) != both;
    wrong += trap(IPC_SEND_REC | IPC_TIMEOUT, (uint32_t)partner, m, 0, NULL) != both;
    wrong += trap(IPC_SEND_REC, SYSTEM, m, 0, NULL) != both;
    wrong += trap(IPC_ECHO, 0, m, 0, NULL) != both;
    wrong += trap(IPC_REQUEST | IPC_TIMEOUT, (uint32_t)partner, m, 0, NULL) != both;
    wrong += trap(IPC_REQUEST, SYSTEM, m, 0, NULL) != both;
    wrong += trap(IPC_RECEIVE_EX, ANY, m, 0, NULL) != both;
    wrong += ipc_reply_receive(partner, m, 1, ANY, 0, NULL) != both;
    wrong += trap(IPC_REPLY | 1 << IPC_TICKET_SHIFT, (uint32_t)partner, m, 0, NULL) !=
             (p->sending ? -p->sending : -ENOTREADY);
    if (p->address && (p->address & 0xfff) <= PAGE_BYTES - MESSAGE_BYTES) {
        wrong += trap(IPC_IN_OUTBOX, p->address, NULL, 0, NULL) != both;
        if (p->sending)
            wrong += trap(IPC_IN_OUTBOX, 0, m, 0, NULL) != -p->sending;
    }
    IS(wrong, 0, "%s (0x%x): every call refuses it", p->name, (unsigned)p->address);
}

/* The partner waits for somebody else, so that a good send would not be taken. */
static void all_pointers(void)
{
    const struct pointer pointers[] = {
        {0, EFAULT, EFAULT, "null without a box"},
        {1, EINVAL, EINVAL, "one"},
        {4, EFAULT, EFAULT, "the first page"},
        {0xffc, EFAULT, EFAULT, "the first page's end"},
        {(uint32_t)own_pages + 1, EINVAL, EINVAL, "off by one"},
        {(uint32_t)own_pages + 2, EINVAL, EINVAL, "off by two"},
        {(uint32_t)own_pages + 3, EINVAL, EINVAL, "off by three"},
        {0x70000000, EFAULT, EFAULT, "not mapped"},
        {(uint32_t)constants, 0, EFAULT, "read-only constants"},
        {((uint32_t)all_pointers + 3) & ~3u, 0, EFAULT, "its own code"},
        {USER_STACK_TOP - 16, EFAULT, EFAULT, "across the stack's end"},
        {USER_STACK_TOP, EFAULT, EFAULT, "behind the stack"},
        {USER_HEAP - 16, EFAULT, EFAULT, "across the heap's beginning"},
        {USER_HEAP + 64 * 1024 - 16, EFAULT, EFAULT, "across the heap's end"},
        {0xb8000, EFAULT, EFAULT, "the screen"},
        {0xbffffffc, EFAULT, EFAULT, "across the kernel's beginning"},
        {0xbfffffdc, EFAULT, EFAULT, "just below the kernel"},
        {0xc0000000, EFAULT, EFAULT, "the kernel's beginning"},
        {0xc0100000, EFAULT, EFAULT, "the kernel's code"},
        {0xc0ffffe0, EFAULT, EFAULT, "the kernel's window"},
        {0xf8000000, EFAULT, EFAULT, "behind the kernel's window"},
        {0xffffffdc, EFAULT, EFAULT, "the last nine words"},
        {0xffffffe0, EFAULT, EFAULT, "one word further"},
        {0xfffffff0, EFAULT, EFAULT, "wrapping around"},
        {0xfffffffc, EFAULT, EFAULT, "the last word"},
        {0xffffffff, EINVAL, EINVAL, "the last byte"},
    };

    order(partner, IPC_RECEIVE, HARDWARE, PARTNER_BUFFER, 0, 0);
    comes_to(partner, PROCESS_RECEIVING, HARDWARE);
    for (unsigned i = 0; i < sizeof pointers / sizeof *pointers; i++)
        try_pointer(&pointers[i]);
    end(partner);
    partner = partner_start("p1");
    OK(answers(partner), "and the system answers");
}

int main(void)
{
    partner = partner_start("p1");
    all_call_numbers();
    all_pointers();
    all_flags();
    all_cases();
    all_interrupts();
    all_irets();
    kernel_addresses();
    all_frames();
    tap_done();
}
