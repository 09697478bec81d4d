/* The runs of the checker, for each number of processes. See bounds.h and docs/model.md. */
#include "bounds.h"

#define SENDS     (DOES(send) | DOES(send_rec) | DOES(ipc_request))
#define REPLIES   (DOES(ipc_reply) | DOES(both))
#define ALL_FLAGS (PLAIN | NONBLOCK | TIMEOUT | NONBLOCK_TIMEOUT)
#define EVERYBODY (FROM_PEERS | FROM_ANY | FROM_HARDWARE | FROM_NONE)
#define ALL_MASKS (SET_NONE | SET_A | SET_B | SET_ALL)
#define ALL_SETS  (SET_A | SET_B | SET_ALL)

/* Every process does the same. */
#define ALIKE(...) .first = {__VA_ARGS__}, .others = {__VA_ARGS__}

/* Slots are served in turn only where there are processes' events. */
#define ANY_ORDER .naming = {.symmetry = SYMMETRY_ALL, .ticket = 7}
#define IN_TURN   .naming = {.symmetry = SYMMETRY_NONE, .ticket = 7}

#define COMES_AND_GOES .identities = 1, .deaths = true

#define IS_LONG .is_long = IPC_PROCESSES > 3

// clang-format off
/* What is small enough with four as well. */
#define SMALL_SEARCHES \
    {"tickets", \
     "requests and replies where the tickets begin anew", \
     .naming = {.symmetry = SYMMETRY_ALL, .ticket = 65535}, COMES_AND_GOES, IS_LONG, .cancels = true, \
     ALIKE(.calls = SENDS | REPLIES | DOES(ipc_receive), \
           .flags = PLAIN | TIMEOUT, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE, \
           .faults = true)}, \
    {"generations", \
     "slots that come to their last generation; wild arguments", \
     .naming = {.symmetry = SYMMETRY_NONE, .ticket = 7, .generations = true}, COMES_AND_GOES, IS_LONG, \
     ALIKE(.calls = DOES(send) | DOES(ipc_request) | DOES(ipc_reply) | DOES(ipc_receive), \
           .flags = PLAIN, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE, .wild = true)}, \
    {"rights", \
     "two identities, one of which may do and address less", \
     ANY_ORDER, .identities = 2, .deaths = true, IS_LONG, \
     ALIKE(.calls = SENDS | REPLIES | DOES(receive) | DOES(ipc_receive), \
           .flags = PLAIN, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE, .wild = true)},

#if IPC_PROCESSES == 3

