/*
 * One small example a call: each is two functions that two processes run at the same time. They
 * tell whether everything was as the example says. docs/ipc-examples.md shows them.
 */
#pragma once

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdbool.h>

struct example {
    const char *name;
    bool (*here)(endpoint_t there);
    bool (*there)(endpoint_t here);
};

#define EXAMPLE(name) const struct example example_##name = {#name, here, there}
