/*
 * What the common rendezvous must look at before it acts, tried from outside: each check's
 * condition fails once in a round that is otherwise the common one, with boxes and with messages
 * of their own. A kernel that has lost the check gives itself away.
 */
#include "measure.h"

#include <abi/system.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <stdio.h>

#define MORE_THAN_TICKETS 66000u
#define DEADLINE_US       500u /* less than the server's alarm */
#define DIRECTION_FLAG    0x400u
#define KERNELS_LOOKED_AT (32u << 20)
#define USER_DATA         0x23u

static endpoint_t server;
static enum way way;

static message *own(uint32_t round)
{
    return way == BY_BOX ? box_out() : place(way, round);
}

static struct window request(endpoint_t target, uint32_t flags, message *m,
                             void (*gate)(struct window *w))
{
    struct window w = {.eax = (uint32_t)target,
                       .ebx = way == BY_BOX ? 0 : (uint32_t)m,
                       .ecx = IPC_REQUEST | flags};
    gate(&w);
    return w;
}

static unsigned wrong_answer(const struct window *w, const message *m, uint32_t round)
{
    return (w->eax != 0) + (w->esi != IPC_CAME_REPLY) +
           wrong_in_answer(way == BY_BOX ? box_in() : m, round, server) + wrong_beside(way, round);
}

static unsigned answered(uint32_t round)
{
    message *m = own(round);
    fill_question(m, round);
    const struct window w = request(server, 0, m, window_int);
    return wrong_answer(&w, m, round);
}

static unsigned refused(endpoint_t target, uint32_t flags, int error)
{
    message *m = own(2);
    fill_question(m, 2);
    return (int)request(target, flags, m, window_int).eax != error;
}

static unsigned too_late(void)
{
    message *m = own(0);
    fill_question(m, 0);
    struct window w = {.eax = (uint32_t)server,
                       .ebx = way == BY_BOX ? 0 : (uint32_t)m,
                       .ecx = IPC_REQUEST | IPC_TIMEOUT,
                       .esi = DEADLINE_US};
    window_int(&w);
    return (int)w.eax != -EREPLYTIMEDOUT;
}

/* ---- Each check --------------------------------------------------------------------------------
 */

/* A process that may address nobody ends when it is refused, before the start returns. */
static unsigned stranger_refused(void)
{
    char arguments[32];
    endpoint_t stranger;
    snprintf(arguments, sizeof arguments, "denied%s %d",
             way == BY_BOX       ? ""
             : way == BY_POINTER ? "-pointer"
                                 : "-straddle",
             (int)server);
    return fresh("bench-driver", arguments, &stranger) != 0 ||
           sys_lookup("bench-driver", &stranger) != -ENOENT;
}

static unsigned wrong_target(void)
{
    return refused(server + ENDPOINT(1, 0), 0, -EDEADSRCDST) +
           refused(server - ENDPOINT(1, 0), 0, -EDEADSRCDST) + stranger_refused();
}

/* DF and GS come back as they were, DS and ES flat. */
static unsigned strange_state(uint32_t round)
{
    message *m = own(round);
    fill_question(m, round);
    const struct window w = request(server, 0, m, window_strange);
    return wrong_answer(&w, m, round) + ((w.segments[0] & 0xffff) != USER_DATA) +
           ((w.segments[1] & 0xffff) != USER_DATA) + ((w.segments[2] & 0xffff) != 0) +
           ((w.segments[3] & 0xffff) != USER_DATA) + ((w.flags & DIRECTION_FLAG) == 0);
}

struct counts {
    uint32_t sent, received;
};

static struct counts counts_of(endpoint_t process)
{
    struct process_info info = {0};
    (void)sys_process(endpoint_slot(process), &info);
    return (struct counts){info.messages_sent, info.messages_received};
}

/* Two rounds are two messages each way; what the looking itself adds is found by looking twice. */
static unsigned wrong_counts(void)
{
    const endpoint_t processes[] = {server, self()};
    unsigned wrong = 0;
    struct counts before[2], between[2], after[2];
    for (unsigned i = 0; i < 2; i++)
        before[i] = counts_of(processes[i]);
    for (unsigned i = 0; i < 2; i++)
        between[i] = counts_of(processes[i]);
    wrong += answered(0) + answered(1);
    for (unsigned i = 0; i < 2; i++) {
        after[i] = counts_of(processes[i]);
        wrong += after[i].sent - between[i].sent != between[i].sent - before[i].sent + 2;
        wrong +=
            after[i].received - between[i].received != between[i].received - before[i].received + 2;
    }
    return wrong;
}

static unsigned refused_at(uint32_t address, int error)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): that is what is tried */
    return (int)request(server, 0, (message *)address, window_int).eax != error;
}

