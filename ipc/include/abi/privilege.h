/*
 * Privileges: what a process may do, by identity.
 *
 * A restarted server keeps its identity; plain programs share the identity `user`. The mask of
 * calls has one bit a call, so that each is permitted on its own; ipc_reply then ipc_receive in one
 * trap (0xA0) needs the bits of both.
 */
#pragma once

#include <abi/calls.h>

#define IDENTITY_COUNT 64 /* identities; each set of targets is one bit an identity */
#define IDENTITY_USER  0  /* shared by plain programs */

// clang-format off
/* name on the module's line, call number, bit */
#define IPC_CALLS(X)                                \
    X(send,              IPC_SEND,           0)     \
    X(receive,           IPC_RECEIVE,        1)     \
    X(send_rec,          IPC_SEND_REC,       2)     \
    X(in_outbox,         IPC_IN_OUTBOX,      3)     \
    X(notify,            IPC_NOTIFY,         4)     \
    X(echo,              IPC_ECHO,           5)     \
    X(ipc_request,       IPC_REQUEST,        6)     \
    X(ipc_reply,         IPC_REPLY,          7)     \
    X(ipc_notify,        IPC_NOTIFY_SET,     8)     \
    X(ipc_receive,       IPC_RECEIVE_EX,     9)     \
    X(ipc_select,        IPC_SELECT,        10)
// clang-format on

enum ipc_call_bit {
#define IPC_CALL_BIT(name, number, bit) CALL_BIT_##name = (bit),
    IPC_CALLS(IPC_CALL_BIT)
#undef IPC_CALL_BIT
    CALL_BIT_COUNT
};
