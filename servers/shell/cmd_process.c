/* Commands that end and start processes: kill, run, start. */
#include "commands.h"
#include "console.h"
#include "jobs.h"
#include "modules.h"
#include "processes.h"
#include "words.h"

#include <abi/errors.h>
#include <parley/system.h>
#include <string.h>

static int kill_job(const char *name)
{
    uint32_t number;
    if (words_number(name + 1, UINT32_MAX, &number) == 0 && job_kill(number) == 0)
        return 0;
    say("kill: no such job (try jobs)\n");
    return STATUS_FAILED;
}

int command_kill(int argc, char **argv)
{
    endpoint_t endpoint;
    const bool really = argc > 1 && strcmp(argv[1], "-9") == 0;
    if (argc != (really ? 3 : 2))
        return command_usage("kill");
    argv += really;
    if (argv[1][0] == '%')
        return kill_job(argv[1]);
    int error = process_find(argv[1], &endpoint);
    if (error == 0 && endpoint == self() && !really) {
        say("kill: that is this shell itself (kill -9 does it; reboot and poweroff end the "
            "session)\n");
        return STATUS_FAILED;
    }
    if (error == 0)
        error = sys_kill(endpoint);
    if (error == 0)
        return 0;
    if (error == -ENOENT || error == -EAGAIN || error == -EDEADSRCDST || error == -ENAMETOOLONG ||
        error == -EINVAL)
        say("kill: no process called %s (try ps)\n", argv[1]);
    else
        say("kill: %s: %s\n", argv[1], strerror(error));
    return STATUS_FAILED;
}

/* ---- Starting -------------------------------------------------------------------------------- */

/* With a name, a line that begins with run is a job's (commands.c). */
int command_run(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return command_usage("run");
}

int command_start(int argc, char **argv)
{
    endpoint_t program;
    if (argc < 2)
        return command_usage("start");
    const int error = module_start(argv + 1, &program);
    return error < 0 ? module_not_started("start", argv[1], error) : 0;
}
