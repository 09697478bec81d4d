/*
 * The tty's name at the name server. A name server that died takes its table with it, and the tty
 * must not wait for one that hangs: the name is published with a timeout, and again, now and then,
 * until a name server has it.
 */
#include "tty.h"

#include <abi/errors.h>
#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/names.h>
#include <string.h>

#define ANSWER_US 100000

static endpoint_t name_server = NONE; /* that knows our name */

static bool publish(endpoint_t names)
{
    message m = {.m_type = NAMES_PUBLISH};
    const struct names_request request = {.name = "tty"};
    memcpy(m.m_words, &request, sizeof request);
    return ipc_call(IPC_REQUEST | IPC_TIMEOUT, names, &m, ANSWER_US, NULL) == 0 && m.m_type == 0;
}

void announce(void)
{
    endpoint_t names;
    if (name_server != NONE || sys_lookup("names", &names) < 0)
        return;
    if (sys_watch(names, 1) == 0 && publish(names))
        name_server = names;
}

bool announced(void)
{
    return name_server != NONE;
}

void announce_death(endpoint_t dead)
{
    if (dead == name_server)
        name_server = NONE;
}
