/*
 * What is supervised, and what its deaths lead to.
 *
 * What always holds: a running service is watched, or its death has been noted; whatever is said of
 * it here can be made again from the kernel's list of modules (services_lead), which is how the
 * other supervisor takes over. Enter there, at services_died and at services_run_due.
 */
#include "supervisor.h"

#include <abi/errors.h>
#include <string.h>

#define BACKOFF_CAP_MS 5000     /* no delay grows beyond */
#define WELL_US        10000000 /* it has lived so long: its next death is a first one */
#define SHORT_US       5000     /* it has hardly lived */
#define SHORT_MAX      16       /* such lives in a row, and there is a delay even with backoff=0 */
#define LATE_MS        100      /* so long the memory server may take back what a dead one had */
#define UP_US          200000   /* to answer, before those that need it start */

/* Of the other supervisor, whose line cannot say. */
#define PARTNER_BACKOFF_MS   1
#define PARTNER_CAP_MS       50 /* while one is away, nobody waits to take over */
#define PARTNER_HEARTBEAT_MS 500

#define RETIRED_US 20000 /* to end, for one that has said that it retires */

struct supervised services[SERVICES_MAX];
unsigned service_count;

uint64_t now_us(void)
{
    uint64_t now = 0;
    (void)sys_time(&now);
    return now;
}

