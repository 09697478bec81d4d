/*
 * Boxes and pointers: the fixed boxes of in_outbox, what may be one, what a call's own pointer may
 * be, and messages that lie across two pages.
 */
#include "ipc.h"

#include <stdlib.h>

static uint8_t pages[4 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
static const message in_text = {.m_type = 0x77};

static message *at(unsigned offset)
{
    return (message *)(pages + offset);
}

/* Not written to, so that it stays in read-only memory. */
static message *read_only(void)
{
    return (message *)(uintptr_t)&in_text;
}

#define UNALIGNED   ((message *)(pages + 2))
#define UNMAPPED    ((message *)0x70000000)
#define KERNEL      ((message *)0xc0100000)
#define KERNEL_EDGE ((message *)0xbffffff0)
#define WRAPPING    ((message *)0xfffffff0)

static void test_no_box(void)
{
    uint32_t second = 0;

    IS(trap(IPC_ECHO, 0, NULL, 0, &second), -EFAULT, "echo(NULL) without boxes");
    IS(second, me, "a bad message is the caller's own fault");
    IS(send(p1, NULL), -EFAULT, "send(NULL) without an out-box");
    IS(receive(ANY, NULL), -EFAULT, "receive(NULL) without an in-box");
    IS(send_rec(p1, NULL), -EFAULT, "send_rec(NULL) without boxes");
    IS(send_rec(SYSTEM, NULL), -EFAULT, "send_rec(SYSTEM, NULL) without boxes");
    IS(ipc_request(p1, NULL), -EFAULT, "ipc_request(NULL) without boxes");
    IS(ipc_request(SYSTEM, NULL), -EFAULT, "ipc_request(SYSTEM, NULL) without boxes");
    IS(ipc_reply(p1, NULL), -EFAULT, "ipc_reply(NULL) without an out-box");
    IS(ipc_receive(ANY, 0, NULL), -EFAULT, "ipc_receive(NULL) without an in-box");
}

static void test_one_box(void)
{
    message *in = at(0);
    message *out = at(64);

    IS(in_outbox(NULL, out), 0, "in_outbox sets an out-box alone");
    IS(receive(ANY, NULL), -EFAULT, "the in-box is still missing for receive");
    IS(send_rec(p1, NULL), -EFAULT, "and for send_rec, which delivers nothing");
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), -EFAULT, "and for echo");
    IS(ipc_request(p1, NULL), -EFAULT, "and for ipc_request");
    IS(ipc_receive(ANY, 0, NULL), -EFAULT, "and for ipc_receive");
    IS(ipc_reply_receive(NONE, NULL, 0, ANY, 0, NULL), -EFAULT,
       "and for 0xA0, even with nobody to answer");
    IS(ipc_reply(p1, NULL), -ENOTREADY, "but ipc_reply needs no more");
    IS(in_outbox(in, NULL), 0, "in_outbox sets an in-box, and NULL leaves the other");
    message_fill(out, 0xb1);
    memset(in, 0, sizeof *in);
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), 0, "echo(NULL) with both boxes");
    OK(message_is(in, 0xb1) && in->m_source == me, "goes from the out-box to the in-box");
    OK(message_is(out, 0xb1) && out->m_source == 0x0badbad0, "and leaves the out-box alone");
    IS(in_outbox(NULL, NULL), 0, "in_outbox(NULL, NULL) is legal");
    memset(in, 0, sizeof *in);
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), 0, "and changes nothing");
    OK(message_is(in, 0xb1), "as echo shows");
}

static void test_box_calls(void)
{
    message *in = at(0);
    message *out = at(64);
    message own;
    struct partner_report report;

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    message_fill(out, 0xb2);
    IS(send(p1, NULL), 0, "send(NULL) sends the out-box");
    if (report_of(p1, &report))
        OK(report.type == 0xb2 && report.sum == message_sum(out), "as it is at that moment");

    order_and_wait(p1, IPC_SEND, me, 0xb3);
    IS(receive(p1, NULL), 0, "receive(NULL) receives into the in-box");
    OK(message_is(in, 0xb3) && in->m_source == p1, "the whole message");
    result_of(p1);

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    message_fill(out, 0xb4);
    IS(send_rec(p1, NULL), 0, "send_rec(NULL): out-box there, in-box back");
    OK(in->m_type == PARTNER_REPORT && message_is(out, 0xb4), "and the out-box is left alone");

    order_and_wait(p1, IPC_SEND, me, 0xb5);
    memset(in, 0, sizeof *in);
    IS(receive(p1, &own), 0, "an explicit pointer with boxes set");
    OK(message_is(&own, 0xb5), "gets the message");
    IS(in->m_type, 0, "and the in-box does not");
    result_of(p1);
    order_and_wait(p1, IPC_SEND, me, 0xb6);
    IS(receive(p1, NULL), 0, "after it NULL still means the box");
    OK(message_is(in, 0xb6), "which it reaches");
    result_of(p1);
}

