/*
 * Requests that survive the death of the server. See parley/server.h.
 *
 * EDEADSRCDST says that the dead never had the request: it goes to the successor, whatever it asks.
 * ERESTART as an answer says the same of one that retires. EREPLYDEAD says that it may have been
 * carried out: only what may be repeated is asked again, and not for ever, since it may be the
 * request itself of which servers die. One that lives and has forgotten a request is ended by the
 * supervisor.
 */
#include <parley/ipc.h>
#include <parley/server.h>
#include <server/repeatable.h>

#define FINDS_MAX  16 /* successors that are dead before they are asked */
#define DEATHS_MAX 3  /* servers that took the request and died */

static bool is_in(const int32_t *types, unsigned count, int32_t type)
{
    unsigned first = 0, end = count;
    while (first < end) {
        unsigned middle = (first + end) / 2;
        if (types[middle] == type)
            return true;
        if (types[middle] < type)
            first = middle + 1;
        else
            end = middle;
    }
    return false;
}

static bool may_repeat(int32_t type)
{
    return is_in(libc_repeatable_types, libc_repeatable_count, type);
}

bool service_answers_at_once(int32_t type)
{
    return is_in(libc_prompt_types, libc_prompt_count, type);
}

static int ask_once(struct service *s, message *m)
{
    if (s->endpoint == NONE) {
        int error = names_lookup(s->name, &s->endpoint);
        if (error < 0)
            return error;
    }
    return ipc_request(s->endpoint, m);
}

int service_request(struct service *s, message *m)
{
    const message request = *m;
    unsigned deaths = 0;
    int error = -EDEADSRCDST;
    for (unsigned finds = 0; finds < FINDS_MAX; finds++) {
        *m = request;
        error = ask_once(s, m);
        if (error == 0 && m->m_type != -ERESTART)
            return m->m_type;
        if (error == 0)
            error = -EDEADSRCDST; /* as good as dead, and has done nothing */
        if (error != -EDEADSRCDST && error != -EREPLYDEAD)
            return error;
        s->endpoint = NONE;
        if (error == -EREPLYDEAD && (++deaths == DEATHS_MAX || !may_repeat(request.m_type)))
            return error;
    }
    return error;
}
