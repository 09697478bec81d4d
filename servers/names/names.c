/*
 * names: which process provides a service. Protocol: proto/names.h.
 *
 * What always holds: an entry's owner was alive when it was added and is watched, so its death is
 * noticed; a process waits for one name at most, and a new wait of its own ends the former, so
 * there is room for all. The waiting are watched too.
 *
 * A name whose owner died is held for a while if the kernel says that the module of that name is
 * supervised: a lookup is answered EAGAIN meanwhile, and only that module's process gets it. A
 * module's name is its own: nobody else can publish it while the module is supervised or runs, and
 * who did before it was started loses it. The table is kept in the store, a record a place, and
 * read again when this server was restarted; when the store was, it is put there again.
 *
 * Nothing here prints: the terminal is a client of this server.
 */
#include <ctype.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/names.h>
#include <stdbool.h>
#include <string.h>

#define NAMES_MAX   64
#define NAMES_EACH  16  /* what one process may publish, so that none can fill the table */
#define WAITERS_MAX 256 /* each process waits once at most: room for all */
#define HELD_US     2000000

struct name {
    char text[16]; /* NUL-padded: two names are equal when their bytes are */
};

/* The places of the table; also what the store has of each, under its place as the key. */
static struct entry {
    struct name name;
    endpoint_t owner; /* NONE: the place is free, or its name held */
} entries[NAMES_MAX];
static uint64_t held_until[NAMES_MAX]; /* 0: not held */
static struct entry kept[NAMES_MAX];   /* what the store has */

static struct waiter {
    struct name name;
    struct server_client client;
} waiters[WAITERS_MAX];
static unsigned waiter_count;

_Static_assert(sizeof(struct entry) == STORE_BYTES, "an entry is a record of the store");

static bool is_free(const struct entry *e)
{
    return e->owner == NONE && held_until[e - entries] == 0;
}

static bool is_held(const struct entry *e)
{
    return held_until[e - entries] != 0;
}

static struct entry *find(const struct name *name)
{
    for (struct entry *e = entries; e < entries + NAMES_MAX; e++) {
        if (!is_free(e) && memcmp(&e->name, name, sizeof(*name)) == 0)
            return e;
    }
    return NULL;
}

static struct entry *find_free(void)
{
    for (struct entry *e = entries; e < entries + NAMES_MAX; e++) {
        if (is_free(e))
            return e;
    }
    return NULL;
}

/* So that the next name server goes on with it. A store that is not there is no reason to stop. */
static int keep(const struct entry *e)
{
    uint32_t place = (uint32_t)(e - entries);
    if (is_free(e) || memcmp(&kept[place], e, sizeof(*e)) == 0)
        return 0;
    const int error = store_put(place, e, sizeof(*e));
    if (error == 0)
        kept[place] = *e;
    return error;
}

static void remove_entry(struct entry *e)
{
    uint32_t place = (uint32_t)(e - entries);
    e->owner = NONE;
    held_until[place] = 0;
    if (store_drop(place) == 0)
        kept[place] = (struct entry){.owner = NONE};
}

static void remove_waiter(struct waiter *w)
{
    waiter_count--;
    memmove(w, w + 1, (size_t)((char *)&waiters[waiter_count] - (char *)w));
}

static unsigned owned_by(endpoint_t owner)
{
    unsigned count = 0;
    for (const struct entry *e = entries; e < entries + NAMES_MAX; e++)
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

/* To all that wait for this name. */
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

/* ---- Names whose owner is being restarted ---------------------------------------------------- */

static void set_alarm(void)
{
    uint64_t now, first = UINT64_MAX;
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        if (held_until[i] && held_until[i] < first)
            first = held_until[i];
    }
    if (first == UINT64_MAX || sys_time(&now) < 0)
        return;
    sys_alarm(first > now ? first - now : 1);
}

/* False: nobody will restart the module of that name. Running again already is as good. */
static bool hold(struct entry *e)
{
    char name[sizeof(e->name.text)];
    endpoint_t successor;
    uint64_t now;
    memcpy(name, e->name.text, sizeof(name));
    int error = sys_lookup(name, &successor);
    if ((error != -EAGAIN && (error < 0 || successor == e->owner)) || sys_time(&now) < 0)
        return false;
    e->owner = NONE;
    held_until[e - entries] = now + HELD_US;
    set_alarm();
    return true;
}

/* Whether this process is one of the module for which the name is held. */
static bool is_successor(const struct name *name, endpoint_t process)
{
    endpoint_t successor;
    return sys_lookup(name->text, &successor) == 0 && successor == process;
}

/* Whether a boot module has this name, and it is not the process's. One that was not started is
   unknown here; when it is, it takes its name (publish). */
static bool is_anothers(const struct name *name, endpoint_t process)
{
    endpoint_t owner;
    const int error = sys_lookup(name->text, &owner);
    return error == -EAGAIN || (error == 0 && owner != process);
}

static void lost_owner(struct entry *e)
{
    if (hold(e))
        return;
    remove_entry(e);
}

static void release_held(void)
{
    uint64_t now;
    if (sys_time(&now) < 0)
        return;
    for (struct entry *e = entries; e < entries + NAMES_MAX; e++) {
        if (is_held(e) && held_until[e - entries] <= now)
            remove_entry(e);
    }
    set_alarm();
}

