/*
 * A bomb: argv[1] says which (bombs.h). Each goes on without end; the judge kills it. One that gets
 * what it must not get ends with BOMB_SUCCEEDED.
 */
#include "bombs.h"

#include <abi/layout.h>
#include <abi/trace.h>
#include <parley/ipc.h>
#include <parley/memory.h>
#include <parley/port.h>
#include <parley/program.h>
#include <parley/space.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <proto/common.h>
#include <proto/memory.h>
#include <proto/names.h>
#include <proto/pipes.h>
#include <proto/store.h>
#include <proto/tty.h>
#include <string.h>

static const char *const servers[] = {"names",  "memory",     "tty",         "clock",
                                      "hello",  "files",      "pipes",       "store",
                                      "tracer", "supervisor", "supervisor-2"};
#define SERVERS (sizeof servers / sizeof *servers)

static endpoint_t find(const char *name)
{
    endpoint_t endpoint = NONE;
    (void)sys_lookup(name, &endpoint);
    return endpoint;
}

/* The answer's type, or an error. */
static int ask(const char *name, message *m, uint32_t limit_us)
{
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, find(name), m, limit_us, NULL);
    return error ? error : m->m_type;
}

/* ---- What every program may ------------------------------------------------------------------ */

static void floods(void)
{
    for (uint32_t i = 0;; i++) {
        message m = {.m_type = PROTO_PING, .m_words = {i}};
        (void)ask(servers[i % SERVERS], &m, 0);
    }
}

/* `late` is a module that has not been started yet: its name is free, and is taken. */
static void squats(void)
{
    for (uint32_t i = 0;; i++) {
        message m = {.m_type = NAMES_PUBLISH};
        strlcpy((char *)m.m_words, servers[i % SERVERS], NAME_BYTES);
        if (ask("names", &m, 10000) == 0)
            sys_exit(BOMB_SUCCEEDED);
        m = (message){.m_type = NAMES_PUBLISH, .m_words = {'a' + i % 20}};
        (void)ask("names", &m, 10000);
        m = (message){.m_type = NAMES_PUBLISH};
        strlcpy((char *)m.m_words, "late", NAME_BYTES);
        (void)ask("names", &m, 10000);
        m = (message){.m_type = NAMES_WITHDRAW};
        strlcpy((char *)m.m_words, servers[i % SERVERS], NAME_BYTES);
        if (ask("names", &m, 10000) == 0)
            sys_exit(BOMB_SUCCEEDED);
    }
}

static void guesses(void)
{
    static uint8_t loot[64];
    for (uint32_t name = 0;; name++) {
        message attach = {.m_type = MEMORY_ATTACH, .m_words = {name}};
        message copy = {.m_type = MEMORY_COPY,
                        .m_words = {name, 0, sizeof loot, (uint32_t)loot, MEMORY_READ}};
        message revoke = {.m_type = MEMORY_REVOKE, .m_words = {name}};
        message through = {.m_type = MEMORY_GRANT,
                           .m_words = {0, 16, (uint32_t)self(), MEMORY_READ, name}};
        message detach = {.m_type = MEMORY_DETACH, .m_words = {name}};
        message *const tries[] = {&attach, &copy, &revoke, &through, &detach};
        for (unsigned i = 0; i < sizeof tries / sizeof *tries; i++)
            if (name && ask("memory", tries[i], 10000) == 0)
                sys_exit(BOMB_SUCCEEDED);
    }
}

static void lends(void)
{
    static uint8_t own[4096], other[64];
    void *pages = NULL;
    uint32_t grant, through, share;
    (void)memory_allocate(16384, &pages);
    for (uint32_t i = 0;; i++) {
        if (memory_grant(own, sizeof own, self(), ACCESS_READ | ACCESS_WRITE, &grant) != 0) {
            for (uint32_t name = 1; name < 200000; name += 512) /* some of its own among them */
                (void)memory_revoke(name + i % 512);
            continue;
        }
        while (memory_grant_through(grant, 0, 64, self(), ACCESS_READ, &through) == 0 && i % 3 == 0)
            grant = through;
        (void)memory_share(pages, 8192, find(servers[i % SERVERS]), ACCESS_WRITE, &share);
        if (i % 2 == 0 && memory_revoke(grant) >= 0 &&
            memory_copy_from(grant, 0, other, sizeof other) == 0)
            sys_exit(BOMB_SUCCEEDED);
    }
}

