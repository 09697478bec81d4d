/* Boot modules that the shell starts: as a job (jobs.h), or to go on by themselves (start). */
#pragma once

#include <abi/endpoint.h>

/* Starts the module argv[0] with the other words, up to NULL, as its arguments. 0 or the kernel's
   error; -E2BIG: too many arguments. */
int module_start(char **argv, endpoint_t *process);

/* Says why it could not be started, and returns a status. */
int module_not_started(const char *command, const char *name, int error);
