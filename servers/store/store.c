/*
 * store: records that outlive the servers that own them. Protocol: proto/store.h.
 *
 * Two processes run this program. The first, whose argument is the second's name, answers clients
 * and tells the second of each change before it answers; the second only holds a copy. Either takes
 * over what the other has when it is started again, so the records are lost only when both are dead
 * at once. What is not done here: no record is believed to be right because it is here. A server
 * that was damaged may have put nonsense, and its successor has to check what it reads.
 *
 * Nothing here asks the name server, which keeps its own table here.
 */
#include "records.h"
#include "second.h"

#include <abi/calls.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <string.h>

static struct records records;
static uint32_t own_identity;

static uint32_t identity_of(endpoint_t process)
{
    struct process_info info;
    if (sys_process_of(process, &info) < 0)
        return STORE_OWNER_MASK; /* it has died since: its answer goes nowhere */
    return info.identity;
}

/* The request's record, its owner the sender. */
static struct store_record take(const message *m)
{
    struct store_record record;
    memcpy(&record, m->m_words, sizeof record);
    record.tag = (record.tag & ~STORE_OWNER_MASK) | identity_of(m->m_source);
    return record;
}

static int answer(message *m, const struct store_record *record)
{
    if (!record)
        return -ENOENT;
    memcpy(m->m_words, record, sizeof *record);
    return 0;
}

static int put(message *m)
{
    const struct store_record record = take(m);
    int error = records_put(&records, &record);
    if (error == 0)
        second_tell(STORE_COPY, &record);
    return error;
}

static int get(message *m)
{
    return answer(m, records_get(&records, identity_of(m->m_source), m->m_words[0]));
}

static int next(message *m)
{
    return answer(m, records_next(&records, identity_of(m->m_source), m->m_words[0]));
}

static int drop(message *m)
{
    const struct store_record record = take(m);
    if (records_drop(&records, record_owner(&record), record.key))
        second_tell(STORE_UNCOPY, &record);
    return 0;
}

/* ---- Between the two ------------------------------------------------------------------------- */

static int copy(message *m)
{
    if (identity_of(m->m_source) != own_identity)
        return -EPERM;
    return records_put(&records, (const struct store_record *)m->m_words);
}

static int uncopy(message *m)
{
    const struct store_record *record = (const struct store_record *)m->m_words;
    if (identity_of(m->m_source) != own_identity)
        return -EPERM;
    (void)records_drop(&records, record_owner(record), record->key);
    return 0;
}

static int whole(message *m)
{
    (void)m;
    return second_holds_all() ? 0 : -EAGAIN;
}

static int clear(message *m)
{
    if (identity_of(m->m_source) != own_identity)
        return -EPERM;
    memset(&records, 0, sizeof records);
    return 0;
}

static int read(message *m)
{
    if (identity_of(m->m_source) != own_identity)
        return -EPERM;
    return answer(m, records_at(&records, m->m_words[0]));
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE)
        return;
    server_take_deaths(bits, second_death);
    if (bits & EVENT_ALARM)
        second_look(&records);
}

int main(int argc, char **argv)
{
    static const struct server_handler handlers[] = {
        {STORE_PUT, put},   {STORE_GET, get},     {STORE_NEXT, next},
        {STORE_DROP, drop}, {STORE_COPY, copy},   {STORE_UNCOPY, uncopy},
        {STORE_READ, read}, {STORE_CLEAR, clear}, {STORE_WHOLE, whole},
        {0, NULL},
    };
    own_identity = identity_of(self());
    second_start(argc > 1 ? argv[1] : "", &records);
    return -server_run(NULL, handlers, on_events);
}