static void hoards(void)
{
    static uint8_t own[4096];
    uint32_t grant;
    for (;;)
        (void)memory_grant(own, sizeof own, find("clock"), ACCESS_READ, &grant);
}

static void eats(void)
{
    for (size_t bytes = 8u << 20;; bytes = bytes > 4096 ? bytes / 2 : 4096) {
        void *pages;
        while (memory_allocate(bytes, &pages) == 0)
            memset(pages, 0xee, bytes);
    }
}

static void spawns(void)
{
    for (;;) {
        endpoint_t child = NONE;
        if (child_create("spawn", 0, &child) != 0)
            continue;
        (void)child_region(child, USER_SERVERS, 1u << 20, ACCESS_READ | ACCESS_WRITE);
        (void)child_fill(child, USER_SERVERS, "\xeb\xfe", 2); /* jmp here */
        (void)child_begin(child, (uint32_t)child % 2 ? USER_SERVERS : 0x7777, 0);
    }
}

_Noreturn static void fork_for_ever(void)
{
    for (;;)
        (void)program_fork();
}

#define IMAGE       0x55000000u /* as CMakeLists.txt links it */
#define STACK_BYTES 16384u
#define STACK       (USER_STACK_TOP - STACK_BYTES)

/* Its own image as it is now, begun where it forks. */
static void forks(void)
{
    endpoint_t child = NONE;
    int error = child_create("fork", 0, &child);
    if (!error)
        error = child_region(child, IMAGE, 1u << 20, ACCESS_READ | ACCESS_WRITE);
    for (uint32_t at = IMAGE; !error; at += 4096)
        error = child_fill(child, at, (const void *)at, 4096);
    if (error == -EFAULT) /* behind its last page */
        error = child_region(child, STACK, STACK_BYTES, ACCESS_READ | ACCESS_WRITE | ACCESS_STACK);
    if (!error)
        error = child_begin(child, (uint32_t)fork_for_ever, USER_STACK_TOP - 16);
    if (error)
        sys_exit(-error);
    for (;;)
        (void)child_kill(find("nobody"));
}

static void waits(void)
{
    static const int32_t types[] = {CLOCK_SLEEP, NAMES_WAIT, MEMORY_WAIT, TTY_READ, PIPES_WAIT};
    static const char *const whom[] = {"clock", "names", "memory", "tty", "pipes"};
    for (uint32_t i = 0;; i++) {
        message m = {.m_type = types[i % 5], .m_words = {0x7fffffff, i, i, 0}};
        (void)ask(whom[i % 5], &m, 100);
    }
}

static void pipes(void)
{
    for (uint32_t i = 0;; i++) {
        const endpoint_t others[] = {find(servers[i % SERVERS]), SELF, ANY, self(), NONE};
        message m = {.m_type = PIPES_MAKE, .m_words = {(uint32_t)self(), (uint32_t)others[i % 5]}};
        if (ask("pipes", &m, 10000) == 0) {
            m = (message){.m_type = PIPES_ATTACH, .m_words = {m.m_words[0]}};
            (void)ask("pipes", &m, 10000);
        }
        m = (message){.m_type = STORE_PUT, .m_words = {i, i, i}};
        (void)ask("store", &m, 10000);
    }
}

static void prints(void)
{
    for (uint32_t i = 0;; i++) {
        message m = {.m_type = TTY_WRITE, .m_words = {i % (TTY_CONSOLES + 1)}};
        for (unsigned at = 0; at < 24; at++)
            ((char *)&m.m_words[1])[at] =
                (char)(at % 5 == 0 ? 0x1b : 0x20 + (i * 7 + at * 11) % 200);
        (void)ask("tty", &m, 10000);
    }
}

/* ---- With all rights ------------------------------------------------------------------------- */

static const struct frame *const frames = (const struct frame *)USER_FRAMES;

/* From *next on, once around; 0: there is none. */
static uint32_t free_frame(uint32_t *next)
{
    struct memory_info info;
    (void)sys_memory(&info);
    for (uint32_t i = 0; i < info.frames; i++) {
        *next = *next + 1 < info.frames ? *next + 1 : 0;
        if (frames[*next].use == FRAME_FREE)
            return *next;
    }
    return 0;
}

