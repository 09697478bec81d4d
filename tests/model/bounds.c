/* The runs of the checker, for each number of processes. See bounds.h and docs/model.md. */
#include "bounds.h"

#define SENDS     (DOES(send) | DOES(send_rec) | DOES(ipc_request))
#define ALL_FLAGS (PLAIN | NONBLOCK | TIMEOUT | NONBLOCK_TIMEOUT)
#define EVERYBODY (FROM_PEERS | FROM_ANY | FROM_HARDWARE | FROM_NONE)

const struct bounds all_bounds[] = {
    {
        .name = "rendezvous",
        .covers = "every call without events, every flag, faults, cancels, deaths, births",
        .naming = {.symmetry = SYMMETRY_ALL, .ticket = 7},
        .identities = 1,
        .deaths = true,
        .cancels = true,
        .first =
            {
                .calls = SENDS | DOES(receive) | DOES(ipc_receive) | DOES(ipc_reply) | DOES(both),
                .flags = ALL_FLAGS,
                .sources = EVERYBODY,
                .masks = SET_NONE,
                .faults = true,
                .wild = true,
            },
        .others =
            {
                .calls = SENDS | DOES(receive) | DOES(ipc_receive) | DOES(ipc_reply) | DOES(both),
                .flags = ALL_FLAGS,
                .sources = EVERYBODY,
                .masks = SET_NONE,
                .faults = true,
                .wild = true,
            },
    },
    {.name = NULL},
};
