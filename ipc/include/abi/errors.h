/*
 * Every error of the system: name, number and meaning, written once.
 *
 * Calls return the negative number. Numbers below 200 mean what they mean on Linux/i386; those
 * above belong to rendezvous IPC and collide with nothing there.
 */
#pragma once

// clang-format off
#define PARLEY_ERRORS(X)                                                        \
    X(EPERM,            1, "operation not permitted")                           \
    X(ENOENT,           2, "no such name")                                      \
    X(ESRCH,            3, "no such process")                                   \
    X(EINTR,            4, "cancelled; nothing was delivered")                  \
    X(EIO,              5, "device error")                                      \
    X(E2BIG,            7, "argument too long")                                 \
    X(ENOEXEC,          8, "not a program that can be loaded")                  \
    X(EAGAIN,          11, "nothing there now; try again")                      \
    X(ENOMEM,          12, "out of memory")                                     \
    X(EFAULT,          14, "bad address")                                       \
    X(EBUSY,           16, "in use")                                            \
    X(EEXIST,          17, "already exists")                                    \
    X(ENODEV,          19, "no such device")                                    \
    X(EINVAL,          22, "invalid argument")                                  \
    X(ENOSPC,          28, "no space left")                                     \
    X(EPIPE,           32, "nobody reads any more")                             \
    X(ERANGE,          34, "result out of range")                               \
    X(ENAMETOOLONG,    36, "name too long")                                     \
    X(ENOSYS,          38, "no such request")                                   \
    X(ERESTART,        85, "the server retires; nothing was done: ask its successor") \
    X(ETIMEDOUT,      110, "timed out; nothing was delivered")                  \
    X(ELOCKED,        201, "would deadlock")                                    \
    X(EBADCALL,       202, "no such call, or flags that the call does not take") \
    X(ECALLDENIED,    203, "no permission to address that process")             \
    X(EDEADSRCDST,    204, "source or destination is dead or was never born")   \
    X(ENOTREADY,      205, "partner not ready")                                 \
    X(ETRAPDENIED,    206, "no permission for that call")                       \
    X(EREPLYTIMEDOUT, 207, "delivered, but the answer did not come in time")    \
    X(EREPLYINTR,     208, "delivered, but the wait for the answer was cancelled") \
    X(EREPLYDEAD,     209, "delivered, but the peer died before it answered")
// clang-format on

enum parley_error {
#define PARLEY_ERROR_ENUM(name, number, text) name = (number),
    PARLEY_ERRORS(PARLEY_ERROR_ENUM)
#undef PARLEY_ERROR_ENUM
};
