/*
 * names: which process provides a service. Protocol: proto/names.h.
 *
 * What always holds: an entry's owner was alive when it was added and is watched, so its death
 * removes the entry; a process waits for one name at most, and a new wait of its own ends the
 * former, so there is room for all. The waiting are watched too.
 *
 * Nothing here prints: the terminal is a client of this server.
 */
#include <ctype.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/names.h>
#include <stdbool.h>
#include <string.h>

#define NAMES_MAX   64
#define NAMES_EACH  16  /* what one process may publish, so that none can fill the table */
#define WAITERS_MAX 256 /* each process waits once at most: room for all */

struct name {
    char text[16]; /* NUL-padded: two names are equal when their bytes are */
};

static struct entry {
    struct name name;
    endpoint_t owner;
} entries[NAMES_MAX];
static unsigned entry_count;

static struct waiter {
    struct name name;
    struct server_client client;
} waiters[WAITERS_MAX];
static unsigned waiter_count;

static struct entry *find(const struct name *name)
{
    for (struct entry *e = entries; e < entries + entry_count; e++) {
        if (memcmp(&e->name, name, sizeof(*name)) == 0)
            return e;
    }
    return NULL;
}

static void remove_entry(struct entry *e)
{
    entry_count--;
    memmove(e, e + 1, (size_t)((char *)&entries[entry_count] - (char *)e));
}

static void remove_waiter(struct waiter *w)
{
    waiter_count--;
    memmove(w, w + 1, (size_t)((char *)&waiters[waiter_count] - (char *)w));
}

static unsigned owned_by(endpoint_t owner)
{
    unsigned count = 0;
    for (const struct entry *e = entries; e < entries + entry_count; e++)
        count += e->owner == owner;
    return count;
}

/* Whoever neither provides nor waits need not be watched any more. */
static void unwatch_if_idle(endpoint_t process)
{
    for (const struct waiter *w = waiters; w < waiters + waiter_count; w++) {
        if (w->client.endpoint == process)
            return;
    }
    if (owned_by(process) == 0)
        sys_watch(process, false);
}

/* `process` waits anew, so it no longer waits for the answer to its former question. */
static void end_wait_of(endpoint_t process)
{
    for (unsigned i = 0; i < waiter_count; i++) {
        if (waiters[i].client.endpoint == process) {
            remove_waiter(&waiters[i]);
            unwatch_if_idle(process);
            return;
        }
    }
}

/* The name in a request, padded with NULs. 0 or EINVAL. */
static int take_name(const message *m, struct name *name)
{
    const char *text = ((const struct names_request *)m->m_words)->name;
    size_t length = strnlen(text, sizeof(name->text));
    if (length == 0 || length == sizeof(name->text))
        return -EINVAL;
    for (size_t i = 0; i < length; i++) {
        if (!isgraph((unsigned char)text[i]))
            return -EINVAL;
    }
    memset(name, 0, sizeof(*name));
    memcpy(name, text, length);
    return 0;
}

static void put_answer(message *m, const struct entry *e)
{
    struct names_answer *answer = (struct names_answer *)m->m_words;
    memset(m->m_words, 0, sizeof(m->m_words));
    memcpy(answer->name, e->name.text, sizeof(answer->name));
    answer->endpoint = e->owner;
}

static void answer_waiters(const struct entry *e)
{
    for (unsigned i = 0; i < waiter_count;) {
        struct waiter w = waiters[i];
        if (memcmp(&w.name, &e->name, sizeof(w.name)) != 0) {
            i++;
            continue;
        }
        remove_waiter(&waiters[i]);
        unwatch_if_idle(w.client.endpoint);
        message m = {0};
        put_answer(&m, e);
        server_answer(w.client, 0, &m);
    }
}

static int publish(message *m)
{
    struct name name;
    endpoint_t sender = m->m_source;
    int error = take_name(m, &name);
    if (error < 0)
        return error;

    struct entry *e = find(&name);
    if (e && e->owner == sender)
        return 0;
    /* A dead owner's entry goes as soon as its death is read; until then it is no obstacle. */
    if (e && sys_watch(e->owner, true) != -EDEADSRCDST)
        return -EEXIST;
    if (!e && (entry_count == NAMES_MAX || owned_by(sender) >= NAMES_EACH))
        return -ENOSPC;
    error = sys_watch(sender, true);
    if (error < 0)
        return error;

    if (!e)
        e = &entries[entry_count++];
    *e = (struct entry){name, sender};
    answer_waiters(e);
    return 0;
}

static int lookup(message *m)
{
    struct name name;
    int error = take_name(m, &name);
    if (error < 0)
        return error;
    const struct entry *e = find(&name);
    if (!e)
        return -ENOENT;
    put_answer(m, e);
    return 0;
}

static int wait(message *m)
{
    end_wait_of(m->m_source);
    int error = lookup(m);
    if (error != -ENOENT)
        return error;
    if (waiter_count == WAITERS_MAX)
        return -ENOSPC;
    error = sys_watch(m->m_source, true);
    if (error < 0)
        return error;
    struct waiter *w = &waiters[waiter_count++];
    take_name(m, &w->name);
    w->client = server_current();
    return SERVER_LATER;
}

static int list(message *m)
{
    uint32_t index = ((const struct names_request *)m->m_words)->index;
    if (index >= entry_count)
        return -ENOENT;
    put_answer(m, &entries[index]);
    return 0;
}

static int withdraw(message *m)
{
    struct name name;
    endpoint_t sender = m->m_source;
    int error = take_name(m, &name);
    if (error < 0)
        return error;
    struct entry *e = find(&name);
    if (!e)
        return -ENOENT;
    if (e->owner != sender)
        return -EPERM;
    remove_entry(e);
    unwatch_if_idle(sender);
    return 0;
}

static void forget(endpoint_t dead)
{
    for (unsigned i = entry_count; i-- > 0;) {
        if (entries[i].owner == dead)
            remove_entry(&entries[i]);
    }
    for (unsigned i = waiter_count; i-- > 0;) {
        if (waiters[i].client.endpoint == dead)
            remove_waiter(&waiters[i]);
    }
}

static void on_events(endpoint_t source, uint32_t bits)
{
    struct system_death death;
    if (source != HARDWARE || !(bits & EVENT_DEATH))
        return;
    while (sys_death(&death) == 0)
        forget(death.endpoint);
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {NAMES_PUBLISH, publish}, {NAMES_LOOKUP, lookup},     {NAMES_WAIT, wait},
        {NAMES_LIST, list},       {NAMES_WITHDRAW, withdraw}, {0},
    };
    entries[entry_count++] = (struct entry){{"names"}, self()};
    return server_run(NULL, handlers, on_events);
}
