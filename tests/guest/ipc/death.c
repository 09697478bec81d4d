/*
 * Death wakes every kind of waiter, takes the dead out of the queues it was in, drops the events it
 * had set; and an endpoint that outlived its process reaches nobody.
 */
#include "ipc.h"

static void make_die(endpoint_t process, uint32_t cause)
{
    if (cause == DEATH_KILL)
        sys_kill(process);
    else
        order_plain(process, cause == DEATH_EXIT ? PARTNER_EXIT : PARTNER_FAULT, 7, 0);
    OK(comes_to_die(process), "it dies");
}

static void expect_woken(endpoint_t waiter, int error, endpoint_t dead, const char *how,
                         const char *what)
{
    struct partner_report report;

    if (!report_of(waiter, &report))
        return;
    IS(report.result, -error, "%s wakes %s", how, what);
    IS(report.second, dead, "%s: %s is told who", how, what);
}

/* One waiter of each kind on one process, which then ends in one of three ways. */
static void test_wakes(uint32_t cause, const char *how)
{
    endpoint_t doomed = partner_start("p5");

    order_and_wait(p4, IPC_SEND_REC, doomed, 4);
    order(doomed, IPC_RECEIVE, p4, PARTNER_BUFFER, 0, 0);
    result_of(doomed);
    OK(comes_to(p4, PROCESS_ANSWER, doomed), "%s: one waits for an answer", how);
    order_and_wait(p1, IPC_SEND, doomed, 1);
    order_and_wait(p2, IPC_SEND_REC, doomed, 2);
    order_and_wait(p3, IPC_RECEIVE, doomed, 3);
    make_die(doomed, cause);
    expect_woken(p1, EDEADSRCDST, doomed, how, "a sender in the queue");
    expect_woken(p2, EDEADSRCDST, doomed, how, "a send_rec in the queue");
    expect_woken(p3, EDEADSRCDST, doomed, how, "a receiver");
    expect_woken(p4, EREPLYDEAD, doomed, how, "one that waits for its answer");
}

static void test_wakes_timed(void)
{
    endpoint_t doomed = partner_start("p5");

    order(p1, IPC_SEND | IPC_TIMEOUT, doomed, PARTNER_BUFFER, PATIENCE_US, 1);
    comes_to(p1, PROCESS_SENDING, doomed);
    order(p2, IPC_RECEIVE | IPC_TIMEOUT, doomed, PARTNER_BUFFER, PATIENCE_US, 1);
    comes_to(p2, PROCESS_RECEIVING, doomed);
    end(doomed);
    expect_woken(p1, EDEADSRCDST, doomed, "death", "a timed sender");
    expect_woken(p2, EDEADSRCDST, doomed, "death", "a timed receiver");
}

/* The judge's own waits end, too. */
static void test_wakes_judge(void)
{
    endpoint_t doomed = partner_start("p5");
    message m = {.m_type = PARTNER_EXIT};
    uint32_t second = 0;

    IS(trap(IPC_SEND_REC, (uint32_t)doomed, &m, 0, &second), -EREPLYDEAD,
       "who took a request and exits answers EREPLYDEAD");
    IS(second, doomed, "and the second result is the dead one");
    doomed = partner_start("p5");
    order_plain(doomed, PARTNER_KILL_SELF, 0, 0);
    IS(receive(doomed, &m), -EDEADSRCDST, "receive from one that kills itself");
}

/* Dying at the head, in the middle and at the end of a queue leaves the others as they were. */
static void test_leaves_queue(void)
{
    message m;

    for (unsigned place = 0; place < 3; place++) {
        endpoint_t doomed = partner_start("p5");
        endpoint_t queue[3];
        unsigned right = 0;

        queue[place] = doomed;
        queue[(place + 1) % 3] = p1;
        queue[(place + 2) % 3] = p2;
        for (unsigned i = 0; i < 3; i++)
            order_and_wait(queue[i], i == 1 ? IPC_SEND_REC : IPC_SEND, me, (int32_t)(0xe0 + i));
        end(doomed);
        for (unsigned i = 0; i < 3; i++) {
            if (i == place)
                continue;
            receive(ANY, &m);
            right += m.m_source == queue[i] && message_is(&m, (int32_t)(0xe0 + i));
            if (i == 1)
                send(queue[i], &m);
        }
        IS(right, 2, "death at place %u of a queue leaves the others in order", place);
        IS(result_of(p1), 0, "and they succeed");
        IS(result_of(p2), 0, "both");
        IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY, "nothing is left");
    }
}

