/*
 * The states of a process, and every way from one to another: the one table.
 *
 * The core asserts that it never leaves it (wait.c), the model that nothing else ever happens and
 * that each row does, for each of its causes (tests/model), and the picture in docs/ipc.md is drawn
 * from this text (tools/draw_states.py), so a row is one line.
 */
#pragma once

// clang-format off
/* name, what a process in it does. Those up to RUNNABLE wait for nothing. */
#define IPC_STATES(X)                                                                              \
    X(FREE,       "no process")                                                                    \
    X(RUNNABLE,   "waits for nobody")                                                              \
    X(SENDING,    "send: in peer's queue")                                                         \
    X(CALLING,    "send_rec, first half: in peer's queue")                                         \
    X(RECEIVING,  "receive, ipc_receive: from peer, or from a name (ANY, HARDWARE, NONE)")         \
    X(ANSWER,     "send_rec, second half: a message or a reply from peer only, no events")         \
    X(REQUESTING, "ipc_request, first half: in peer's queue")                                      \
    X(AWAITING,   "ipc_request, second half: ended by peer's ipc_reply and by nothing else")       \
    X(SELECTING,  "ipc_select: in no queue; for what is in ipc_table.select; waits_for is ANY")

/* name, in the words of the picture */
#define IPC_CAUSES(X)                                                                              \
    X(SEND,      "send")                        /* its own calls */                                \
    X(SEND_REC,  "send_rec")                                                                       \
    X(REQUEST,   "ipc_request")                                                                    \
    X(RECEIVE,   "receive, ipc_receive, 0xA0")                                                     \
    X(SELECT,    "ipc_select")                                                                     \
    X(FAULT,     "a fault")                     /* the kernel's request for it */                  \
    X(TAKEN,     "its message is taken")        /* what others do */                               \
    X(MESSAGE,   "a message")                                                                      \
    X(EVENTS,    "events")                                                                         \
    X(REPLY,     "ipc_reply")                                                                      \
    X(READY,     "a pair is ready")                                                                \
    X(AGAIN,     "the fault is tried again")    /* the kernel */                                   \
    X(DEADLINE,  "deadline")                                                                       \
    X(CANCEL,    "cancel")                                                                         \
    X(PEER_DIES, "the peer dies")                                                                  \
    X(BIRTH,     "birth")                                                                          \
    X(DEATH,     "death")

/* from, to, its causes, who makes it: the CORE alone, or a MACHINE's own path for the common
   rendezvous as well (ipc_settle); `y` is handed on to every row. A call that ends at once is none:
   its caller stays RUNNABLE. RUNNABLE to ANSWER or AWAITING: the peer was waiting, the first half
   is over. */
#define IPC_TRANSITIONS(X, y)                                                                      \
    X(y, FREE,       RUNNABLE,   BIRTH,                                            CORE)           \
    X(y, RUNNABLE,   FREE,       DEATH,                                            CORE)           \
    X(y, RUNNABLE,   SENDING,    SEND,                                             CORE)           \
    X(y, RUNNABLE,   CALLING,    SEND_REC,                                         CORE)           \
    X(y, RUNNABLE,   ANSWER,     SEND_REC,                                         CORE)           \
    X(y, RUNNABLE,   REQUESTING, REQUEST | FAULT,                                  CORE)           \
    X(y, RUNNABLE,   AWAITING,   REQUEST | FAULT,                                  MACHINE)        \
    X(y, RUNNABLE,   RECEIVING,  RECEIVE,                                          MACHINE)        \
    X(y, RUNNABLE,   SELECTING,  SELECT,                                           CORE)           \
    X(y, CALLING,    ANSWER,     TAKEN,                                            CORE)           \
    X(y, REQUESTING, AWAITING,   TAKEN,                                            CORE)           \
    X(y, SENDING,    RUNNABLE,   TAKEN | DEADLINE | CANCEL | PEER_DIES,            CORE)           \
    X(y, CALLING,    RUNNABLE,   DEADLINE | CANCEL | PEER_DIES,                    CORE)           \
    X(y, REQUESTING, RUNNABLE,   AGAIN | DEADLINE | CANCEL | PEER_DIES,            CORE)           \
    X(y, ANSWER,     RUNNABLE,   MESSAGE | REPLY | DEADLINE | CANCEL | PEER_DIES,  CORE)           \
    X(y, AWAITING,   RUNNABLE,   REPLY | AGAIN | DEADLINE | CANCEL | PEER_DIES,    MACHINE)        \
    X(y, RECEIVING,  RUNNABLE,   MESSAGE | EVENTS | DEADLINE | CANCEL | PEER_DIES, MACHINE)        \
    X(y, SELECTING,  RUNNABLE,   READY | DEADLINE | CANCEL | PEER_DIES,            CORE)           \
    X(y, SENDING,    FREE,       DEATH,                                            CORE)           \
    X(y, CALLING,    FREE,       DEATH,                                            CORE)           \
    X(y, REQUESTING, FREE,       DEATH,                                            CORE)           \
    X(y, ANSWER,     FREE,       DEATH,                                            CORE)           \
    X(y, AWAITING,   FREE,       DEATH,                                            CORE)           \
    X(y, RECEIVING,  FREE,       DEATH,                                            CORE)           \
    X(y, SELECTING,  FREE,       DEATH,                                            CORE)
// clang-format on

enum ipc_state {
#define IPC_STATE(name, meaning) IPC_##name,
    IPC_STATES(IPC_STATE)
#undef IPC_STATE
    IPC_STATE_COUNT
};

enum ipc_made_by {
    IPC_BY_CORE,
    IPC_BY_MACHINE
};
