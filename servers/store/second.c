/* See second.h. */
#include "second.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <string.h>

#define ANSWER_US 50000
#define LOOK_US   2000 /* between two looks for the successor of one that died */

static const char *name;
static endpoint_t second = NONE;

static int ask(message *m)
{
    int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, second, m, ANSWER_US, NULL);
    return error < 0 ? error : m->m_type;
}

static int tell(int32_t type, const struct store_record *record)
{
    message m = {.m_type = type};
    memcpy(m.m_words, record, sizeof *record);
    return ask(&m);
}

/* One that does not answer is looked for again: it may lack what it was told last. */
static void lose(void)
{
    second = NONE;
    (void)sys_alarm(LOOK_US);
}

static bool find(void)
{
    int error = name[0] != '\0' ? sys_lookup(name, &second) : -ENOENT;
    if (error == 0 && sys_watch(second, true) == 0)
        return true;
    second = NONE;
    if (error != -ENOENT)
        (void)sys_alarm(LOOK_US);
    return false;
}

void second_start(const char *its_name, struct records *records)
{
    name = its_name;
    if (!find())
        return;
    for (uint32_t i = 0; i < RECORDS_MAX; i++) {
        message m = {.m_type = STORE_READ, .m_words = {i}};
        int error = ask(&m);
        if (error == 0)
            (void)records_put(records, (const struct store_record *)m.m_words);
        else if (error == -ENOENT)
            return;
        else
            break;
    }
    lose(); /* it died meanwhile, say: what was read is kept, and goes to the next one */
}

void second_tell(int32_t type, const struct store_record *record)
{
    if (second != NONE && tell(type, record) < 0)
        lose();
}

bool second_holds_all(void)
{
    return second != NONE;
}

void second_death(endpoint_t dead)
{
    if (dead == second)
        lose();
}

void second_look(const struct records *records)
{
    const struct store_record *record;
    message m = {.m_type = STORE_CLEAR};
    if (second != NONE || !find())
        return;
    if (ask(&m) < 0) {
        lose();
        return;
    }
    for (uint32_t i = 0; (record = records_at(records, i)) != NULL; i++) {
        if (tell(STORE_COPY, record) < 0) {
            lose();
            return;
        }
    }
}