/* SYSTEM through boxes: the answer comes into the in-box. */
static void test_box_system(void)
{
    message *in = at(0);
    message *out = at(64);

    *out = (message){.m_type = SYS_TIME};
    memset(in, 0xff, sizeof *in);
    IS(send_rec(SYSTEM, NULL), 0, "send_rec(SYSTEM, NULL) uses the boxes");
    OK(in->m_source == SYSTEM && in->m_type == 0 && in->m_words[3] != 0,
       "its answer is in the box");
    IS(out->m_type, SYS_TIME, "its request is left alone");
}

/* A box whose process waits: the event or message comes in while it is asleep. */
static void test_box_blocked(void)
{
    message *in = at(0);

    order_plain(p1, PARTNER_FLOOD, 1, (uint32_t)me);
    IS(receive(p1, NULL), 0, "a receive that waited delivers into the box");
    OK(message_is(in, 1), "the whole message");
    result_of(p1);
    sys_alarm(1000);
    memset(in, 0xff, sizeof *in);
    IS(receive(HARDWARE, NULL), 0, "an event too");
    OK(in->m_source == HARDWARE && in->m_words[0] == EVENT_ALARM && in->m_words[6] == 0,
       "into the box");
}

static void expect_box(message *in, message *out, int error, const char *what)
{
    uint32_t second = 0;

    IS(trap(IPC_IN_OUTBOX, (uint32_t)in, out, 0, &second), -error, "in_outbox: %s", what);
    if (error)
        IS(second, me, "in_outbox: %s is the caller's fault", what);
}

static void test_box_errors(void)
{
    message *in = at(0);
    message *out = at(64);

    expect_box(UNALIGNED, NULL, EINVAL, "unaligned in-box");
    expect_box(NULL, UNALIGNED, EINVAL, "unaligned out-box");
    expect_box(at(1), NULL, EINVAL, "in-box one byte off");
    expect_box(at(PAGE_BYTES - 32), NULL, EINVAL, "in-box across two pages");
    expect_box(NULL, at(PAGE_BYTES - 4), EINVAL, "out-box across two pages");
    expect_box(UNMAPPED, NULL, EFAULT, "unmapped in-box");
    expect_box(NULL, UNMAPPED, EFAULT, "unmapped out-box");
    expect_box(KERNEL, NULL, EFAULT, "in-box in the kernel");
    expect_box(NULL, KERNEL, EFAULT, "out-box in the kernel");
    expect_box((message *)0xffffffdc, NULL, EFAULT, "in-box in the last 36 bytes of memory");
    expect_box((message *)4, NULL, EFAULT, "in-box in the first page");
    expect_box(read_only(), NULL, EFAULT, "read-only in-box");
    expect_box(in, UNMAPPED, EFAULT, "good in-box, bad out-box");
    expect_box(UNMAPPED, out, EFAULT, "bad in-box, good out-box");
    IS(trap(IPC_IN_OUTBOX, (uint32_t)at(128), UNMAPPED, 0, NULL), -EFAULT,
       "a call that fails for one box");
    message_fill(out, 0xb7);
    memset(in, 0, sizeof *in);
    memset(at(128), 0, sizeof *in);
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), 0, "leaves the boxes of before");
    OK(message_is(in, 0xb7) && at(128)->m_type == 0, "both of them");

    expect_box(NULL, read_only(), 0, "read-only out-box is fine");
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), 0, "and is read from");
    IS(in->m_type, 0x77, "as echo shows");
    expect_box(at(PAGE_BYTES - 36), at(2 * PAGE_BYTES - 36), 0, "boxes that end with their page");
    message_fill(at(2 * PAGE_BYTES - 36), 0xb8);
    trap(IPC_ECHO, 0, NULL, 0, NULL);
    OK(message_is(at(PAGE_BYTES - 36), 0xb8), "work");
    expect_box(at(256), at(256), 0, "one box for both");
    message_fill(at(256), 0xb9);
    IS(trap(IPC_ECHO, 0, NULL, 0, NULL), 0, "works too");
    OK(message_is(at(256), 0xb9) && at(256)->m_source == me, "in place");
}

