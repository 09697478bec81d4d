/*
 * clock: uptime, sleep, wall time. Protocol: proto/clock.h.
 *
 * It may die at any time. The sleepers then ask again, and since their requests can say when they
 * began, nobody sleeps longer for that; what boot time was by the wall is kept in the store, so
 * that the date goes on where it was: the CMOS clock shows whole seconds alone.
 *
 * What always holds: the sleepers stand in the order in which they are due, and the kernel's alarm
 * is set for the first of them. A process sleeps once at most: a new sleep of its own ends the
 * former, and so does its death, so nobody's place is lost for long.
 */
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <stdbool.h>
#include <string.h>

#include "rtc.h"

#define SLEEPERS_MAX 64
#define KEY_WALL     0 /* in the store: boot_wall */

static struct sleeper {
    uint64_t due; /* microseconds since boot */
    struct server_client client;
} sleepers[SLEEPERS_MAX];
static unsigned sleeper_count;

static int wall_error;     /* why there is no wall time, else 0 */
static uint64_t boot_wall; /* microseconds since 1970 when the system's time was 0 */

static void set_alarm(uint64_t now)
{
    if (sleeper_count == 0)
        sys_alarm(0);
    else
        sys_alarm(sleepers[0].due > now ? sleepers[0].due - now : 1);
}

static void remove_sleeper(unsigned index)
{
    sleeper_count--;
    memmove(&sleepers[index], &sleepers[index + 1], (sleeper_count - index) * sizeof(sleepers[0]));
}

static void add_sleeper(struct server_client client, uint64_t due)
{
    unsigned at = sleeper_count++;
    for (; at > 0 && sleepers[at - 1].due > due; at--)
        sleepers[at] = sleepers[at - 1];
    sleepers[at] = (struct sleeper){due, client};
}

/* A process that sleeps anew, or is dead, sleeps no more. The alarm may then come for nobody, which
   does no harm. */
static void end_sleep_of(endpoint_t client)
{
    for (unsigned i = 0; i < sleeper_count; i++) {
        if (sleepers[i].client.endpoint == client) {
            remove_sleeper(i);
            return;
        }
    }
}

static void put_time(message *m, uint64_t microseconds)
{
    memset(m->m_words, 0, sizeof(m->m_words));
    *(struct clock_time *)m->m_words = (struct clock_time){
        .microseconds_low = (uint32_t)microseconds,
        .microseconds_high = (uint32_t)(microseconds >> 32),
    };
}

static int uptime(message *m)
{
    uint64_t now;
    int error = sys_time(&now);
    if (error == 0)
        put_time(m, now);
    return error;
}

static int sleep(message *m)
{
    const struct clock_sleep *asked = (const struct clock_sleep *)m->m_words;
    uint64_t length = (uint64_t)asked->microseconds_high << 32 | asked->microseconds_low;
    uint64_t began = (uint64_t)asked->began_high << 32 | asked->began_low;
    uint64_t now, due;
    end_sleep_of(m->m_source);
    if (length == 0)
        return 0;
    if (sleeper_count == SLEEPERS_MAX)
        return -ENOSPC;
    int error = sys_time(&now);
    if (error == 0)
        error = sys_watch(m->m_source, true);
    if (error < 0)
        return error;
    /* One that begins in the future would be a way to sleep longer, and harms nobody. */
    if (__builtin_add_overflow(began ? began : now, length, &due))
        due = UINT64_MAX;
    add_sleeper(server_current(), due);
    set_alarm(now);
    return SERVER_LATER;
}

static int wall(message *m)
{
    uint64_t now;
    if (wall_error < 0)
        return wall_error;
    int error = sys_time(&now);
    if (error < 0)
        return error;
    uint64_t seconds = (boot_wall + now) / 1000000;
    memset(m->m_words, 0, sizeof(m->m_words));
    *(struct clock_wall *)m->m_words = (struct clock_wall){
        .seconds_low = (uint32_t)seconds,
        .seconds_high = (uint32_t)(seconds >> 32),
        .microseconds = (uint32_t)((boot_wall + now) % 1000000),
    };
    return 0;
}

static void wake_due(void)
{
    uint64_t now;
    if (sys_time(&now) < 0)
        return;
    while (sleeper_count && sleepers[0].due <= now) {
        struct server_client client = sleepers[0].client;
        remove_sleeper(0);
        sys_watch(client.endpoint, false);
        message m = {0};
        server_answer(client, 0, &m);
    }
    set_alarm(now);
}

static void forget(endpoint_t dead)
{
    if (store_died(dead) && wall_error == 0)
        (void)store_put(KEY_WALL, &boot_wall, sizeof boot_wall);
    end_sleep_of(dead);
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE)
        return;
    server_take_deaths(bits, forget);
    if (bits & EVENT_ALARM)
        wake_due();
}

static void retire(void)
{
    while (sleeper_count) {
        server_send_on(sleepers[0].client);
        remove_sleeper(0);
    }
}

static void read_wall_time(void)
{
    struct rtc_registers registers;
    uint64_t now = 0, seconds = 0;
    wall_error = rtc_read(&registers);
    if (wall_error == 0)
        wall_error = calendar_decode(&registers, &seconds);
    if (wall_error == 0)
        wall_error = sys_time(&now);
    boot_wall = seconds * 1000000 - now;
}

static void start_wall_time(void)
{
    if (store_get(KEY_WALL, &boot_wall, sizeof boot_wall) == 0)
        return;
    read_wall_time();
    if (wall_error == 0)
        (void)store_put(KEY_WALL, &boot_wall, sizeof boot_wall);
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {CLOCK_UPTIME, uptime}, {CLOCK_SLEEP, sleep}, {CLOCK_WALL, wall}, {0}};
    store_watch();
    start_wall_time();
    server_on_retire(retire);
    return server_run("clock", handlers, on_events);
}
