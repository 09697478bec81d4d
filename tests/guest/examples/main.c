/*
 * Runs the examples. This program is two processes: `judge` starts `peer`, and both go through the
 * same list, one on each side.
 */
#include "../lib/judge.h"
#include "example.h"
#include <abi/privilege.h>

#include <string.h>

/* Every call has one, or this does not link. */
#define OTHERS(X)                                                                                  \
    X(ipc_reply_receive)                                                                           \
    X(timeout)                                                                                     \
    X(gate)                                                                                        \
    X(cancel)                                                                                      \
    X(deadlock)                                                                                    \
    X(fault)

#define DECLARE(name, ...) extern const struct example example_##name;
IPC_CALLS(DECLARE)
OTHERS(DECLARE)

#define NAME(name, ...) &example_##name,
static const struct example *const examples[] = {IPC_CALLS(NAME) OTHERS(NAME)};

#define COUNT (sizeof examples / sizeof *examples)

/* Tells the judge how it went; the next example begins when he has heard it. */
static int be_peer(void)
{
    endpoint_t judge;

    if (sys_lookup("judge", &judge))
        return 1;
    for (unsigned i = 0; i < COUNT; i++) {
        message m = {.m_type = examples[i]->there(judge)};
        if (ipc_request(judge, &m))
            return 1;
    }
    return 0;
}

static _Noreturn void be_judge(void)
{
    endpoint_t peer = start("peer", "");
    message m;

    for (unsigned i = 0; i < COUNT; i++) {
        OK(examples[i]->here(peer), "%s: here", examples[i]->name);
        if (!OK(ipc_receive(peer, 0, &m) == 0 && m.m_type == true, "%s: there", examples[i]->name))
            break;
        ipc_reply(peer, &m);
    }
    tap_done();
}

int main(int argc, char **argv)
{
    (void)argc;
    if (strcmp(argv[0], "peer") == 0)
        return be_peer();
    be_judge();
}
