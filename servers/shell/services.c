/* See services.h. Every question here may be asked twice without harm. */
#include "services.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/names.h>
#include <string.h>

#define ANSWER_US 2000000

static int ask_at(endpoint_t server, message *m)
{
    const int error = ipc_call(IPC_SEND_REC | IPC_TIMEOUT, server, m, ANSWER_US, NULL);
    return error < 0 ? error : m->m_type;
}

static int process_or_start(const char *name, endpoint_t *endpoint)
{
    const int error = sys_lookup(name, endpoint);
    return error == -ENOENT ? sys_start(name, "", endpoint) : error;
}

int service_find(const char *name, endpoint_t *endpoint)
{
    endpoint_t names;
    if (process_or_start("names", &names) == 0) {
        message m = {.m_type = NAMES_LOOKUP};
        strlcpy((char *)m.m_words, name, NAME_BYTES);
        if (ask_at(names, &m) == 0) {
            struct names_answer answer;
            memcpy(&answer, m.m_words, sizeof answer);
            *endpoint = answer.endpoint;
            return 0;
        }
    }
    return process_or_start(name, endpoint);
}

int service_ask(const char *name, message *m)
{
    const message request = *m;
    int error = -EDEADSRCDST;
    for (unsigned i = 0; i < 2 && (error == -EDEADSRCDST || error == -EREPLYDEAD); i++) {
        endpoint_t server;
        error = service_find(name, &server);
        if (error < 0)
            return error;
        *m = request;
        error = ask_at(server, m);
    }
    return error;
}
