/* See parley/store.h. The store is found by its process's name, as the name server is. */
#include <internal.h>
#include <parley/ipc.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/store.h>
#include <string.h>

#define ANSWER_US 100000
#define PAUSE_US  1000

static endpoint_t store = NONE;

static int ask_once(message *m)
{
    if (store == NONE) {
        int error = sys_lookup("store", &store);
        if (error < 0)
            return error;
    }
    return ipc_call(IPC_REQUEST | IPC_TIMEOUT, store, m, ANSWER_US, NULL);
}

/* All requests may be repeated; so often that a store which is restarted is waited for. */
static int ask(message *m)
{
    const message request = *m;
    int error = -EAGAIN;
    for (unsigned waited = 0; waited < ANSWER_US; waited += PAUSE_US) {
        *m = request;
        error = ask_once(m);
        if (error == 0)
            return m->m_type;
        if (error != -EAGAIN && error != -EDEADSRCDST && error != -EREPLYDEAD)
            return error;
        store = NONE;
        libc_pause(PAUSE_US);
    }
    return error;
}

static int take(const message *m, uint32_t *key, void *record, size_t bytes)
{
    const struct store_record *r = (const struct store_record *)m->m_words;
    if (key)
        *key = r->key;
    memcpy(record, r->value, bytes < sizeof r->value ? bytes : sizeof r->value);
    return 0;
}

int store_put(uint32_t key, const void *record, size_t bytes)
{
    message m = {.m_type = STORE_PUT};
    struct store_record *r = (struct store_record *)m.m_words;
    if (bytes > sizeof r->value)
        return -EINVAL;
    r->key = key;
    memcpy(r->value, record, bytes);
    return ask(&m);
}

int store_get(uint32_t key, void *record, size_t bytes)
{
    message m = {.m_type = STORE_GET, .m_words = {key}};
    int error = ask(&m);
    return error < 0 ? error : take(&m, NULL, record, bytes);
}

int store_next(uint32_t *key, void *record, size_t bytes)
{
    message m = {.m_type = STORE_NEXT, .m_words = {*key}};
    int error = ask(&m);
    return error < 0 ? error : take(&m, key, record, bytes);
}

int store_drop(uint32_t key)
{
    message m = {.m_type = STORE_DROP, .m_words = {key}};
    return ask(&m);
}
