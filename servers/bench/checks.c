/*
 * What the common rendezvous must look at before it acts, tried from outside: each check's
 * condition fails once in a round that is otherwise the common one. A kernel that has lost the
 * check gives itself away.
 */
#include "measure.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdio.h>

#define MORE_THAN_TICKETS 66000u

static struct window request(endpoint_t server, uint32_t flags, uint32_t round)
{
    struct window w = {.eax = (uint32_t)server, .ecx = IPC_REQUEST | flags};
    fill_question(box_out(), round);
    window_int(&w);
    return w;
}

static unsigned answered(endpoint_t server, uint32_t round)
{
    const struct window w = request(server, 0, round);
    return (w.eax != 0) + (w.esi != IPC_CAME_REPLY) + wrong_in_answer(box_in(), round, server) +
           wrong_beside(BY_BOX, round);
}

static unsigned refused(endpoint_t server, uint32_t flags, int error)
{
    return (int)request(server, flags, 1).eax != error;
}

/* A process that may address nobody ends when it is refused, before the start returns. */
static unsigned stranger_refused(endpoint_t server)
{
    char arguments[32];
    endpoint_t stranger;
    snprintf(arguments, sizeof arguments, "denied %d", (int)server);
    return fresh("bench-driver", arguments, &stranger) != 0 ||
           sys_lookup("bench-driver", &stranger) != -ENOENT;
}

static unsigned try_check(endpoint_t server, enum check check)
{
    unsigned wrong = 0;
    if (check == CHECK_TARGET)
        wrong += refused(server + ENDPOINT(1, 0), 0, -EDEADSRCDST) +
                 refused(server - ENDPOINT(1, 0), 0, -EDEADSRCDST) + stranger_refused(server);
    wrong += answered(server, 0);
    if (check == CHECK_SOURCE)
        wrong += refused(server, IPC_NONBLOCK, -ENOTREADY);
    if (check == CHECK_EVENTS)
        wrong += (notify(server) != 0) + answered(server, 1);
    return wrong;
}

/* What the server saw. */
static int add_servers(endpoint_t server, struct figures *f)
{
    message m = {0};
    const int error = ask(server, BENCH_READINGS, &m);
    f->wrong += m.m_words[6];
    return error;
}

int try_checks(struct figures *f)
{
    for (unsigned check = 0; check < CHECKS; check++) {
        endpoint_t server;
        message m = {.m_words = {check}};
        int error = fresh("bench-server", "", &server);
        if (error == 0)
            error = ask(server, BENCH_CHECK, &m);
        if (error < 0)
            return error;
        f->wrong += try_check(server, (enum check)check);
        error = add_servers(server, f);
        if (error < 0)
            return error;
        sample(&f->whole, check);
    }
    return 0;
}

int try_tickets(struct figures *f)
{
    uint32_t nanoseconds;
    endpoint_t server;
    int error = measure_unread(MORE_THAN_TICKETS, &nanoseconds);
    if (error == 0)
        error = sys_lookup("bench-server", &server);
    return error < 0 ? error : add_servers(server, f);
}
