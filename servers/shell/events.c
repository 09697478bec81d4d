/* See events.h. */
#include "events.h"

#include "console.h"
#include "jobs.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
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

void events_take_deaths(void)
{
    struct system_death death;
    while (sys_death(&death) == 0) {
        console_note_death(death.endpoint);
        jobs_note_death(&death);
    }
}