static void test_drops_events(void)
{
    endpoint_t doomed = partner_start("p5");
    message m;

    order_silent(doomed, IPC_NOTIFY, me, 0, 0);
    order_silent(p1, IPC_NOTIFY, doomed, 0, 0);
    end(doomed);
    IS(ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, NULL), -ENOTREADY,
       "a source's death drops the events that nobody took yet");
    doomed = partner_start("p5");
    order(doomed, IPC_RECEIVE | IPC_NONBLOCK, p1, PARTNER_BUFFER, 0, 0);
    IS(result_of(doomed), -ENOTREADY, "events for the dead do not reach its successor");
    order(doomed, IPC_RECEIVE, p1, PARTNER_BUFFER, 0, 0);
    nap(20000);
    OK(comes_to(doomed, PROCESS_RECEIVING, p1), "nor do its deadlines");
    end(doomed);
}

/* A client that dies while it waits for its answer. */
static void test_dead_client(void)
{
    endpoint_t doomed = partner_start("p5");
    message m;
    uint32_t second = 0;

    order_and_wait(doomed, IPC_SEND_REC, me, 0xe5);
    receive(doomed, &m);
    end(doomed);
    IS(trap(IPC_SEND, (uint32_t)doomed, &m, 0, &second), -EDEADSRCDST,
       "an answer to a client that died meanwhile");
    IS(second, doomed, "names the client");
}

void test_death(void)
{
    test_wakes(DEATH_KILL, "kill");
    test_wakes(DEATH_EXIT, "exit");
    test_wakes(DEATH_FAULT, "a fault");
    test_wakes_timed();
    test_wakes_judge();
    test_leaves_queue();
    test_drops_events();
    test_dead_client();
}

static unsigned dead_answers(endpoint_t dead)
{
    message m = {0};
    uint32_t second = 0;
    unsigned right = 0;

    right += trap(IPC_SEND, (uint32_t)dead, &m, 0, &second) == -EDEADSRCDST;
    right += second == (uint32_t)dead;
    right += trap(IPC_RECEIVE, (uint32_t)dead, &m, 0, NULL) == -EDEADSRCDST;
    right += trap(IPC_SEND_REC, (uint32_t)dead, &m, 0, NULL) == -EDEADSRCDST;
    right += trap(IPC_NOTIFY, (uint32_t)dead, NULL, 0, NULL) == -EDEADSRCDST;
    right += trap(IPC_REQUEST, (uint32_t)dead, &m, 0, NULL) == -EDEADSRCDST;
    right += ipc_notify(dead, 1) == -EDEADSRCDST;
    right += ipc_receive(dead, 1, &m) == -EDEADSRCDST;
    right += ipc_reply_ticket(dead, &m, 1) == -ENOTREADY;
    right += trap(IPC_SEND | IPC_NONBLOCK, (uint32_t)dead, &m, 0, NULL) == -EDEADSRCDST;
    right += sys_kill(dead) == -EDEADSRCDST;
    right += sys_watch(dead, 1) == -EDEADSRCDST;
    return right;
}

/* So often that every slot comes round again. */
void test_generations(void)
{
    static endpoint_t former[300];
    unsigned right = 0;
    unsigned grown = 0;
    unsigned reused = 0;

    for (unsigned i = 0; i < 300; i++) {
        former[i] = start("p5", "");
        sys_kill(former[i]);
        right += dead_answers(former[i]);
        for (unsigned j = 0; j < i; j++)
            if (endpoint_slot(former[j]) == endpoint_slot(former[i])) {
                reused++;
                grown += endpoint_generation(former[i]) > endpoint_generation(former[j]);
            }
    }
    IS(right, 300 * 12, "the endpoint of the dead answers EDEADSRCDST to every call");
    OK(reused > 0, "slots are used again");
    IS(grown, reused, "each time with a greater generation");

    endpoint_t successor = partner_start("p5");
    for (unsigned i = right = 0; i < 300; i++)
        right += dead_answers(former[i]);
    IS(right, 300 * 12, "old endpoints never reach the successor");
    OK(answers(successor), "which answers under its own");
    end(successor);
    OK(former[0] > 0 && former[299] > 0, "endpoints are positive");
}
