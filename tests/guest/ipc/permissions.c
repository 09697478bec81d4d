/*
 * Permissions and the order of checks: number, permission for the call, endpoint, self, permission
 * for the target, message, state. Processes without rights report through probe.c.
 */
#include "ipc.h"

#include <stdio.h>

/* What the probe module gets for this trap. */
static int probe(const char *module, uint32_t ecx, uint32_t eax, uint32_t ebx)
{
    char arguments[40];
    struct system_death death;

    snprintf(arguments, sizeof arguments, "%x %x %x", (unsigned)ecx, (unsigned)eax, (unsigned)ebx);
    endpoint_t process = start(module, arguments);
    if (sys_watch(process, 1) || !next_death(&death) || death.endpoint != process)
        return 1;
    if (death.cause != DEATH_FAULT || death.status != 14 || death.ip == death.address)
        return 2;
    return -(int)death.address;
}

#define GOOD 1          /* probe.c: its own buffer */
#define OWN  0xffffffff /* probe.c: its own endpoint */
#define BAD  0x70000000 /* not mapped */

static void test_calls_denied(void)
{
    IS(probe("probe-echo", IPC_ECHO, 0, GOOD), 0, "a process that may only echo may echo");
    IS(probe("probe-echo", IPC_SEND, (uint32_t)p1, GOOD), -ETRAPDENIED, "send denied");
    IS(probe("probe-echo", IPC_RECEIVE, ANY, GOOD), -ETRAPDENIED, "receive denied");
    IS(probe("probe-echo", IPC_SEND_REC, (uint32_t)p1, GOOD), -ETRAPDENIED, "send_rec denied");
    IS(probe("probe-echo", IPC_SEND_REC, SYSTEM, GOOD), -ETRAPDENIED,
       "send_rec to SYSTEM denied like any other");
    IS(probe("probe-echo", IPC_IN_OUTBOX, 0, 0), -ETRAPDENIED, "in_outbox denied");
    IS(probe("probe-echo", IPC_NOTIFY, (uint32_t)p1, 0), -ETRAPDENIED, "notify denied");
    IS(probe("probe-echo", IPC_REQUEST, (uint32_t)p1, GOOD), -ETRAPDENIED, "ipc_request denied");
    IS(probe("probe-echo", IPC_REQUEST, SYSTEM, GOOD), -ETRAPDENIED,
       "ipc_request to SYSTEM denied like any other");
    IS(probe("probe-echo", IPC_REPLY, (uint32_t)p1, GOOD), -ETRAPDENIED, "ipc_reply denied");
    IS(probe("probe-echo", IPC_NOTIFY_SET, (uint32_t)p1, 0), -ETRAPDENIED,
       "ipc_notify denied, before its empty set");
    IS(probe("probe-echo", IPC_RECEIVE_EX, ANY, GOOD), -ETRAPDENIED, "ipc_receive denied");
    IS(probe("probe-echo", IPC_SELECT, 0, GOOD), -ETRAPDENIED,
       "ipc_select denied, before its empty set");
    IS(probe("probe-echo", IPC_REPLY_RECEIVE, ANY, GOOD), -ETRAPDENIED, "0xA0 denied");
    IS(probe("probe-reply", IPC_REPLY_RECEIVE, ANY, GOOD), -ETRAPDENIED,
       "0xA0 denied to one that may only reply");
    IS(probe("probe-recv", IPC_REPLY_RECEIVE, ANY, GOOD), -ETRAPDENIED,
       "0xA0 denied to one that may only receive");
    IS(probe("probe-recv", IPC_RECEIVE_EX | IPC_TIMEOUT, (uint32_t)p1, GOOD), -ETIMEDOUT,
       "who may only ipc_receive may, from anybody");
    IS(probe("probe-recv", IPC_RECEIVE | IPC_TIMEOUT, (uint32_t)p1, GOOD), -ETRAPDENIED,
       "but not receive");
    IS(probe("probe-send", IPC_ECHO, 0, GOOD), -ETRAPDENIED, "echo denied");
    IS(probe("probe-send", IPC_RECEIVE | IPC_NONBLOCK, ANY, GOOD), -ETRAPDENIED,
       "receive denied to one that may send");
}

