/* See services.h. Every question here may be asked twice without harm. */
#include "services.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/names.h>
#include <stdbool.h>
#include <string.h>

#define ANSWER_US 2000000
#define PAUSE_US  1000
#define ATTEMPTS  4

static int ask_at(endpoint_t server, message *m)
{
    const int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, server, m, ANSWER_US, NULL);
    return error < 0 ? error : m->m_type;
}

/* A supervised one is the supervisor's to start: it is waited for, as long as for an answer. But
   the name server only once in vain: each command would ask for it. */
static int process_or_start(const char *name, endpoint_t *endpoint)
{
    static bool no_names;
    const bool is_names = strcmp(name, "names") == 0;
    int error = sys_lookup(name, endpoint);
    for (unsigned us = 0; error == -EAGAIN && us < ANSWER_US && !(is_names && no_names);
         us += PAUSE_US) {
        message m;
        (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, PAUSE_US, NULL);
        error = sys_lookup(name, endpoint);
    }
    if (is_names)
        no_names = error == -EAGAIN;
    return error == -ENOENT ? sys_start(name, "", endpoint) : error;
}

static int look_up(endpoint_t names, const char *name, endpoint_t *endpoint)
{
    message m = {.m_type = NAMES_LOOKUP};
    struct names_request request = {.index = 0};
    if (strlen(name) >= sizeof request.name)
        return -ENAMETOOLONG;
    strcpy(request.name, name);
    memcpy(m.m_words, &request, sizeof request);
    const int error = ask_at(names, &m);
    if (error < 0)
        return error;
    struct names_answer answer;
    memcpy(&answer, m.m_words, sizeof answer);
    *endpoint = answer.endpoint;
    return 0;
}

int service_lookup(const char *name, endpoint_t *endpoint)
{
    endpoint_t names;
    const int error = process_or_start("names", &names);
    return error < 0 ? error : look_up(names, name, endpoint);
}

int service_find(const char *name, endpoint_t *endpoint)
{
    endpoint_t names;
    if (process_or_start("names", &names) == 0 && look_up(names, name, endpoint) == 0)
        return 0;
    return process_or_start(name, endpoint);
}

int service_ask(const char *name, message *m)
{
    const message request = *m;
    int error = -EDEADSRCDST;
    for (unsigned i = 0; i < ATTEMPTS && (error == -EDEADSRCDST || error == -EREPLYDEAD); i++) {
        endpoint_t server;
        error = service_find(name, &server);
        if (error < 0)
            return error;
        *m = request;
        error = ask_at(server, m);
    }
    return error;
}
