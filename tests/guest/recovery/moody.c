/*
 * A supervised server with moods, to order (recovery.h). Its argument is its name; `deaf` in its
 * first life publishes its name and then takes no message at all.
 */
#include "recovery.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/common.h>
#include <proto/hello.h>
#include <string.h>

#define KEY_LIVES 0

static int fault(message *m)
{
    return *(volatile int *)(m->m_words[0] & 0);
}

static int end(message *m)
{
    sys_exit((int)m->m_words[0]);
}

static int spin(message *m)
{
    for (;;)
        *(volatile uint32_t *)&m->m_words[0] += 1;
}

static int work(message *m)
{
    uint64_t now, begin;
    sys_time(&begin);
    do
        sys_time(&now);
    while (now - begin < m->m_words[0] * 1000ull);
    return 0;
}

static int hold(message *m)
{
    (void)m;
    return SERVER_LATER;
}

static uint32_t at_ping;

static int ping(message *m)
{
    return at_ping == MOODY_SPIN ? spin(m) : at_ping == MOODY_HOLD ? hold(m) : 0;
}

static int choose_at_ping(message *m)
{
    at_ping = m->m_words[0];
    return 0;
}

/* A request that should be answered at once: it is put off, or with word 0 set the server asks
   another for ever, which looks alive. */
static int greet(message *m)
{
    endpoint_t tty;
    while (m->m_words[0] != 0)
        (void)names_lookup("tty", &tty);
    return SERVER_LATER;
}

/* It says that it retires. */
static int stay(message *m)
{
    (void)m;
    return 0;
}

/* Only the first process of this identity. */
static void be_deaf(const char *name)
{
    uint32_t lives = 0;
    message m;
    if (strcmp(name, "deaf") != 0)
        return;
    (void)store_get(KEY_LIVES, &lives, sizeof lives);
    lives++;
    (void)store_put(KEY_LIVES, &lives, sizeof lives);
    if (lives > 1)
        return;
    names_publish(name);
    for (;;)
        ipc_call(IPC_RECEIVE_EX | IPC_TIMEOUT, NONE, &m, 1000000, NULL);
}

int main(int argc, char **argv)
{
    static const struct server_handler handlers[] = {
        {MOODY_FAULT, fault}, {MOODY_EXIT, end},
        {MOODY_SPIN, spin},   {MOODY_WORK, work},
        {MOODY_HOLD, hold},   {HELLO_GREET, greet},
        {PROTO_PING, ping},   {MOODY_PING, choose_at_ping},
        {PROTO_RETIRE, stay}, {0, NULL},
    };
    be_deaf(argv[argc - 1]);
    return server_run(argv[argc - 1], handlers, NULL);
}