static void test_targets_denied(void)
{
    struct partner_report report;

    IS(probe("probe-send", IPC_SEND, (uint32_t)p2, GOOD), -ECALLDENIED, "send to another target");
    IS(probe("probe-send", IPC_SEND_REC, (uint32_t)p2, GOOD), -ECALLDENIED,
       "send_rec to another target");
    IS(probe("probe-send", IPC_NOTIFY, (uint32_t)p2, 0), -ECALLDENIED, "notify another target");
    IS(probe("probe-reply", IPC_REPLY, (uint32_t)p2, GOOD), -ENOTREADY,
       "a reply needs no permission for its target: the wait is the permission");
    order_and_wait(p1, IPC_RECEIVE, ANY, 0);
    IS(probe("probe-send", IPC_SEND, (uint32_t)p1, GOOD), 0, "send to the permitted target");
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == 0x600d, "arrives");
    order_and_wait(p1, IPC_RECEIVE, ANY, 0);
    IS(probe("probe-send", IPC_NOTIFY, (uint32_t)p1, 0), 0, "notify to the permitted target");
    if (report_of(p1, &report))
        OK(report.result == 0 && report.type == IPC_EVENT_MESSAGE, "arrives");
}

/* Plain programs share one identity: they may call servers, and not each other. */
static void test_user(void)
{
    char arguments[40];

    snprintf(arguments, sizeof arguments, "%x %x %x", IPC_RECEIVE, ANY, GOOD);
    endpoint_t sleeper = start("probe-user2", arguments);
    OK(comes_to(sleeper, PROCESS_RECEIVING, ANY), "a plain program may receive");
    IS(probe("probe-user", IPC_SEND_REC, (uint32_t)sleeper, GOOD), -ECALLDENIED,
       "a plain program may not call another");
    IS(probe("probe-user", IPC_SEND, (uint32_t)p1, GOOD), -ETRAPDENIED,
       "a plain program may not send");
    IS(probe("probe-user", IPC_NOTIFY, (uint32_t)p1, 0), -ETRAPDENIED,
       "a plain program may not notify");
    IS(probe("probe-user", IPC_ECHO, 0, GOOD), 0, "a plain program may echo");
    IS(probe("probe-user", IPC_IN_OUTBOX, GOOD, GOOD), 0, "a plain program may set its boxes");
    IS(probe("probe-user", IPC_ECHO, 0, 0), -EFAULT, "boxes are unset when it starts again");
    IS(probe("probe-user", IPC_SEND_REC | IPC_TIMEOUT, (uint32_t)p1, GOOD), -ETIMEDOUT,
       "a plain program may call a server");
    IS(probe("probe-user", IPC_REQUEST | IPC_TIMEOUT, (uint32_t)p1, GOOD), -ETIMEDOUT,
       "with ipc_request as well");
    IS(probe("probe-user", IPC_REQUEST, (uint32_t)sleeper, GOOD), -ECALLDENIED,
       "but not another plain program");
    IS(probe("probe-user", IPC_RECEIVE_EX | IPC_TIMEOUT, ANY, GOOD), -ETIMEDOUT,
       "a plain program may ipc_receive");
    IS(probe("probe-user", IPC_SELECT, 0, GOOD), -EINVAL, "a plain program may ipc_select");
    IS(probe("probe-user", IPC_REPLY, (uint32_t)p1, GOOD), -ETRAPDENIED,
       "a plain program may not reply");
    IS(probe("probe-user", IPC_NOTIFY_SET, (uint32_t)p1, 0), -ETRAPDENIED,
       "a plain program may not ipc_notify");
    end(sleeper);
}

