/* See events.h. */
#include "events.h"

#include "commands.h"
#include "console.h"
#include "jobs.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <string.h>

/* The shell offers no service. */
static void refuse(message *m, uint32_t ticket)
{
    const struct server_client client = {m->m_source, ticket};
    memset(m->m_words, 0, sizeof m->m_words);
    (void)server_answer(client, -ENOSYS, m);
}

bool events_wait(void)
{
    message m;
    uint32_t second;
    if (ipc_call(IPC_RECEIVE, ANY, &m, 0, &second) < 0)
        return false;
    if (IPC_TICKET(second) != 0)
        refuse(&m, IPC_TICKET(second));
    if (IPC_CAME(second) != IPC_CAME_EVENTS || m.m_source != console_endpoint())
        return false;
    console_note_interrupt();
    return true;
}

bool events_take_deaths(endpoint_t process, struct system_death *its)
{
    bool found = false;
    struct system_death death;
    while (sys_death(&death) == 0) {
        console_note_death(death.endpoint);
        jobs_note_death(death.endpoint);
        if (death.endpoint == process) {
            *its = death;
            found = true;
        }
    }
    return found;
}

int events_say_end(const char *name, const struct system_death *death)
{
    if (death->cause == DEATH_EXIT)
        return (int)death->status;
    if (death->cause == DEATH_KILL) {
        if (!console_interrupted())
            say("%s: killed\n", name);
        return console_interrupted() ? STATUS_INTERRUPTED : STATUS_KILLED;
    }
    if (death->status == 14)
        say("%s: killed by page fault at 0x%08x (instruction 0x%08x)\n", name,
            (unsigned)death->address, (unsigned)death->ip);
    else
        say("%s: killed by %s (instruction 0x%08x)\n", name, sys_fault_name(death->status),
            (unsigned)death->ip);
    return STATUS_KILLED;
}
