/*
 * A client that works while servers are killed: its argument says with what. Each answer is held
 * against what is known from elsewhere. Ends when it is notified, with a status of recovery.h; the
 * log says how much was done and what was wrong.
 */
#include "recovery.h"

#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/supervisor.h>
#include <proto/tty.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MEMORY_BYTES 8192

static unsigned done, not_repeated;
static bool nothing_lost; /* the judge only replaces servers: no request may be lost */

static _Noreturn void finish(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static _Noreturn void finish(int status, const char *format, ...)
{
    char line[200];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    line[length] = '\n';
    sys_log_write(line, (size_t)length + 1);
    sys_exit(status);
}

static bool told_to_end(void)
{
    message m;
    uint32_t second;
    return ipc_call(IPC_RECEIVE | IPC_NONBLOCK, ANY, &m, 0, &second) == 0 &&
           IPC_CAME(second) == IPC_CAME_EVENTS;
}

static uint64_t join(const uint32_t *words)
{
    return (uint64_t)words[1] << 32 | words[0];
}

/* A clock that was restarted must not go back, nor away from the kernel's. */
static void ask_clock(struct service *s)
{
    static uint64_t last_wall;
    uint64_t before, after;
    message m = {.m_type = CLOCK_UPTIME};
    sys_time(&before);
    int error = service_request(s, &m);
    sys_time(&after);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: clock, uptime: error %d", -error);
    if (join(m.m_words) < before || join(m.m_words) > after)
        finish(WORKER_WRONG, "worker: clock, uptime: not between two looks at the kernel's");
    m = (message){.m_type = CLOCK_WALL};
    error = service_request(s, &m);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: clock, wall: error %d", -error);
    uint64_t wall = join(m.m_words) * 1000000 + m.m_words[2];
    if (wall < last_wall)
        finish(WORKER_WRONG, "worker: clock, wall: went back by %u us",
               (unsigned)(last_wall - wall));
    last_wall = wall;
}

/* Never early, however often the clock dies meanwhile. */
static void ask_sleep(struct service *s)
{
    uint64_t began, ended;
    message m = {.m_type = CLOCK_SLEEP};
    sys_time(&began);
    struct clock_sleep asked = {
        .microseconds_low = 20000, .began_low = (uint32_t)began, .began_high = began >> 32};
    memcpy(m.m_words, &asked, sizeof asked);
    int error = service_request(s, &m);
    sys_time(&ended);
    /* Three clocks may have died with it: then the client has to say that it wants it again. */
    if (error < 0 && (error != -EREPLYDEAD || nothing_lost))
        finish(WORKER_NO_REPLY, "worker: sleep: error %d", -error);
    if (error == 0 && ended - began < 20000)
        finish(WORKER_WRONG, "worker: sleep: %u us early", (unsigned)(20000 - (ended - began)));
}

/* The name is that of the module, so the kernel knows who has it. */
static void ask_names(struct service *s)
{
    endpoint_t published, before = NONE, after = NONE;
    message m = {.m_type = PROTO_PING, .m_words = {done, 1, 2, 3, 4, 5, ~done}};
    const message sent = m;
    sys_lookup(s->name, &before);
    int error = names_lookup(s->name, &published);
    sys_lookup(s->name, &after);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: names: %s: error %d", s->name, -error);
    s->endpoint = published;
    error = service_request(s, &m);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: ping %s: error %d", s->name, -error);
    if (memcmp(m.m_words, sent.m_words, sizeof m.m_words) != 0)
        finish(WORKER_WRONG, "worker: ping %s: other words came back", s->name);
    if (before == after && before != NONE && published != before)
        finish(WORKER_WRONG, "worker: names: %s: not who has that name", s->name);
}

/* Not to be repeated: an error is allowed, and only this one. */
static void ask_tty(struct service *s)
{
    message m = {.m_type = TTY_WRITE};
    struct tty_text text = {.count = 2, .text = ".\n"};
    memcpy(m.m_words, &text, sizeof text);
    int error = service_request(s, &m);
    if (error < 0 && (error != -EREPLYDEAD || nothing_lost))
        finish(WORKER_NO_REPLY, "worker: tty: error %d", -error);
    not_repeated += error < 0;
}

static void ask_store(struct service *s)
{
    static uint32_t value;
    uint32_t got, key = value % 40;
    (void)s;
    value++;
    int error = store_put(key, &value, sizeof value);
    if (error == 0)
        error = store_get(key, &got, sizeof got);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: store: error %d", -error);
    if (got != value)
        finish(WORKER_WRONG, "worker: store: key %u: %u, should be %u", (unsigned)key,
               (unsigned)got, (unsigned)value);
}

/* Pages that are all zero, and this process's own. What an answer that died had given is lost until
   this process ends. */
static void ask_memory(struct service *s)
{
    void *pages = NULL;
    (void)s;
    int error = memory_allocate(MEMORY_BYTES, &pages);
    uint32_t *words = pages;
    for (unsigned i = 0; error == 0 && i < MEMORY_BYTES / sizeof *words; i++) {
        if (words[i] != 0)
            finish(WORKER_WRONG, "worker: memory: a page that is not zero");
        words[i] = done;
    }
    if (error == 0)
        error = memory_release(pages, MEMORY_BYTES);
    if (error < 0 && (error != -EREPLYDEAD || nothing_lost))
        finish(WORKER_NO_REPLY, "worker: memory: error %d", -error);
    not_repeated += error < 0;
}

/* Asks for what it could not do itself. */
static int intrude(void)
{
    static const int32_t types[] = {SUPERVISOR_RESTART, SUPERVISOR_STOP, SUPERVISOR_START};
    endpoint_t supervisor;
    if (sys_lookup("supervisor", &supervisor) < 0)
        return WORKER_NO_REPLY;
    for (unsigned i = 0; i < sizeof types / sizeof types[0]; i++) {
        message m = {.m_type = types[i]};
        strcpy((char *)m.m_words, "hello");
        if (ipc_request(supervisor, &m) < 0)
            return WORKER_NO_REPLY;
        if (m.m_type != -EPERM)
            return WORKER_WRONG;
    }
    message m = {.m_type = PROTO_RETIRE};
    endpoint_t hello;
    if (sys_lookup("hello", &hello) < 0 || ipc_request(hello, &m) < 0)
        return WORKER_NO_REPLY;
    if (m.m_type != -EPERM)
        return WORKER_WRONG;
    return WORKER_GOOD;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *word, *service;
        void (*ask)(struct service *s);
    } works[] = {
        {"clock", "clock", ask_clock}, {"sleep", "clock", ask_sleep},
        {"names", "hello", ask_names}, {"tty", "tty", ask_tty},
        {"store", "store", ask_store}, {"memory", "memory", ask_memory},
    };
    if (argc > 1 && strcmp(argv[1], "intruder") == 0)
        return intrude();
    for (unsigned i = 0; argc > 1 && i < sizeof works / sizeof works[0]; i++) {
        if (strcmp(works[i].word, argv[1]) != 0)
            continue;
        struct service s = SERVICE(works[i].service);
        nothing_lost = argc > 2;
        for (; !told_to_end(); done++)
            works[i].ask(&s);
        finish(WORKER_GOOD, "worker: %s: %u times, %u not repeated", argv[1], done, not_repeated);
    }
    return WORKER_WRONG;
}
