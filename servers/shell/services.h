/* Finding the servers that the shell needs, also when one of them died. */
#pragma once

#include <abi/message.h>

/* The provider of `name`: as the name server knows it, else the process of that name. Starts the
   name server, and a server called `name`, when it is a module that does not run. */
int service_find(const char *name, endpoint_t *endpoint);

/* The provider of `name` as the name server knows it; starts nothing. */
int service_lookup(const char *name, endpoint_t *endpoint);

/* Asks a service and waits two seconds at most. The answer's status, or a negative error. */
int service_ask(const char *name, message *m);
