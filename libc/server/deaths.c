/* See parley/server.h. */
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>

void server_take_deaths(uint32_t bits, void (*died)(endpoint_t process))
{
    struct system_death death;
    while ((bits & EVENT_DEATH) != 0 && sys_death(&death) == 0)
        died(death.endpoint);
}
