/* Commands that end and start processes: kill, run. */
#include "commands.h"
#include "console.h"
#include "events.h"
#include "jobs.h"
#include "processes.h"
#include "words.h"

#include <abi/errors.h>
#include <abi/layout.h>
#include <parley/system.h>
#include <stdio.h>
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
    const bool really = argc == 3 && strcmp(argv[1], "-9") == 0;
    if (!really && argc != 2)
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

/* ---- Running a program in the foreground ---------------------------------------------------- */

/* Waits until the program has died. ^C ends it. */
static void wait_for_end(const char *name, endpoint_t program, struct system_death *death)
{
    bool stopped = false;
    for (;;) {
        const bool interrupt = events_wait();
        if (events_take_deaths(program, death))
            return;
        if (console_endpoint() == NONE) /* the tty was among them: another one for the program */
            console_lend();
        if (!interrupt || stopped)
            continue;
        stopped = true;
        console_take_back(true);
        const int error = sys_kill(program);
        if (error < 0 && error != -EDEADSRCDST)
            say("shell: %s can't be stopped: %s\n", name, strerror(error));
    }
}

static int not_started(const char *command, const char *name, int error)
{
    struct module_info info;
    switch (error) {
    case -ENOENT:
    case -ENAMETOOLONG:
        say("%s: no module called %s (try modules)\n", command, name);
        break;
    case -EBUSY:
        say("%s: %s is running already (try ps)\n", command, name);
        break;
    case -ENOEXEC:
        if (module_find(name, &info) && info.flags & MODULE_DATA)
            say("%s: %s is data, not a program\n", command, name);
        else if (module_find(name, &info) && info.flags & MODULE_UPDATE)
            say("%s: %s is an update of a service (service update)\n", command, name);
        else
            say("%s: %s was refused at boot (modules says why)\n", command, name);
        break;
    case -E2BIG:
        say("%s: too many arguments for %s\n", command, name);
        break;
    case -EAGAIN:
        say("%s: there is no place for another process\n", command);
        break;
    default:
        say("%s: %s: %s\n", command, name, strerror(error));
        break;
    }
    return STATUS_FAILED;
}

/* Starts the module argv[0] with the other arguments in one string, as the kernel wants them. */
static int start_module(char **argv, endpoint_t *program)
{
    char text[ARGUMENT_BYTES] = "";
    size_t used = 0;
    for (int i = 1; argv[i] != NULL; i++) {
        const int n = snprintf(text + used, sizeof text - used, i > 1 ? " %s" : "%s", argv[i]);
        if (n < 0 || (size_t)n >= sizeof text - used)
            return -E2BIG;
        used += (size_t)n;
    }
    return sys_start(argv[0], text, program);
}

int program_run(char **argv)
{
    endpoint_t program;
    console_lend();
    const int error = start_module(argv, &program);
    if (error < 0) {
        console_take_back(false);
        return not_started("run", argv[0], error);
    }
    int status = 0;
    struct system_death death;
    if (sys_watch(program, 1) == 0) { /* else it has ended already, and nobody knows how */
        wait_for_end(argv[0], program, &death);
        console_take_back(false);
        status = events_say_end(argv[0], &death);
    } else {
        console_take_back(false);
    }
    return status;
}

int command_run(int argc, char **argv)
{
    struct module_info info;
    if (argc < 2)
        return command_usage("run");
    if (!module_find(argv[1], &info) && program_exists(argv[1])) {
        const struct pipeline pipeline = {.count = 1, .argv = {argv + 1}};
        return job_start(&pipeline, argv[1]);
    }
    return program_run(argv + 1);
}

int command_start(int argc, char **argv)
{
    endpoint_t program;
    if (argc < 2)
        return command_usage("start");
    const int error = start_module(argv + 1, &program);
    return error < 0 ? not_started("start", argv[1], error) : 0;
}