static void test_order_of_checks(void)
{
    message *bad = (message *)BAD;

    IS(probe("probe-echo", 0x200, (uint32_t)p1, GOOD), -EBADCALL,
       "EBADCALL before ETRAPDENIED: a number that is no call");
    IS(probe("probe-echo", IPC_SEND | 0x4000, (uint32_t)p1, GOOD), -EBADCALL,
       "EBADCALL before ETRAPDENIED: an undefined bit");
    IS(probe("probe-echo", IPC_SEND, ANY, GOOD), -ETRAPDENIED, "ETRAPDENIED before EINVAL");
    IS(probe("probe-echo", IPC_SEND, NEVER_BORN, GOOD), -ETRAPDENIED,
       "ETRAPDENIED before EDEADSRCDST");
    IS(probe("probe-echo", IPC_SEND, OWN, GOOD), -ETRAPDENIED, "ETRAPDENIED before ELOCKED");
    IS(probe("probe-echo", IPC_SEND, (uint32_t)p1, BAD), -ETRAPDENIED, "ETRAPDENIED before EFAULT");
    IS(probe("probe-send", IPC_SEND, NEVER_BORN, GOOD), -EDEADSRCDST,
       "EDEADSRCDST before ECALLDENIED");
    IS(probe("probe-send", IPC_SEND, ANY, GOOD), -EINVAL, "EINVAL before ECALLDENIED");
    IS(probe("probe-send", IPC_SEND, OWN, GOOD), -ELOCKED, "ELOCKED (self) before ECALLDENIED");
    IS(probe("probe-send", IPC_SEND, (uint32_t)p2, BAD), -ECALLDENIED, "ECALLDENIED before EFAULT");
    IS(probe("probe-send", IPC_SEND, (uint32_t)p2, 3), -ECALLDENIED,
       "ECALLDENIED before EINVAL (unaligned)");
    IS(send(NEVER_BORN, bad), -EDEADSRCDST, "EDEADSRCDST before EFAULT");
    IS(send(me, bad), -ELOCKED, "ELOCKED (self) before EFAULT");
    IS(send(ANY, bad), -EINVAL, "EINVAL (name) before EFAULT");
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, bad, 0, NULL), -EFAULT, "EFAULT before ENOTREADY");
    IS(ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, bad, 0, NULL), -EFAULT, "EFAULT before ETIMEDOUT");
    order_and_wait(p1, IPC_SEND, me, 1);
    IS(send(p1, bad), -EFAULT, "EFAULT before ELOCKED (deadlock)");
    receive(p1, &(message){0});
    result_of(p1);
}

static void expect_target(uint32_t call, endpoint_t target, int error, const char *what)
{
    message m = {0};

    IS(trap(call | (call == IPC_NOTIFY ? 0 : IPC_NONBLOCK), (uint32_t)target, &m, 0, NULL), -error,
       "%s 0x%x", what, (unsigned)target);
}

static void test_targets(void)
{
    static const endpoint_t nobody[] = {HARDWARE,
                                        ANY,
                                        NONE,
                                        SELF,
                                        0x3ed,
                                        0x3ff,
                                        -1,
                                        -1000,
                                        (endpoint_t)0x80000000,
                                        (endpoint_t)0x80000400};
    static const endpoint_t never_born[] = {
        NEVER_BORN,       ENDPOINT(0, 300),      ENDPOINT(0, 999),
        ENDPOINT(5, 999), ENDPOINT(0x1fffff, 1), ENDPOINT(0, 256),
        ENDPOINT(0, 255)};

    for (unsigned i = 0; i < sizeof nobody / sizeof *nobody; i++) {
        expect_target(IPC_SEND, nobody[i], EINVAL, "send to");
        expect_target(IPC_SEND_REC, nobody[i], EINVAL, "send_rec to");
        expect_target(IPC_NOTIFY, nobody[i], EINVAL, "notify to");
        expect_target(IPC_REQUEST, nobody[i], EINVAL, "ipc_request to");
        if (i >= 3)
            expect_target(IPC_RECEIVE, nobody[i], EINVAL, "receive from");
    }
    expect_target(IPC_SEND, SYSTEM, EINVAL, "send to");
    expect_target(IPC_NOTIFY, SYSTEM, EINVAL, "notify to");
    expect_target(IPC_RECEIVE, SYSTEM, EINVAL, "receive from");
    for (unsigned i = 0; i < sizeof never_born / sizeof *never_born; i++) {
        expect_target(IPC_SEND, never_born[i], EDEADSRCDST, "send to");
        expect_target(IPC_SEND_REC, never_born[i], EDEADSRCDST, "send_rec to");
        expect_target(IPC_NOTIFY, never_born[i], EDEADSRCDST, "notify to");
        expect_target(IPC_RECEIVE, never_born[i], EDEADSRCDST, "receive from");
        expect_target(IPC_REQUEST, never_born[i], EDEADSRCDST, "ipc_request to");
        expect_target(IPC_RECEIVE_EX, never_born[i], EDEADSRCDST, "ipc_receive from");
    }
}

void test_permissions(void)
{
    test_targets();
    test_calls_denied();
    test_targets_denied();
    test_user();
    test_order_of_checks();
}