/* ---- Requests -------------------------------------------------------------------------------- */

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
    if (is_anothers(&name, sender))
        return -EEXIST;
    /* A dead owner's entry goes as soon as its death is read; until then it is no obstacle. Neither
       is who took a module's name before the module was started. */
    if (e && !is_held(e) && !is_successor(&name, sender) &&
        sys_watch(e->owner, true) != -EDEADSRCDST)
        return -EEXIST;
    if (!e && owned_by(sender) < NAMES_EACH)
        e = find_free();
    if (!e)
        return -ENOSPC;
    error = sys_watch(sender, true);
    if (error < 0)
        return error;

    const endpoint_t former = e->owner;
    *e = (struct entry){name, sender};
    if (former != NONE)
        unwatch_if_idle(former);
    held_until[e - entries] = 0;
    (void)keep(e);
    answer_waiters(e);
    return 0;
}

static int begin_wait(endpoint_t process, const struct name *name)
{
    if (waiter_count == WAITERS_MAX)
        return -ENOSPC;
    int error = sys_watch(process, true);
    if (error < 0)
        return error;
    waiters[waiter_count++] = (struct waiter){*name, server_current()};
    return SERVER_LATER;
}

/* The answer is in the message, or a negative errno: EAGAIN while the name is held. */
static int look_up(message *m, struct name *name)
{
    end_wait_of(m->m_source);
    int error = take_name(m, name);
    if (error < 0)
        return error;
    const struct entry *e = find(name);
    if (!e)
        return -ENOENT;
    if (is_held(e))
        return -EAGAIN;
    put_answer(m, e);
    return 0;
}

static int lookup(message *m)
{
    struct name name;
    return look_up(m, &name);
}

static int wait(message *m)
{
    struct name name;
    endpoint_t sender = m->m_source;
    int error = look_up(m, &name);
    return error == -ENOENT || error == -EAGAIN ? begin_wait(sender, &name) : error;
}

static int list(message *m)
{
    uint32_t index = ((const struct names_request *)m->m_words)->index;
    for (const struct entry *e = entries; e < entries + NAMES_MAX; e++) {
        if (e->owner == NONE || index-- > 0)
            continue;
        put_answer(m, e);
        return 0;
    }
    return -ENOENT;
}

static int withdraw(message *m)
{
    struct name name;
    endpoint_t sender = m->m_source;
    int error = take_name(m, &name);
    if (error < 0)
        return error;
    struct entry *e = find(&name);
    if (!e || is_held(e))
        return -ENOENT;
    if (e->owner != sender)
        return -EPERM;
    remove_entry(e);
    unwatch_if_idle(sender);
    return 0;
}

/* The store died, and may have lost what it had. One that does not answer is asked no further: it
   is about to be ended, and then this comes again. */
static void keep_all(void)
{
    int error = 0;
    for (unsigned i = 0; i < NAMES_MAX; i++)
        kept[i] = (struct entry){.owner = NONE};
    for (const struct entry *e = entries; e < entries + NAMES_MAX && error == 0; e++)
        error = keep(e);
}

static void forget(endpoint_t dead)
{
    if (store_died(dead))
        keep_all();
    for (struct entry *e = entries; e < entries + NAMES_MAX; e++) {
        if (e->owner == dead)
            lost_owner(e);
    }
    for (unsigned i = waiter_count; i-- > 0;) {
        if (waiters[i].client.endpoint == dead)
            remove_waiter(&waiters[i]);
    }
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE)
        return;
    server_take_deaths(bits, forget);
    if (bits & EVENT_ALARM)
        release_held();
}

static void retire(void)
{
    while (waiter_count) {
        server_send_on(waiters[0].client);
        remove_waiter(&waiters[0]);
    }
}

/* ---- The start ------------------------------------------------------------------------------- */

/* One entry of the former name server, whose owner may have died since. What it put may be damaged:
   a name that is none is dropped. */
static void take_back(uint32_t place, const struct entry *old)
{
    if (place >= NAMES_MAX || old->name.text[0] == '\0' || find(&old->name) ||
        old->name.text[sizeof(old->name.text) - 1] != '\0') {
        (void)store_drop(place);
        return;
    }
    entries[place] = kept[place] = *old;
    if (old->owner == NONE || sys_watch(old->owner, true) < 0)
        lost_owner(&entries[place]);
}

static void take_table_back(void)
{
    struct entry old;
    uint32_t key = 0;
    for (unsigned i = 0; i < 2 * NAMES_MAX; i++, key++) {
        const int error = store_next(&key, &old, sizeof(old));
        if (error == 0)
            take_back(key, &old);
        else if (error != -EIO || store_drop(key) < 0)
            return;
    }
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {NAMES_PUBLISH, publish}, {NAMES_LOOKUP, lookup},     {NAMES_WAIT, wait},
        {NAMES_LIST, list},       {NAMES_WITHDRAW, withdraw}, {0},
    };
    for (unsigned i = 0; i < NAMES_MAX; i++)
        entries[i].owner = kept[i].owner = NONE;
    entries[0] = (struct entry){{"names"}, self()};
    store_watch();
    take_table_back();
    server_on_retire(retire);
    return server_run(NULL, handlers, on_events);
}
