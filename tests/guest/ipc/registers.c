/*
 * What comes back from the trap: eax and esi are the results, everything else is as it was; DS and
 * ES come back flat, FS and GS are kept, and so are the flags that a program may set.
 */
#include "../lib/machine.h"
#include "ipc.h"

static struct all_registers pattern(uint32_t call, uint32_t eax, void *m, uint32_t timeout)
{
    uint32_t flat = flat_data_selector();

    return (struct all_registers){
        .eax = eax,
        .ebx = (uint32_t)m,
        .ecx = call,
        .edx = 0xd1d2d3d4,
        .esi = timeout,
        .edi = 0xe1e2e3e4,
        .ebp = 0xf1f2f3f4,
        .flags = FLAGS_FIXED,
        .ds = flat,
        .es = flat,
        .fs = flat,
        .gs = flat,
    };
}

static bool general_kept(const struct all_registers *before, const struct all_registers *after)
{
    return before->ebx == after->ebx && before->ecx == after->ecx && before->edx == after->edx &&
           before->edi == after->edi && before->ebp == after->ebp;
}

static void expect_kept(const char *what, struct all_registers before, int result)
{
    struct all_registers after = before;

    trap_all(&after);
    IS(after.eax, result, "%s: its result is in eax", what);
    OK(general_kept(&before, &after), "%s: ebx ecx edx edi ebp are kept", what);
    OK(after.ds == flat_data_selector() && after.es == after.ds, "%s: DS and ES are flat", what);
    OK(after.fs == before.fs && after.gs == before.gs, "%s: FS and GS are kept", what);
    IS(after.flags, before.flags, "%s: the flags are kept", what);
}

static void test_results(void)
{
    static message m;
    struct all_registers r = pattern(IPC_ECHO, 0, &m, 0);

    expect_kept("echo", r, 0);
    r.fs = 0;
    r.gs = 0;
    expect_kept("echo with FS and GS null", r, 0);
    r = pattern(IPC_ECHO, 0, &m, 0);
    r.ds = 0;
    r.es = 0;
    expect_kept("echo with DS and ES null", r, 0);
    r.es = 3;
    r.gs = 1;
    expect_kept("echo with other null selectors", r, 0);
    r = pattern(IPC_ECHO, 0, (void *)4, 0);
    r.ds = 0;
    expect_kept("a failing echo", r, -EFAULT);
    expect_kept("a bad call", pattern(0xfff, 0, &m, 0), -EBADCALL);
    expect_kept("notify", pattern(IPC_NOTIFY, (uint32_t)NEVER_BORN, &m, 0), -EDEADSRCDST);
    expect_kept("in_outbox", pattern(IPC_IN_OUTBOX, 0, NULL, 0), 0);
    expect_kept("ipc_notify", pattern(IPC_NOTIFY_SET, (uint32_t)NEVER_BORN, &m, 0), -EDEADSRCDST);
    expect_kept("ipc_reply", pattern(0x12340000 | IPC_REPLY, (uint32_t)p1, &m, 0), -ENOTREADY);
    expect_kept("ipc_select", pattern(IPC_SELECT, 17, &m, 0), -EINVAL);
    r = pattern(0x12340000 | IPC_REPLY_RECEIVE | IPC_NONBLOCK, (uint32_t)p1, &m, 0);
    r.edi = (uint32_t)p2;
    expect_kept("0xA0", r, -ENOTREADY);
}

static void test_blocking(void)
{
    static message m;
    struct all_registers r = pattern(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, 3000);

    r.ds = r.es = r.fs = 0;
    expect_kept("a receive that times out", r, -ETIMEDOUT);

    order_plain(p1, PARTNER_FLOOD, 1, (uint32_t)me);
    r = pattern(IPC_RECEIVE, (uint32_t)p1, &m, 0);
    r.gs = 0;
    r.es = 0;
    expect_kept("a receive that waits", r, 0);
    result_of(p1);

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    r = pattern(IPC_SEND_REC, (uint32_t)p1, &m, 0);
    r.fs = 0;
    r.flags |= FLAG_DF | 0x8d5;
    expect_kept("a send_rec with arithmetic flags and DF", r, 0);

    order_all(p1, PARTNER_SERVE,
              &(struct partner_order){.ecx = IPC_RECEIVE, .eax = ANY, .ebx = PARTNER_BUFFER});
    r = pattern(IPC_REQUEST, (uint32_t)p1, &m, 0);
    r.gs = 0;
    r.flags |= FLAG_DF;
    expect_kept("a request", r, 0);
    result_of(p1);
    r = pattern(IPC_RECEIVE_EX | IPC_TIMEOUT, NONE, &m, 3000);
    r.ds = 0;
    expect_kept("an ipc_receive that times out", r, -ETIMEDOUT);

    m = (message){.m_type = SYS_TIME};
    r = pattern(IPC_SEND_REC, SYSTEM, &m, 0);
    r.fs = 0;
    r.flags |= FLAG_DF;
    expect_kept("a call to SYSTEM", r, 0);
}

/* Interrupted by the timer all the while. */
static void test_interrupts(void)
{
    struct all_registers before = pattern(0x11121314, 0x21222324, (void *)0x31323334, 0x41424344);
    unsigned wrong = 0;
    uint64_t start_us = 0;
    uint64_t now = 0;

    before.es = before.fs = 0;
    sys_time(&start_us);
    do {
        struct all_registers after = before;
        spin_all(&after, 1000000);
        wrong += !general_kept(&before, &after) || after.eax != before.eax ||
                 after.esi != before.esi || after.ds != before.ds || after.es != before.es ||
                 after.fs != before.fs || after.gs != before.gs;
        sys_time(&now);
    } while (now - start_us < 100000);
    IS(wrong, 0, "interrupts keep every register, DS and ES as well");
}

void test_registers(void)
{
    test_results();
    test_blocking();
    test_interrupts();
}