struct supervised *service_named(const char *name)
{
    for (struct supervised *s = services; s < services + service_count; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

struct supervised *service_of_module(unsigned module)
{
    for (struct supervised *s = services; s < services + service_count; s++)
        if (s->module == module)
            return s;
    return NULL;
}

struct supervised *service_of(endpoint_t endpoint)
{
    for (struct supervised *s = services; s < services + service_count; s++)
        if (s->state == SUPERVISOR_STATE_RUNNING && s->endpoint == endpoint)
            return s;
    return NULL;
}

/* ---- Deaths ---------------------------------------------------------------------------------- */

/* Whether the limit allows another restart now; notes it if so. */
static bool within_limit(struct supervised *s, uint64_t now)
{
    uint64_t *oldest = &s->recent[s->restarts % RESTARTS_MAX];
    if (s->limit) {
        const uint64_t first =
            s->restarts < s->limit ? 0 : s->recent[(s->restarts - s->limit) % RESTARTS_MAX];
        if (first && now - first < s->limit_seconds * 1000000ull)
            return false;
    }
    *oldest = now;
    s->restarts++;
    return true;
}

/* The delay of this restart, and doubles that of the next. */
static uint32_t back_off(struct supervised *s, uint64_t now)
{
    if (now - s->began >= WELL_US || s->delay_ms == 0)
        s->delay_ms = s->backoff_ms;
    s->short_lives = now - s->began < SHORT_US ? s->short_lives + 1 : 0;
    if (s->delay_ms == 0 && s->short_lives > SHORT_MAX)
        s->delay_ms = 1; /* else it would take the processor from all that could help it */
    const uint32_t delay = s->delay_ms;
    s->delay_ms = delay > s->cap_ms / 2 ? s->cap_ms : 2 * delay;
    return delay;
}

static bool is_wanted(const struct supervised *s)
{
    if (s->restart == RESTART_ALWAYS)
        return true;
    return s->restart == RESTART_FAULT &&
           !(s->last.cause == SUPERVISOR_CAUSE_EXIT && s->last.status == 0);
}

static void restart_or_not(struct supervised *s, uint64_t now)
{
    const char *how = report_cause(&s->last);
    if (s->stopping) {
        s->state = SUPERVISOR_STATE_STOPPED;
        report("%s was stopped", s->name);
    } else if (s->again) {
        s->state = SUPERVISOR_STATE_RESTARTING;
        s->due = now;
    } else if (!is_wanted(s)) {
        s->state = SUPERVISOR_STATE_ENDED;
        report("%s %s: its line wants no restart", s->name, how);
    } else if (!within_limit(s, now)) {
        s->state = SUPERVISOR_STATE_GIVEN_UP;
        report("%s %s: given up after %u restarts in %u s", s->name, how, (unsigned)s->limit,
               (unsigned)s->limit_seconds);
    } else {
        const uint32_t delay = back_off(s, now);
        s->state = SUPERVISOR_STATE_RESTARTING;
        s->due = now + delay * 1000ull;
        report("%s %s: restart %u, in %u ms", s->name, how, (unsigned)s->restarts, (unsigned)delay);
    }
    s->stopping = s->again = false;
}

static void note_death(struct supervised *s, const struct system_death *death)
{
    s->last = *death;
    if (s->hung)
        s->last.cause = SUPERVISOR_CAUSE_HANG;
    restart_or_not(s, now_us());
}

void services_died(const struct system_death *death)
{
    struct supervised *s = service_of(death->endpoint);
    if (!s)
        return;
    note_death(s, death);
    kept_save(s);
}

/* ---- Starting -------------------------------------------------------------------------------- */

/* From now on it runs, as far as is known. */
static void adopt(struct supervised *s, endpoint_t endpoint)
{
    static const struct system_death unseen = {.cause = SUPERVISOR_CAUSE_UNKNOWN};
    s->endpoint = endpoint;
    s->state = SUPERVISOR_STATE_RUNNING;
    s->began = now_us();
    heartbeat_begin(s, s->began);
    if (sys_watch(endpoint, true) < 0)
        note_death(s, &unseen);
}

bool service_needs(const struct supervised *s, const struct supervised *other)
{
    for (unsigned i = 0; i < MODULE_NEEDS_MAX && s->needs[i] != MODULE_NO_NEED; i++)
        if (s->needs[i] == other->module)
            return true;
    return false;
}

static bool is_needed(const struct supervised *s)
{
    for (const struct supervised *other = services; other < services + service_count; other++) {
        if (other->state == SUPERVISOR_STATE_RESTARTING && service_needs(other, s))
            return true;
    }
    return false;
}

/* Its own program stays what it was if the other is refused. */
static void exchange_program(struct supervised *s)
{
    int error = sys_update(s->name, s->update);
    if (error == -EBUSY)
        return; /* until the memory server has released the last process */
    s->update = NO_UPDATE;
    if (error < 0)
        report("%s keeps its program: error %d", s->name, -error);
    else
        report("%s has another program", s->name);
}

/* EAGAIN: the memory server has not yet taken back what it gave to the dead one. */
static void start_later(struct supervised *s, int error)
{
    const uint32_t delay = back_off(s, s->began);
    s->due = now_us() + delay * 1000ull + 1000;
    if (error != -EAGAIN)
        report("%s cannot be started: error %d", s->name, -error);
    else if (delay >= LATE_MS)
        report("%s cannot be started: its memory has not been taken back", s->name);
}

static void start(struct supervised *s)
{
    endpoint_t endpoint;
    if (s->update != NO_UPDATE)
        exchange_program(s);
    int error = sys_start(s->name, "", &endpoint);
    if (error == -EBUSY) /* somebody else has */
        error = sys_lookup(s->name, &endpoint);
    if (error < 0) {
        start_later(s, error);
        return;
    }
    adopt(s, endpoint);
    if (s->state == SUPERVISOR_STATE_RUNNING && is_needed(s))
        (void)heartbeat_answers(endpoint, UP_US);
    if (s->restarts && strcmp(s->name, KEEPER) == 0)
        kept_save_all();
}

/* One that is not to come back is not waited for: better a server without what it needs than none.
   A module that is not supervised was started by the boot, or never will be. */
static bool needs_are_up(const struct supervised *s)
{
    for (unsigned i = 0; i < MODULE_NEEDS_MAX && s->needs[i] != MODULE_NO_NEED; i++) {
        const struct supervised *need = service_of_module(s->needs[i]);
        if (need && need->state == SUPERVISOR_STATE_RESTARTING)
            return false;
    }
    return true;
}

static bool start_one(uint64_t now)
{
    for (struct supervised *s = services; s < services + service_count; s++) {
        if (s->state != SUPERVISOR_STATE_RESTARTING || s->due > now || !needs_are_up(s))
            continue;
        start(s);
        return true;
    }
    return false;
}

uint64_t services_run_due(uint64_t now)
{
    uint64_t next = UINT64_MAX;
    while (start_one(now))
        ;
    for (const struct supervised *s = services; s < services + service_count; s++)
        if (s->state == SUPERVISOR_STATE_RESTARTING && needs_are_up(s) && s->due < next)
            next = s->due;
    return next;
}

/* ---- Who is supervised ----------------------------------------------------------------------- */

static struct supervised *add(const struct module_info *m, unsigned module)
{
    if (service_count == SERVICES_MAX) {
        report("%s: more than %u modules to supervise", m->name, SERVICES_MAX);
        return NULL;
    }
    struct supervised *s = &services[service_count++];
    *s = (struct supervised){
        .module = module,
        .restart = m->restart,
        .limit = m->limit,
        .limit_seconds = m->limit_seconds,
        .backoff_ms = m->backoff_ms,
        .heartbeat_ms = m->heartbeat_ms,
        .cap_ms = m->backoff_ms > BACKOFF_CAP_MS ? m->backoff_ms : BACKOFF_CAP_MS,
        .update = NO_UPDATE,
        .asked = (m->flags & MODULE_DEMAND) != 0,
        .state = SUPERVISOR_STATE_RESTARTING,
        .last.cause = SUPERVISOR_CAUSE_NONE,
        .beat_due = UINT64_MAX,
    };
    memcpy(s->name, m->name, sizeof s->name);
    memcpy(s->needs, m->needs, sizeof s->needs);
    return s;
}

void services_watch_partner(const struct module_info *partner, unsigned module)
{
    struct supervised *s = add(partner, module);
    s->restart = RESTART_ALWAYS;
    s->backoff_ms = PARTNER_BACKOFF_MS;
    s->cap_ms = PARTNER_CAP_MS;
    s->heartbeat_ms = PARTNER_HEARTBEAT_MS;
    if (partner->flags & MODULE_RUNNING)
        adopt(s, partner->endpoint);
}

/* What runs is watched, what does not run is started, unless the one that led before had a reason
   not to. At the boot nothing runs, and nobody has led. */
void services_lead(void)
{
    struct module_info m;
    for (unsigned i = 0; sys_module(i, &m) == 0; i++) {
        if (!(m.flags & MODULE_SUPERVISED) || (m.flags & MODULE_REFUSED))
            continue;
        struct supervised *s = add(&m, i);
        if (!s)
            return;
        if (m.starts > 0)
            kept_restore(s);
        else if (s->asked)
            s->state = SUPERVISOR_STATE_UNASKED;
        if (m.flags & MODULE_RUNNING)
            adopt(s, m.endpoint);
    }
}

/* ---- On request ------------------------------------------------------------------------------ */

static void end(struct supervised *s)
{
    (void)sys_kill(s->endpoint);
}

void service_start(struct supervised *s)
{
    if (s->state == SUPERVISOR_STATE_RUNNING)
        return;
    s->state = SUPERVISOR_STATE_RESTARTING;
    s->due = now_us();
    s->delay_ms = 0;
    memset(s->recent, 0, sizeof s->recent);
    kept_save(s);
}

void service_stop(struct supervised *s)
{
    if (s->state == SUPERVISOR_STATE_RUNNING) {
        s->stopping = true;
        end(s);
        return;
    }
    s->state = SUPERVISOR_STATE_STOPPED;
    kept_save(s);
}

/* Whoever does not retire when asked, or says so and stays, has nothing that could be kept from
   harm. */
void service_restart(struct supervised *s)
{
    if (s->state != SUPERVISOR_STATE_RUNNING) {
        service_start(s);
        return;
    }
    s->again = true;
    if (heartbeat_retire(s->endpoint))
        s->beat_due = now_us() + RETIRED_US;
    else
        end(s);
}

int service_update(struct supervised *s, unsigned module)
{
    struct module_info info;
    if (sys_module(module, &info) < 0 || !(info.flags & MODULE_UPDATE) ||
        (info.flags & MODULE_REFUSED) || info.needs[0] != s->module)
        return -EINVAL;
    s->update = module;
    service_restart(s);
    return 0;
}
