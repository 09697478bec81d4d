/*
 * The bombs: what each does without end until it is killed. X(function, what it does): the judge
 * takes names and texts, bomb.c the functions.
 */
#pragma once

#include <stdint.h>

// clang-format off
#define PLAIN_BOMBS(X)                                                                        \
    X(floods,   "requests to every server, each abandoned at once")                           \
    X(squats,   "publishes the names of all servers, and takes them where they are free")     \
    X(guesses,  "uses, attaches and revokes grants and shares of others by guessing")         \
    X(lends,    "grants and shares until there is no place, chained, revoked, used after")     \
    X(hoards,  "grants as much as it may, and keeps it")                                      \
    X(eats,     "allocates until there is no memory, and then goes on")                       \
    X(spawns,   "makes processes and lets them begin nowhere")                                \
    X(forks,    "has a child that forks, as do its children")                                 \
    X(waits,    "leaves waits behind: sleeps, names, pipes, reads")                           \
    X(pipes,    "makes pipes with everybody, and fills the store")                            \
    X(prints,   "writes to the console, with sequences that no terminal knows")

#define WIDE_BOMBS(X)                                                                         \
    X(creates,  "creates processes by calls to SYSTEM until there is no slot")                \
    X(maps,     "maps every free frame until there is none")                                  \
    X(watches,  "watches everybody and reads no death, while it starts and kills")            \
    X(alarms,   "sets alarms and deadlines as short as there are")                            \
    X(traces,   "records everything, and does as much as it can")                             \
    X(logs,     "writes to the kernel's log, and has it dump all processes")                  \
    X(storms,   "lets a device interrupt 8192 times a second, and never says that it is done") \
    X(raises,   "says that it is done, while the device still wants to be served")            \
    X(cancels,  "cancels the waits of all servers")                                           \
    X(notifies, "sets every event of everybody")
// clang-format on

#define BOMBS(X) PLAIN_BOMBS(X) WIDE_BOMBS(X)

#define BOMB_SUCCEEDED 66 /* exit status: it got what it must not get */