void test_boxes(void)
{
    test_no_box();
    test_one_box();
    test_box_calls();
    test_box_system();
    test_box_blocked();
    test_box_errors();
}

static void expect_bad(message *m, int error, const char *what)
{
    uint32_t second = 0;

    IS(trap(IPC_SEND, (uint32_t)p1, m, 0, &second), -error, "send: %s", what);
    IS(second, me, "send: %s is the caller's fault", what);
    IS(trap(IPC_RECEIVE, ANY, m, 0, &second), -error, "receive: %s", what);
    IS(second, me, "receive: %s is the caller's fault", what);
    IS(trap(IPC_SEND_REC, (uint32_t)p1, m, 0, NULL), -error, "send_rec: %s", what);
    IS(trap(IPC_SEND_REC, SYSTEM, m, 0, NULL), -error, "send_rec(SYSTEM): %s", what);
    IS(trap(IPC_ECHO, 0, m, 0, NULL), -error, "echo: %s", what);
    IS(trap(IPC_RECEIVE | IPC_NONBLOCK, ANY, m, 0, NULL), -error, "NONBLOCK receive: %s", what);
    IS(trap(IPC_SEND | IPC_TIMEOUT, (uint32_t)p1, m, 0, NULL), -error, "timed send: %s", what);
}

static void test_bad_pointers(void)
{
    expect_bad((message *)4, EFAULT, "first page");
    expect_bad(UNALIGNED, EINVAL, "unaligned");
    expect_bad(at(3), EINVAL, "three bytes off");
    expect_bad(UNMAPPED, EFAULT, "unmapped");
    expect_bad(KERNEL, EFAULT, "kernel");
    expect_bad((message *)0xc0000000, EFAULT, "the kernel's first byte");
    expect_bad(KERNEL_EDGE, EFAULT, "straddling into the kernel");
    expect_bad(WRAPPING, EFAULT, "wrapping around");
    expect_bad((message *)0xfffffffc, EFAULT, "the last word");
    expect_bad((message *)(USER_STACK_TOP - 16), EFAULT, "straddling the end of the stack");
    IS(trap(IPC_RECEIVE, ANY, read_only(), 0, NULL), -EFAULT, "receive into read-only memory");
    IS(trap(IPC_SEND_REC, (uint32_t)p1, read_only(), 0, NULL), -EFAULT,
       "send_rec with a read-only message");
    IS(trap(IPC_ECHO, 0, read_only(), 0, NULL), -EFAULT, "echo of a read-only message");
    order_and_wait(p1, IPC_RECEIVE, me, 0);
    IS(send(p1, read_only()), 0, "send from read-only memory is fine");
    struct partner_report report;
    if (report_of(p1, &report))
        IS(report.type, 0x77, "and arrives");
    IS(in_text.m_type, 0x77, "read-only memory is as it was");
}

/* The other side never notices a bad pointer. */
static void test_guilty_side(void)
{
    message m;

    order_and_wait(p1, IPC_RECEIVE, me, 0);
    IS(send(p1, UNMAPPED), -EFAULT, "a bad send to a waiting receiver");
    OK(comes_to(p1, PROCESS_RECEIVING, me), "leaves it waiting");
    message_fill(&m, 0xc1);
    IS(send(p1, &m), 0, "for a good one");
    struct partner_report report;
    if (report_of(p1, &report))
        IS(report.type, 0xc1, "which it gets");
    order_and_wait(p1, IPC_SEND, me, 0xc2);
    IS(receive(p1, UNMAPPED), -EFAULT, "a bad receive from a waiting sender");
    OK(comes_to(p1, PROCESS_SENDING, me), "leaves it waiting");
    IS(receive(p1, &m), 0, "for a good one");
    OK(message_is(&m, 0xc2), "that gets the message");
    result_of(p1);
    order(p1, IPC_SEND_REC, me, 0xbffffff0, 0, 0);
    IS(result_of(p1), -EFAULT, "a partner's own bad pointer is the partner's error");
}

