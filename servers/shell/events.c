/* See events.h. */
#include "events.h"

#include "console.h"
#include "jobs.h"
#include "output.h"

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

static void take(uint32_t microseconds)
{
    const uint32_t way = microseconds == EVENTS_EVER ? IPC_RECEIVE : IPC_RECEIVE | IPC_TIMEOUT;
    message m;
    uint32_t second;
    if (ipc_call(way, ANY, &m, microseconds, &second) < 0)
        return;
    if (IPC_TICKET(second) != 0)
        refuse(&m, IPC_TICKET(second));
    if (IPC_CAME(second) == IPC_CAME_EVENTS && m.m_source == console_endpoint())
        console_note_interrupt();
}

void events_wait(uint32_t microseconds)
{
    take(microseconds);
    events_take_deaths();
    if (console_endpoint() == NONE) /* the tty was among the dead: another one */
        console_claim();
}

void events_take_deaths(void)
{
    struct system_death death;
    while (sys_death(&death) == 0) {
        console_note_death(death.endpoint);
        output_note_death(death.endpoint);
        jobs_note_death(&death);
    }
}
