/* See server.h. Entry: main, which makes every check of lab_checks. */
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAP_US 500u

endpoint_t lab_server = NONE;

static jmp_buf check_failed;
static char why[LOG_WRITE_MAX / 2];
static endpoint_t clients[LAB_CLIENTS];

void lab_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    longjmp(check_failed, 1);
}

unsigned lab_random(unsigned below)
{
    static uint32_t state = 1;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* ---- Time ------------------------------------------------------------------------------------ */

uint64_t lab_now(void)
{
    uint64_t now = 0;

    (void)sys_time(&now);
    return now;
}

void lab_hold_until(uint64_t time)
{
    while (lab_now() < time)
        ;
}

void lab_sleep_until(uint64_t time)
{
    const uint64_t now = lab_now();

    if (now < time)
        nap((uint32_t)(time - now));
}

/* ---- The server ------------------------------------------------------------------------------ */

/* Deaths that nobody has read are of those whom the judge has killed. */
static void forget_deaths(void)
{
    struct system_death death;

    while (sys_death(&death) == 0)
        ;
}

static _Noreturn void fail_with_death(const struct system_death *death)
{
    if (death->cause == DEATH_FAULT)
        lab_fail("the server died: %s at 0x%x, address 0x%x", sys_fault_name(death->status),
                 (unsigned)death->ip, (unsigned)death->address);
    if (death->cause == DEATH_EXIT)
        lab_fail("the server ended with status %u", (unsigned)death->status);
    lab_fail("the server was killed");
}

void lab_expect_alive(void)
{
    struct system_death death;
    struct process_info info;

    while (sys_death(&death) == 0)
        if (death.endpoint == lab_server)
            fail_with_death(&death);
    EXPECT(describe(lab_server, &info), "the server is dead");
}

void lab_kill(void)
{
    if (lab_server == NONE)
        return;
    end(lab_server);
    forget_deaths();
    lab_server = NONE;
}

void lab_restart(void)
{
    lab_kill();
    lab_server = start(lab_server_name, "");
    EXPECT(lab_server != NONE, "the server can't be started");
    (void)sys_watch(lab_server, true);
}

int lab_ask_within(message *m, uint32_t microseconds)
{
    const int32_t type = m->m_type;
    const int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, lab_server, m, microseconds, NULL);

    if (error == -EDEADSRCDST || error == -EREPLYDEAD)
        lab_expect_alive();
    EXPECT(error == 0, "request 0x%x: %s", (unsigned)type,
           error == -EREPLYTIMEDOUT ? "taken, but not answered in time"
           : error == -ETIMEDOUT    ? "the server did not take it in time"
                                    : strerror(error));
    return m->m_type;
}

int lab_ask(message *m)
{
    return lab_ask_within(m, LAB_ANSWER_US);
}

void lab_settle(void)
{
    const uint64_t latest = lab_now() + LAB_ANSWER_US;
    struct process_info info;

    while (describe(lab_server, &info)) {
        if (info.state == PROCESS_RECEIVING && info.waits_for == ANY)
            return;
        EXPECT(lab_now() < latest, "the server does not come to wait for its next message");
        nap(NAP_US);
    }
    lab_expect_alive();
}

/* ---- Its clients ----------------------------------------------------------------------------- */

endpoint_t lab_client(unsigned client)
{
    char name[] = "client0", server[12];

    if (clients[client] == NONE) {
        name[6] = (char)('0' + client);
        snprintf(server, sizeof server, "%d", (int)lab_server);
        clients[client] = start(name, server);
        EXPECT(clients[client] != NONE, "harness: no client can be started");
    }
    return clients[client];
}

void lab_client_asks(unsigned client, const message *m)
{
    message order = *m;
    const int error =
        ipc_call(IPC_SEND | IPC_TIMEOUT, lab_client(client), &order, PATIENCE_US, NULL);

    EXPECT(error == 0, "harness: client %u takes no order: %s", client, strerror(error));
}

bool lab_client_answered(unsigned client, message *m, uint32_t microseconds)
{
    if (ipc_call(IPC_RECEIVE | IPC_TIMEOUT, lab_client(client), m, microseconds, NULL) < 0)
        return false;
    if (m->m_type == -EDEADSRCDST || m->m_type == -EREPLYDEAD)
        lab_expect_alive();
    return true;
}

void lab_client_dies(unsigned client)
{
    if (clients[client] != NONE)
        (void)sys_kill(clients[client]);
    clients[client] = NONE;
}

/* ---- The checks ------------------------------------------------------------------------------ */

/* "" or why it failed. */
static const char *make(const struct lab_check *check)
{
    why[0] = '\0';
    if (setjmp(check_failed) == 0) {
        lab_restart();
        check->run();
        lab_expect_alive();
    }
    for (unsigned i = 0; i < LAB_CLIENTS; i++)
        lab_client_dies(i);
    return why;
}

int main(void)
{
    unsigned checks = 0, failures = 0;

    for (unsigned i = 0; i < LAB_CLIENTS; i++)
        clients[i] = NONE;
    for (const struct lab_check *check = lab_checks; check->name; check++) {
        const char *failure = make(check);
        failures += failure[0] != '\0';
        tap_line("%s %u - %s: %s", failure[0] ? "not ok" : "ok", ++checks, check->name,
                 failure[0] ? failure : "passed");
    }
    tap_line("1..%u", checks);
    (void)sys_power(POWER_OFF, failures > 0);
    return 1;
}