static void creates(void)
{
    uint32_t next = 0;
    for (;;) {
        endpoint_t process;
        if (sys_create("created", 15, free_frame(&next), &process) == 0)
            (void)sys_begin(process, 0x1234, 0x5678);
    }
}

static void maps(void)
{
    uint32_t next = 0;
    for (uint32_t at = USER_MEMORY;; at += 4096) {
        bool used;
        struct system_map map = {
            .address = at, .frame = free_frame(&next), .pages = 1, .flags = MAP_WRITE};
        if (sys_map(self(), &map, &used) == -ENOMEM) {
            map.table = free_frame(&next);
            (void)sys_map(self(), &map, &used);
        }
        if (at > USER_MEMORY_END)
            at = USER_MEMORY;
    }
}

static void watches(void)
{
    struct process_info info;
    for (uint32_t i = 0;; i++) {
        endpoint_t late;
        if (sys_start("late", "", &late) == 0) {
            (void)sys_watch(late, 1);
            (void)sys_kill(late);
        }
        if (sys_process(i % 256, &info) == 0)
            (void)sys_watch(info.endpoint, 1);
    }
}

static void alarms(void)
{
    for (;;) {
        message m;
        (void)sys_alarm(1);
        (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, HARDWARE, &m, 1, NULL);
        (void)sys_alarm(UINT64_MAX);
        (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, 1, NULL);
    }
}

static void traces(void)
{
    for (;;) {
        message m = {.m_type = SYS_TRACE, .m_words = {TRACE_SET, TRACE_ALL}};
        (void)ipc_request(SYSTEM, &m);
        for (unsigned i = 0; i < 50; i++) {
            (void)echo(&m);
            (void)notify(find(servers[i % SERVERS]));
        }
    }
}

static void logs(void)
{
    static char line[LOG_WRITE_MAX];
    memset(line, 'x', sizeof line);
    for (unsigned i = 0;; i++) {
        (void)sys_log_write(line, 1 + i % sizeof line);
        if (i % 64 == 0)
            (void)sys_dump();
    }
}

#define RTC_LINE     8
#define RTC_INDEX    0x70
#define RTC_DATA     0x71
#define RTC_PERIODIC 0x40 /* register B; A's lowest four bits 3: 8192 times a second */

static void storms(void)
{
    (void)sys_irq_claim(RTC_LINE, 0);
    port_write8(RTC_INDEX, 0x0a);
    port_write8(RTC_DATA, 0x23);
    port_write8(RTC_INDEX, 0x0b);
    port_write8(RTC_DATA, 0x02 | RTC_PERIODIC);
    for (;;) { /* served, so that it is raised again; never done */
        port_write8(RTC_INDEX, 0x0c);
        (void)port_read8(RTC_DATA);
    }
}

#define SERIAL_LINE 3
#define SERIAL_PORT 0x2f8

/* The transmitter is empty, and stays so. */
static void raises(void)
{
    (void)sys_irq_claim(SERIAL_LINE, 0);
    port_write8(SERIAL_PORT + 4, 0x08);
    for (;;) {
        port_write8(SERIAL_PORT + 1, 0);
        port_write8(SERIAL_PORT + 1, 2);
        (void)sys_irq_done(SERIAL_LINE);
    }
}

static void cancels(void)
{
    for (uint32_t i = 0;; i++)
        (void)sys_cancel(find(servers[i % SERVERS]), (int)(i / SERVERS % 2));
}

static void notifies(void)
{
    for (uint32_t i = 0;; i++)
        (void)ipc_notify(find(servers[i % SERVERS]), (long)(i % 7 ? 0xffffffffu : i | 1));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*explode)(void);
    } bombs[] = {
#define BOMB_ENTRY(name, text) {#name, name},
        BOMBS(BOMB_ENTRY)
#undef BOMB_ENTRY
    };
    for (unsigned i = 0; i < sizeof bombs / sizeof *bombs; i++)
        if (argc > 1 && strcmp(argv[1], bombs[i].name) == 0)
            bombs[i].explode();
    return 1;
}