/* A message whose second page is not there: where the pages end that this stack is in. */
static uint32_t end_of_stack(void)
{
    uint32_t page = (uint32_t)__builtin_frame_address(0) & ~(PAGE_BYTES - 1);
    struct window w;
    do {
        page += PAGE_BYTES;
        w = (struct window){.ebx = page - 4, .ecx = IPC_ECHO};
        window_int(&w);
    } while ((int)w.eax == 0);
    return page - 4;
}

/* The kernel sees the machine's memory there. Were it believed to be page tables, some of it would
   look as if it named a page of this process. */
static unsigned kernels_half_refused(void)
{
    unsigned wrong = 0;
    for (uint32_t address = USER_END; address < USER_END + KERNELS_LOOKED_AT; address += PAGE_BYTES)
        wrong += refused_at(address, -EFAULT);
    return wrong;
}

/* Where no message may be that is also written to. */
static unsigned wrong_places(void)
{
    static const message constant;
    if (way == BY_BOX)
        return 0;
    const struct {
        uint32_t address;
        int error;
    } places[] = {
        {(uint32_t)place(BY_POINTER, 0) + 1, -EINVAL},
        {(uint32_t)place(BY_POINTER, 0) + 2, -EINVAL},
        {end_of_stack(), -EFAULT},
        {(uint32_t)&constant, -EFAULT},
        {0x1000, -EFAULT},
        {0x40000000, -EFAULT},
        {USER_END - MESSAGE_BYTES, -EFAULT},
        {USER_END, -EFAULT},
        {0xc0100000, -EFAULT},
        {0xfffff000, -EFAULT},
        {0xffffffe0, -EFAULT},
    };
    unsigned wrong = 0;
    for (unsigned i = 0; i < sizeof places / sizeof *places; i++) {
        wrong += refused_at(places[i].address, places[i].error);
    }
    return wrong + kernels_half_refused();
}

static unsigned late_started(void)
{
    char arguments[32];
    endpoint_t late;
    snprintf(arguments, sizeof arguments, "late %d", (int)server);
    return fresh("bench-raiser", arguments, &late) != 0;
}

static unsigned try_check(enum check check)
{
    unsigned wrong = check == CHECK_QUEUED ? late_started() : 0;
    wrong += answered(ROUND_BEFORE);
    if (check == CHECK_COUNTS)
        return wrong + wrong_counts();
    if (check == CHECK_FLAGS)
        return wrong + too_late() + answered(1);
    if (check == CHECK_STATE)
        return wrong + strange_state(0) + strange_state(1);
    if (check == CHECK_TARGET)
        wrong += wrong_target();
    if (check == CHECK_PLACES)
        wrong += wrong_places();
    wrong += answered(0);
    if (check == CHECK_SOURCE)
        return wrong + refused(server, IPC_NONBLOCK, -ENOTREADY);
    if (check == CHECK_EVENTS)
        wrong += notify(server) != 0;
    if (check == CHECK_TICKET || check == CHECK_NAME || check == CHECK_NESTED)
        return wrong;
    return wrong + answered(1);
}

/* ---- All of them -------------------------------------------------------------------------------
 */

/* What the server saw. */
static int add_servers(struct figures *f)
{
    message m = {0};
    const int error = ask(server, BENCH_READINGS, &m);
    f->wrong += m.m_words[6];
    return error;
}

/* Asks another in between, so that nothing of the last wait is what the next one needs. */
static int begin(enum check check)
{
    endpoint_t slow = NONE;
    message m = {.m_words = {check, (uint32_t)way}}, other = {0};
    int error = fresh("bench-server", "", &server);
    if (error == 0)
        error = fresh("bench-driver", "slow", &slow);
    if (error == 0)
        error = ask(server, BENCH_CHECK, &m);
    return error < 0 ? error : ask(slow, 0, &other);
}

void try_checks(void (*each)(const char *name, int error, struct figures *f))
{
    static const char *const names[CHECKS] = {"target", "source", "events", "ticket",
                                              "name",   "nested", "queued", "flags",
                                              "state",  "counts", "places"};
    static const struct {
        enum way way;
        const char *name;
    } ways[] = {{BY_BOX, "boxes"}, {BY_POINTER, "messages"}, {BY_STRADDLE, "two pages"}};
    for (unsigned i = 0; i < 3 * CHECKS; i++) {
        struct figures f = {0};
        char name[40];
        way = ways[i % 3].way;
        snprintf(name, sizeof name, "check of %s by %s", names[i / 3], ways[i % 3].name);
        int error = begin((enum check)(i / 3));
        if (error == 0) {
            f.wrong = try_check((enum check)(i / 3));
            error = add_servers(&f);
        }
        each(name, error, &f);
    }
}

int try_tickets(struct figures *f)
{
    uint32_t nanoseconds;
    int error = measure_unread(BY_BOX, MORE_THAN_TICKETS, &nanoseconds);
    if (error == 0)
        error = measure_unread(BY_STRADDLE, MORE_THAN_TICKETS, &nanoseconds);
    if (error == 0)
        error = sys_lookup("bench-server", &server);
    return error < 0 ? error : add_servers(f);
}