const struct bounds all_bounds[] = {
    {"rendezvous",
     "every call but ipc_select, every flag, faults, wild arguments; no events",
     ANY_ORDER, COMES_AND_GOES, .cancels = true,
     ALIKE(.calls = SENDS | REPLIES | DOES(receive) | DOES(ipc_receive),
           .flags = ALL_FLAGS, .sources = EVERYBODY, .masks = SET_NONE,
           .faults = true, .wild = true)},

    {"kernel",
     "two kernel events, every mask, everybody receives; sends, deadlines",
     ANY_ORDER, COMES_AND_GOES, .cancels = true,
     ALIKE(.calls = DOES(send) | DOES(send_rec) | DOES(receive) | DOES(ipc_receive),
           .flags = PLAIN | TIMEOUT, .sources = EVERYBODY, .masks = ALL_MASKS,
           .kernel = ALL_SETS)},

    {"events",
     "two events of everybody and of the kernel at one receiver, every mask",
     IN_TURN, COMES_AND_GOES, .cancels = true,
     .first = {.calls = DOES(send_rec) | DOES(receive) | DOES(ipc_receive) | DOES(both),
               .flags = PLAIN | NONBLOCK | TIMEOUT, .sources = EVERYBODY, .masks = ALL_MASKS,
               .kernel = ALL_SETS},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(notify) | DOES(ipc_notify) |
                         DOES(ipc_receive),
                .flags = PLAIN, .sources = FROM_PEERS, .masks = SET_NONE, .sets = ALL_SETS,
                .to_first = true}},

    {"everywhere",
     "one event of everybody at everybody; sends",
     IN_TURN, COMES_AND_GOES,
     ALIKE(.calls = DOES(send) | DOES(notify) | DOES(ipc_receive),
           .flags = PLAIN, .sources = FROM_PEERS | FROM_ANY | FROM_NONE,
           .masks = SET_A)},

    {"select",
     "one selects among one or two pairs of everything; the others send, notify, die",
     IN_TURN, COMES_AND_GOES, .cancels = true,
     .first = {.calls = DOES(ipc_select) | DOES(ipc_receive),
               .flags = ALL_FLAGS, .sources = EVERYBODY,
               .masks = SET_NONE | SET_A | SET_ALL, .kernel = SET_A | SET_B,
               .selects = SINGLE_PAIRS | TWO_PAIRS},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(ipc_notify),
                .flags = PLAIN, .sets = SET_A | SET_B, .to_first = true}},

    {"selects",
     "everybody selects among messages, and sends and requests",
     ANY_ORDER, COMES_AND_GOES, .cancels = true,
     ALIKE(.calls = DOES(ipc_select) | DOES(ipc_receive) | DOES(send_rec) | DOES(ipc_request),
           .flags = PLAIN | TIMEOUT, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE,
           .selects = SINGLE_PAIRS | TWO_PAIRS, .wild = true)},

    SMALL_SEARCHES

    {"events-long",
     "two events of everybody at everybody, one receives with every mask",
     IN_TURN, COMES_AND_GOES, .cancels = true, .is_long = true,
     .first = {.calls = DOES(send_rec) | DOES(receive) | DOES(ipc_receive) | DOES(both),
               .flags = PLAIN | NONBLOCK | TIMEOUT, .sources = EVERYBODY, .masks = ALL_MASKS,
               .kernel = ALL_SETS},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(notify) | DOES(ipc_notify) |
                         DOES(ipc_receive),
                .flags = PLAIN, .sources = FROM_PEERS, .masks = SET_NONE, .sets = ALL_SETS}},

    {.name = NULL},
};

#elif IPC_PROCESSES == 4

