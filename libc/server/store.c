/* See parley/store.h. The store is found by its process's name, as the name server is. */
#include <internal.h>
#include <parley/check.h>
#include <parley/ipc.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/store.h>
#include <stdbool.h>
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

/* Of the one that watches it; the same as `store` until that is lost. */
static endpoint_t watched = NONE;

/* One that was waited for in vain, since somebody has stopped it, is not waited for again: a server
   would else stand still at each of its records. */
static bool missing;

static bool watches; /* store_watch was called */

static unsigned patience(void)
{
    return missing ? PAUSE_US : ANSWER_US;
}

void store_watch(void)
{
    watches = true;
    int error = -EAGAIN;
    for (unsigned waited = 0; waited < patience(); waited += PAUSE_US) {
        error = sys_lookup("store", &watched);
        if (error == 0)
            error = sys_watch(watched, true);
        if (error != -EAGAIN && error != -EDEADSRCDST)
            break;
        libc_pause(PAUSE_US);
    }
    missing = error == -EAGAIN;
    if (error < 0)
        watched = NONE;
}

bool store_died(endpoint_t dead)
{
    if (dead != watched)
        return false;
    store_watch();
    return true;
}

static void note_answer(void)
{
    if (missing && watches)
        store_watch(); /* it is another one than that which went */
    missing = false;
}

/* All requests may be repeated; so often that a store which is restarted is waited for. */
static int ask(message *m)
{
    const message request = *m;
    int error = -EAGAIN;
    for (unsigned waited = 0; waited < patience(); waited += PAUSE_US) {
        *m = request;
        error = ask_once(m);
        if (error == 0) {
            note_answer();
            return m->m_type;
        }
        if (error != -EAGAIN && error != -EDEADSRCDST && error != -EREPLYDEAD)
            return error;
        store = NONE;
        libc_pause(PAUSE_US);
    }
    missing = true;
    return error;
}

/* Goes with the record through all that keeps it: what comes back is what was put, or EIO. */
static uint32_t check_of(const struct store_record *r)
{
    return check_sum(r->key, r->value, sizeof r->value) & ~STORE_OWNER_MASK;
}

/* The answer has to name the key that was asked for, or with `next` one behind it. */
static bool is_sound(const message *m, uint32_t key, bool next)
{
    const struct store_record *r = (const struct store_record *)m->m_words;
    return (next ? r->key >= key : r->key == key) && (r->tag & ~STORE_OWNER_MASK) == check_of(r);
}

/* An answer that is not sound is asked for once more. */
static int fetch(int32_t type, uint32_t *key, void *record, size_t bytes)
{
    message m;
    int error = 0;
    for (unsigned attempt = 0; attempt < 2; attempt++) {
        m = (message){.m_type = type, .m_words = {*key}};
        error = ask(&m);
        if (error != 0 || is_sound(&m, *key, type == STORE_NEXT))
            break;
        error = -EIO;
    }
    const struct store_record *r = (const struct store_record *)m.m_words;
    if ((error == 0 || error == -EIO) && r->key >= *key)
        *key = r->key;
    if (error != 0)
        return error;
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
    r->tag = check_of(r);
    return ask(&m);
}

int store_get(uint32_t key, void *record, size_t bytes)
{
    return fetch(STORE_GET, &key, record, bytes);
}

int store_next(uint32_t *key, void *record, size_t bytes)
{
    return fetch(STORE_NEXT, key, record, bytes);
}

int store_drop(uint32_t key)
{
    message m = {.m_type = STORE_DROP, .m_words = {key}};
    return ask(&m);
}