/* Every way in which nine words can lie across two pages, at either side and at both. */
static void test_straddle(void)
{
    unsigned sent = 0;
    unsigned received = 0;
    unsigned echoed = 0;
    unsigned called = 0;
    unsigned outside = 0;

    for (unsigned offset = PAGE_BYTES - 32; offset < PAGE_BYTES; offset += 4) {
        struct partner_report report = {0};
        message *m = at(offset);
        uint32_t ebx = offset % 8 ? PARTNER_BUFFER : PARTNER_STRADDLE;

        memset(pages, 0xee, 2 * PAGE_BYTES);
        order(p1, IPC_RECEIVE, me, ebx, 0, 0);
        comes_to(p1, PROCESS_RECEIVING, me);
        message_fill(m, (int32_t)offset);
        uint32_t sum = message_sum(m);
        sent +=
            send(p1, m) == 0 && report_of(p1, &report) && report.sum == sum && report.source == me;
        memset(m, 0, sizeof *m);
        order(p1, IPC_SEND, me, ebx, 0, (int32_t)offset + 1);
        received += receive(p1, m) == 0 && message_is(m, (int32_t)offset + 1) && m->m_source == p1;
        result_of(p1);
        message_fill(m, (int32_t)offset + 2);
        echoed += echo(m) == 0 && message_is(m, (int32_t)offset + 2) && m->m_source == me;
        order(p1, IPC_RECEIVE, me, ebx, 0, 0);
        message_fill(m, (int32_t)offset + 3);
        called += send_rec(p1, m) == 0 && m->m_type == PARTNER_REPORT &&
                  m->m_words[3] == (uint32_t)offset + 3;
        for (unsigned i = 0; i < 2 * PAGE_BYTES; i++)
            outside += (i < offset || i >= offset + MESSAGE_BYTES) && pages[i] != 0xee;
    }
    IS(sent, 8, "send of messages across two pages, to such as well");
    IS(received, 8, "receive into messages across two pages, from such as well");
    IS(echoed, 8, "echo of messages across two pages");
    IS(called, 8, "send_rec with messages across two pages");
    IS(outside, 0, "nothing beside the messages was written");
}

/* Asleep in receive when it comes. */
static void test_straddle_blocked(void)
{
    message *m = at(PAGE_BYTES - 20);

    order_plain(p1, PARTNER_FLOOD, 1, (uint32_t)me);
    IS(receive(p1, m), 0, "a receive that waits, across two pages");
    OK(message_is(m, 1) && m->m_source == p1, "is delivered whole");
    result_of(p1);
    memset(m, 0xff, sizeof *m);
    sys_alarm(1000);
    IS(receive(HARDWARE, m), 0, "an event across two pages");
    OK(m->m_source == HARDWARE && m->m_words[0] == EVENT_ALARM && !m->m_words[1] && !m->m_words[6],
       "is delivered whole");
    order_silent(p1, IPC_NOTIFY, me, 0, 0);
    memset(m, 0xff, sizeof *m);
    IS(receive(p1, m), 0, "a pending event across two pages");
    OK(m->m_source == p1 && m->m_words[0] == EVENT_NOTIFY && !m->m_words[6], "is delivered whole");
    *m = (message){.m_type = SYS_TIME};
    IS(send_rec(SYSTEM, m), 0, "SYSTEM answers across two pages");
    OK(m->m_source == SYSTEM && m->m_type == 0 && m->m_words[3], "whole");
}

/* Two explicit messages that overlap each other's pages: sender and receiver are one buffer apart.
 */
static void test_heap_end(void)
{
    uint8_t *top = malloc(64);

    OK(top != NULL, "there is a heap");
    message *edge = (message *)(USER_HEAP + 64 * 1024 - 16);
    IS(echo(edge), -EFAULT, "a message that straddles the end of the heap");
    message *last = (message *)(USER_HEAP + 64 * 1024 - MESSAGE_BYTES);
    message_fill(last, 0xc7);
    IS(echo(last), 0, "one that ends with the heap");
    OK(message_is(last, 0xc7), "is echoed whole");
    free(top);
}

void test_pointers(void)
{
    test_bad_pointers();
    test_guilty_side();
    test_straddle();
    test_straddle_blocked();
    test_heap_end();
}