const struct bounds all_bounds[] = {
    {"rendezvous",
     "every call but ipc_select, every flag, faults, wild arguments; no events",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = SENDS | REPLIES | DOES(receive) | DOES(ipc_receive),
           .flags = ALL_FLAGS, .sources = EVERYBODY, .masks = SET_NONE,
           .faults = true, .wild = true)},

    /* With deadlines it comes to more than eighty million states; with three they are there. */
    {"kernel",
     "two kernel events, every mask, everybody receives; sends",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = DOES(send) | DOES(send_rec) | DOES(receive) | DOES(ipc_receive),
           .flags = PLAIN, .sources = EVERYBODY, .masks = ALL_MASKS,
           .kernel = ALL_SETS)},

    {"events",
     "two events of everybody and of the kernel at one receiver, every mask",
     IN_TURN, COMES_AND_GOES, .cancels = true, IS_LONG,
     .first = {.calls = DOES(send_rec) | DOES(receive) | DOES(ipc_receive) | DOES(both),
               .flags = PLAIN | NONBLOCK | TIMEOUT, .sources = EVERYBODY, .masks = ALL_MASKS,
               .kernel = ALL_SETS},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(notify) | DOES(ipc_notify) |
                         DOES(ipc_receive),
                .flags = PLAIN, .sources = FROM_PEERS, .masks = SET_NONE, .sets = ALL_SETS,
                .to_first = true}},

    {"select",
     "one selects among one or two pairs of everything; the others send, notify, die",
     IN_TURN, COMES_AND_GOES, .cancels = true, IS_LONG,
     .first = {.calls = DOES(ipc_select) | DOES(ipc_receive),
               .flags = PLAIN, .sources = EVERYBODY,
               .masks = SET_NONE | SET_A | SET_ALL, .kernel = SET_A | SET_B,
               .selects = SINGLE_PAIRS | TWO_PAIRS},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(ipc_notify),
                .flags = PLAIN, .sets = SET_A | SET_B, .to_first = true}},

    /* Messages and births beside it come to more than a hundred million states: how events and
       messages alternate is in "events". */
    {"everywhere",
     "one event of everybody at everybody, every source; deaths",
     .naming = {.symmetry = SYMMETRY_ROTATIONS, .ticket = 7}, .deaths = true, IS_LONG,
     ALIKE(.calls = DOES(notify) | DOES(ipc_receive),
           .flags = PLAIN, .sources = FROM_PEERS | FROM_ANY | FROM_NONE, .masks = SET_A)},

    {"turns",
     "the same from nobody in particular; small enough to count without symmetry",
     .naming = {.symmetry = SYMMETRY_ROTATIONS, .ticket = 7}, .deaths = true, IS_LONG,
     ALIKE(.calls = DOES(notify) | DOES(ipc_receive),
           .flags = PLAIN, .sources = FROM_NONE, .masks = SET_A)},

    {"selects",
     "everybody selects among messages, and sends and requests",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = DOES(ipc_select) | DOES(ipc_receive) | DOES(send_rec) | DOES(ipc_request),
           .flags = PLAIN | TIMEOUT, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE,
           .selects = SINGLE_PAIRS | TWO_PAIRS)},

    SMALL_SEARCHES

    {.name = NULL},
};

#else

const struct bounds all_bounds[] = {
    {"rendezvous",
     "every call but ipc_select, faults, wild arguments; no flags, no events",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = SENDS | REPLIES | DOES(receive) | DOES(ipc_receive),
           .flags = PLAIN, .sources = EVERYBODY, .masks = SET_NONE,
           .faults = true, .wild = true)},

    {"deadlines",
     "sends, requests, replies and receives, with deadlines; no events",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = SENDS | DOES(ipc_reply) | DOES(ipc_receive),
           .flags = PLAIN | TIMEOUT, .sources = FROM_PEERS | FROM_ANY, .masks = SET_NONE)},

    {"kernel",
     "one kernel event, masks, everybody receives; sends",
     ANY_ORDER, COMES_AND_GOES, .cancels = true, IS_LONG,
     ALIKE(.calls = DOES(send) | DOES(send_rec) | DOES(ipc_receive),
           .flags = PLAIN, .sources = EVERYBODY, .masks = SET_NONE | SET_A,
           .kernel = SET_A)},

    {"events",
     "one event of everybody and of the kernel at one receiver",
     IN_TURN, COMES_AND_GOES, .cancels = true, IS_LONG,
     .first = {.calls = DOES(send_rec) | DOES(receive) | DOES(ipc_receive) | DOES(both),
               .flags = PLAIN | TIMEOUT, .sources = EVERYBODY, .masks = SET_NONE | SET_A,
               .kernel = SET_A},
     .others = {.calls = DOES(send) | DOES(ipc_request) | DOES(notify),
                .flags = PLAIN, .to_first = true}},

    {"select",
     "one selects among one or two pairs of everything; the others send, notify, die",
     IN_TURN, COMES_AND_GOES, .cancels = true, IS_LONG,
     .first = {.calls = DOES(ipc_select) | DOES(ipc_receive),
               .flags = PLAIN | TIMEOUT, .sources = EVERYBODY,
               .masks = SET_NONE | SET_A, .kernel = SET_A,
               .selects = SINGLE_PAIRS | TWO_PAIRS},
     .others = {.calls = DOES(send) | DOES(notify),
                .flags = PLAIN, .to_first = true}},

    {.name = NULL},
};

#endif
// clang-format on
