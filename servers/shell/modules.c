/* See modules.h. */
#include "modules.h"

#include "commands.h"
#include "console.h"
#include "processes.h"

#include <abi/errors.h>
#include <abi/layout.h>
#include <parley/system.h>
#include <stdio.h>
#include <string.h>

/* The kernel wants the arguments in one string. */
int module_start(char **argv, endpoint_t *process)
{
    char text[ARGUMENT_BYTES] = "";
    size_t used = 0;
    for (int i = 1; argv[i] != NULL; i++) {
        const int n = snprintf(text + used, sizeof text - used, i > 1 ? " %s" : "%s", argv[i]);
        if (n < 0 || (size_t)n >= sizeof text - used)
            return -E2BIG;
        used += (size_t)n;
    }
    return sys_start(argv[0], text, process);
}

int module_not_started(const char *command, const char *name, int error)
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
