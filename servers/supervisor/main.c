/*
 * supervisor: starts the servers whose lines ask for it, and starts them again when they die.
 * Protocol: proto/supervisor.h; why it is as it is: docs/design/supervisor.md.
 *
 * Two processes run this program; the argument of each is the other's name. One leads. The other
 * supervises nothing but the one that leads, and takes over when that dies; it then starts the dead
 * again, which finds that the other leads, and waits. Where both have died and are started in the
 * same moment each finds the other one running; a little later the one whose line comes first asks
 * whether that is so. Whatever is asked of others here has a timeout: the supervisor waits for
 * nobody that it might have to end.
 */
#include "supervisor.h"

#include <abi/calls.h>
#include <abi/privilege.h>
#include <parley/server.h>
#include <string.h>

#define LOOK_US 20000 /* after its start: the other one has heard of the deaths before */

static bool leads;
static uint64_t look_due = UINT64_MAX; /* when to look whether the other one leads */
static struct module_info own, partner;
static unsigned own_module, partner_module;

/* ---- Requests -------------------------------------------------------------------------------- */

static void describe(const struct supervised *s, struct supervisor_entry *entry)
{
    const uint64_t now = now_us();
    *entry = (struct supervisor_entry){
        .module = s->module,
        .state = s->state,
        .cause = s->last.cause,
        .status = s->last.status,
        .ip = s->last.ip,
        .address = s->last.address,
    };
    if (s->state == SUPERVISOR_STATE_RESTARTING && s->due > now)
        entry->due_ms = (uint32_t)((s->due - now) / 1000);
}

/* The other supervisor is the first service; it and this one come last in the list. */
static int list(message *m)
{
    const uint32_t index = m->m_words[0];
    struct supervisor_entry entry = {
        .module = own_module, .state = SUPERVISOR_STATE_LEADS, .cause = SUPERVISOR_CAUSE_NONE};
    if (!leads)
        return -EAGAIN;
    if (index > service_count)
        return -ENOENT;
    if (index < service_count)
        describe(&services[(index + 1) % service_count], &entry);
    memcpy(m->m_words, &entry, sizeof entry);
    return 0;
}

static bool may_command(endpoint_t sender)
{
    const uint32_t needed = 1u << SYS_START | 1u << SYS_KILL;
    struct process_info info;
    return sys_process_of(sender, &info) == 0 && (info.kernel_calls & needed) == needed;
}

/* A module that waits to be asked for is there for those that it needs. */
static bool may_wake(endpoint_t sender, const struct supervised *s)
{
    const struct supervised *by = service_of(sender);
    return s && s->asked && by && service_needs(s, by);
}

static void run_due(void);

/* Whom a request names that the sender may make. */
static int find_asked(const message *m, struct supervised **s)
{
    struct supervisor_name asked;
    memcpy(&asked, m->m_words, sizeof asked);
    asked.name[sizeof asked.name - 1] = '\0';
    if (!leads)
        return -EAGAIN;
    *s = service_named(asked.name);
    if (!may_command(m->m_source) && !(m->m_type == SUPERVISOR_START && may_wake(m->m_source, *s)))
        return -EPERM;
    return *s ? 0 : -ENOENT;
}

static int command(message *m, void (*carry_out)(struct supervised *))
{
    struct supervised *s;
    int error = find_asked(m, &s);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error < 0)
        return error;
    carry_out(s);
    run_due();
    return 0;
}

static int handle_start(message *m)
{
    return command(m, service_start);
}

static int handle_stop(message *m)
{
    return command(m, service_stop);
}

static int handle_restart(message *m)
{
    return command(m, service_restart);
}

static int handle_update(message *m)
{
    const uint32_t update = ((const struct supervisor_update_request *)m->m_words)->update;
    struct supervised *s;
    int error = find_asked(m, &s);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error == 0)
        error = service_update(s, update);
    run_due();
    return error;
}

/* ---- Who leads ------------------------------------------------------------------------------- */

/* At the boot both run, and the one whose line comes first leads. */
static bool is_to_lead(void)
{
    if (!(partner.flags & MODULE_RUNNING))
        return true;
    return own.starts == 1 && partner.starts == 1 && own_module < partner_module;
}

static void take_over(void)
{
    report("%s leads now", own.name);
    leads = true;
    services_lead();
}

/* Only one of the two looks, so that they never ask each other. Its death is told otherwise. */
static void look_who_leads(uint64_t now)
{
    if (leads || look_due > now)
        return;
    const int said = heartbeat_who_leads(services[0].endpoint);
    look_due = said == -EREPLYTIMEDOUT || said == -ETIMEDOUT ? now + LOOK_US : UINT64_MAX;
    if (said == -EAGAIN)
        take_over();
}

/* ---- Events ---------------------------------------------------------------------------------- */

static uint64_t earlier(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

static void run_due(void)
{
    const uint64_t now = now_us();
    look_who_leads(now);
    const uint64_t next = earlier(earlier(services_run_due(now), heartbeat_run_due(now)),
                                  leads ? UINT64_MAX : look_due);
    const uint64_t then = now_us();
    (void)sys_alarm(next == UINT64_MAX ? 0 : next > then ? next - then : 1);
}

static void on_events(endpoint_t source, uint32_t bits)
{
    struct system_death death;
    if (source != HARDWARE)
        return;
    while ((bits & EVENT_DEATH) && sys_death(&death) == 0) {
        services_died(&death);
        if (!leads && services[0].state != SUPERVISOR_STATE_RUNNING)
            take_over();
    }
    run_due();
}

/* ---- The start ------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    static const struct server_handler handlers[] = {
        {SUPERVISOR_LIST, list},
        {SUPERVISOR_START, handle_start},
        {SUPERVISOR_STOP, handle_stop},
        {SUPERVISOR_RESTART, handle_restart},
        {SUPERVISOR_UPDATE, handle_update},
        {0, NULL},
    };
    if (sys_module_find(argv[0], &own_module, &own) < 0)
        return 1;
    if (argc > 1 && sys_module_find(argv[1], &partner_module, &partner) == 0) {
        services_watch_partner(&partner, partner_module);
        leads = is_to_lead() || services[0].state != SUPERVISOR_STATE_RUNNING;
    } else {
        leads = true;
    }
    if (leads)
        services_lead();
    else if (own_module < partner_module)
        look_due = now_us() + LOOK_US;
    run_due();
    return -server_run(NULL, handlers, on_events);
}
