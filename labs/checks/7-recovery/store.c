/*
 * The store, as the bank's: proto/store.h, for the records of one owner. Whom it lets die, and
 * when, the judge says (moments.h).
 */
#include "moments.h"
#include "records.h"

#include <abi/errors.h>
#include <parley/server.h>
#include <parley/system.h>
#include <string.h>

static struct records records;
static struct moments_plan plan;
static uint32_t requests;

static int answer(message *m, const struct store_record *record)
{
    if (!record)
        return -ENOENT;
    memcpy(m->m_words, record, sizeof *record);
    return 0;
}

/* What the store does: the tag's lowest byte is the owner, and here there is one. */
static int do_it(message *m)
{
    struct store_record record;

    memcpy(&record, m->m_words, sizeof record);
    record.tag &= ~STORE_OWNER_MASK;
    switch (m->m_type) {
    case STORE_PUT:
        return records_put(&records, &record);
    case STORE_GET:
        return answer(m, records_get(&records, 0, record.key));
    case STORE_NEXT:
        return answer(m, records_next(&records, 0, record.key));
    default:
        (void)records_drop(&records, 0, record.key);
        return 0;
    }
}

static int handle(message *m)
{
    const endpoint_t client = m->m_source;

    requests++;
    if (plan.moment == MOMENT_REFUSE && requests >= plan.request)
        return -ENOSPC;
    const enum moment moment = requests == plan.request ? plan.moment : MOMENT_NONE;
    const int status = moment == MOMENT_BEFORE ? -EIO : do_it(m);
    if (moment != MOMENT_NONE)
        (void)sys_kill(client);
    return status;
}

static int make_plan(message *m)
{
    const bool has_happened = plan.request != 0 && requests >= plan.request;

    plan = *(struct moments_plan *)m->m_words;
    requests = 0;
    *(struct moments_answer *)m->m_words = (struct moments_answer){has_happened};
    return 0;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {STORE_PUT, handle},  {STORE_GET, handle},       {STORE_NEXT, handle},
        {STORE_DROP, handle}, {MOMENTS_PLAN, make_plan}, {0}};

    return server_run(NULL, handlers, NULL);
}
