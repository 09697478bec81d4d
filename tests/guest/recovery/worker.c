/*
 * A client that works while servers are killed: its argument says with what. Each answer is held
 * against what is known from elsewhere. Ends when it is notified, with a status of recovery.h; the
 * log says how much was done and what was wrong.
 */
#include "../lib/archive.h"
#include "recovery.h"

#include <parley/files.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/pipe.h>
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
#define READ_BYTES   20000
#define PART_BYTES   9000 /* of a stream at once, at most */

static const char *const stores[] = {"store", "store-2"};
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
    struct tty_output text = {.text = ".\n"};
    memcpy(m.m_words, &text, sizeof text);
    int error = service_request(s, &m);
    if (error < 0 && (error != -EREPLYDEAD || nothing_lost))
        finish(WORKER_NO_REPLY, "worker: tty: error %d", -error);
    not_repeated += error < 0;
}

/* Records are lost when both stores die at once, and only then. */
static bool stores_died(const endpoint_t former[2])
{
    endpoint_t now[2];
    for (unsigned i = 0; i < 2; i++)
        if (sys_lookup(stores[i], &now[i]) == 0 && now[i] == former[i])
            return false;
    return true;
}

static void ask_store(struct service *s)
{
    static uint32_t value;
    uint32_t got = 0, key = value % 40;
    endpoint_t former[2] = {NONE, NONE};
    (void)s;
    value++;
    for (unsigned i = 0; i < 2; i++)
        (void)sys_lookup(stores[i], &former[i]);
    int error = store_put(key, &value, sizeof value);
    if (error == 0)
        error = store_get(key, &got, sizeof got);
    if (error == -ENOENT && stores_died(former))
        return;
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

/* Any part of the large file, found anew by its name. */
static void ask_files(struct service *s)
{
    static char text[READ_BYTES];
    static uint32_t dice = 1;
    struct file file;
    (void)s;
    dice = dice * 1664525u + 1013904223u;
    const uint32_t offset = (dice >> 8) % LARGE_BYTES;
    const uint32_t most = done % 2 ? (dice >> 4) % 80 : (dice >> 4) % READ_BYTES;
    const uint32_t due = most < LARGE_BYTES - offset ? most : LARGE_BYTES - offset;
    int error = file_find(LARGE_NAME, &file);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: files: find: error %d", -error);
    if (file.bytes != LARGE_BYTES)
        finish(WORKER_WRONG, "worker: files: %u bytes long", (unsigned)file.bytes);
    const int count = file_read(&file, offset, text, most);
    if (count < 0 && (count != -EDEADSRCDST || nothing_lost))
        finish(WORKER_NO_REPLY, "worker: files: read: error %d", -count);
    not_repeated += count < 0;
    if (count >= 0 && (uint32_t)count != due)
        finish(WORKER_WRONG, "worker: files: %d bytes instead of %u", count, (unsigned)due);
    for (uint32_t i = 0; count >= 0 && i < due; i++)
        if (text[i] != large_byte(offset + i))
            finish(WORKER_WRONG, "worker: files: another byte at %u", (unsigned)(offset + i));
    error = file_find("data/nobody", &file);
    if (error != -ENOENT)
        finish(WORKER_WRONG, "worker: files: one that is not there: error %d", -error);
}

/* ---- A stream, between two workers ----------------------------------------------------------- */

static struct pipe pipe;
static uint32_t streamed; /* bytes, through this pipe */
static uint8_t part[PART_BYTES];

static uint8_t byte_at(uint32_t place)
{
    return (uint8_t)((place * 2654435761u) >> 24);
}

static uint32_t part_bytes(void)
{
    return streamed * 2654435761u % (PART_BYTES - 1) + 1;
}

/* A new pipe that both have opened, after telling how the former one ended; name 0: there is to be
   none. False: once more. */
static bool next_stream(endpoint_t reader, uint32_t name, int ended)
{
    const bool told = ended < 0 && ended != -EPIPE;
    message m = {.m_type = STREAM_NEXT, .m_words = {name, streamed, told}};
    const int error = ipc_request(reader, &m);
    if (error < 0)
        finish(WORKER_NO_REPLY, "worker: writer: the reader is gone: error %d", -error);
    if (ended == -EPIPE && m.m_words[0] == 0)
        finish(WORKER_WRONG, "worker: writer: the stream has ended, and nobody was told why");
    return m.m_type == 0;
}

static bool is_over(void)
{
    static bool over;
    over = over || told_to_end();
    return over;
}

/* How it ended: an error, or 0 when all is over; `former` when it did not begin. */
static int write_stream(endpoint_t reader, int former)
{
    uint32_t name = 0;
    int error = pipe_make(self(), reader, &name);
    if (error == 0)
        error = pipe_open(&pipe, name);
    if (error < 0 || !next_stream(reader, name, former))
        return former; /* the pipe server died before both had opened it */
    streamed = 0;
    for (; error == 0 && !is_over(); done++) {
        const uint32_t bytes = part_bytes();
        for (uint32_t i = 0; i < bytes; i++)
            part[i] = byte_at(streamed + i);
        const int count = ring_write(&pipe.ring, part, bytes);
        streamed += count > 0 ? (uint32_t)count : 0;
        if (count != (int)bytes)
            error = count < 0 ? count : -EPIPE;
    }
    ring_end(&pipe.ring);
    return error;
}

static _Noreturn void writer(void)
{
    endpoint_t reader = NONE;
    int ended = 0;
    (void)sys_lookup(STREAM_READER, &reader);
    while (!is_over()) {
        ended = write_stream(reader, ended);
        not_repeated += ended < 0;
        if (ended < 0 && nothing_lost)
            finish(WORKER_NO_REPLY, "worker: writer: error %d", -ended);
    }
    (void)next_stream(reader, 0, ended);
    finish(WORKER_GOOD, "worker: writer: %u times, %u not repeated", done, not_repeated);
}

/* Until it ends or an error tells that it has: 0 or that. */
static int read_stream(void)
{
    int count;
    streamed = 0;
    while ((count = ring_read(&pipe.ring, part, part_bytes())) > 0) {
        for (int i = 0; i < count; i++)
            if (part[i] != byte_at(streamed + (uint32_t)i))
                finish(WORKER_WRONG, "worker: reader: another byte at %u", (unsigned)streamed + i);
        streamed += (uint32_t)count;
        done++;
    }
    ring_end(&pipe.ring);
    not_repeated += count < 0;
    if (count < 0 && nothing_lost)
        finish(WORKER_NO_REPLY, "worker: reader: error %d", -count);
    return count;
}

static _Noreturn void reader(void)
{
    int ended = 0;
    bool one = false; /* has been read */
    for (;;) {
        message m;
        if (ipc_receive(ANY, 0, &m) < 0 || m.m_type != STREAM_NEXT)
            continue;
        const uint32_t name = m.m_words[0], written = m.m_words[1], told = m.m_words[2];
        if (one && !told && (ended == 0 ? streamed != written : streamed > written))
            finish(WORKER_WRONG, "worker: reader: %u bytes of %u", (unsigned)streamed,
                   (unsigned)written);
        m.m_type = name ? pipe_open(&pipe, name) : 0;
        m.m_words[0] = ended < 0;
        const bool opened = name && m.m_type == 0;
        (void)ipc_reply(m.m_source, &m);
        if (!name)
            finish(WORKER_GOOD, "worker: reader: %u times, %u not repeated", done, not_repeated);
        one = opened;
        ended = opened ? read_stream() : ended;
    }
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
        {"files", "files", ask_files},
    };
    if (argc > 1 && strcmp(argv[1], "intruder") == 0)
        return intrude();
    nothing_lost = argc > 2;
    if (argc > 1 && strcmp(argv[1], "writer") == 0)
        writer();
    if (argc > 1 && strcmp(argv[1], "reader") == 0)
        reader();
    for (unsigned i = 0; argc > 1 && i < sizeof works / sizeof works[0]; i++) {
        if (strcmp(works[i].word, argv[1]) != 0)
            continue;
        struct service s = SERVICE(works[i].service);
        for (; !told_to_end(); done++)
            works[i].ask(&s);
        finish(WORKER_GOOD, "worker: %s: %u times, %u not repeated", argv[1], done, not_repeated);
    }
    return WORKER_WRONG;
}
