/*
 * What the kernel's list does not say, in the store, a record a service: that it was stopped, given
 * up or has ended, and how it died last. The store may be among the dead, so nothing here is
 * needed: without it a stopped service comes back when the supervisor dies, too.
 */
#include "supervisor.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <proto/store.h>
#include <string.h>

#define ANSWER_US 20000

struct kept {
    uint32_t state, cause, status, ip, address;
};

_Static_assert(sizeof(struct kept) == sizeof(((struct store_record *)0)->value), "one record");

/* Once: a supervisor does not wait for what it would have to restart itself. */
static int ask(message *m)
{
    endpoint_t store;
    int error = sys_lookup(KEEPER, &store);
    if (error == 0)
        error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, store, m, ANSWER_US, NULL);
    return error < 0 ? error : m->m_type;
}

static int save(const struct supervised *s)
{
    const struct kept k = {s->state, s->last.cause, s->last.status, s->last.ip, s->last.address};
    struct store_record record = {.key = s->module};
    message m = {.m_type = STORE_PUT};
    memcpy(record.value, &k, sizeof k);
    memcpy(m.m_words, &record, sizeof record);
    return ask(&m);
}

void kept_save(const struct supervised *s)
{
    (void)save(s);
}

void kept_save_all(void)
{
    for (const struct supervised *s = services; s < services + service_count; s++)
        if (s->last.cause != SUPERVISOR_CAUSE_NONE || s->state != SUPERVISOR_STATE_RUNNING)
            if (save(s) < 0)
                return;
}

void kept_restore(struct supervised *s)
{
    message m = {.m_type = STORE_GET, .m_words = {s->module}};
    struct store_record record;
    struct kept k;
    if (ask(&m) < 0)
        return;
    memcpy(&record, m.m_words, sizeof record);
    memcpy(&k, record.value, sizeof k);
    s->last = (struct system_death){
        .cause = k.cause, .status = k.status, .ip = k.ip, .address = k.address};
    if (k.state == SUPERVISOR_STATE_STOPPED || k.state == SUPERVISOR_STATE_GIVEN_UP ||
        k.state == SUPERVISOR_STATE_ENDED)
        s->state = k.state;
}
