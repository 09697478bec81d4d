/*
 * What can happen to a table of processes, as data: a call by a process, or something that the
 * kernel does to one. The core performs it here, the naive model in naive.c; what both answer is an
 * outcome, so that they can be compared.
 *
 * An operation is always possible: whoever makes one up sees to it that a caller runs, that what
 * dies lives, and that a fault's handler lives (operation_is_possible).
 */
#pragma once

#include <ipc/ipc.h>
#include <stdio.h>

enum operation_kind {
    OPERATION_CALL, /* whatever the registers hold: the argument check comes first */
    OPERATION_CREATE,
    OPERATION_DESTROY,
    OPERATION_POST,
    OPERATION_TIMEOUT,
    OPERATION_CANCEL,
    OPERATION_FAULT,
    OPERATION_ADOPT,
    OPERATION_RESTART,
    OPERATION_KINDS
};

struct operation {
    enum operation_kind kind;
    uint32_t call;     /* ecx */
    endpoint_t target; /* the source or destination; the client of 0x20 and 0xA0; a handler */
    endpoint_t source; /* 0xA0: whom it then receives from */
    uint32_t events;   /* edx; for OPERATION_POST the bits */
    unsigned slot;     /* who calls, or to whom it happens; not for OPERATION_CREATE */
    unsigned identity; /* OPERATION_CREATE */
    unsigned pairs;    /* ipc_select */
    phys_addr_t out, in;
    struct ipc_select_pair set[IPC_SELECT_PAIRS];
};

struct outcome {
    int error;          /* of the argument check: 0 or negative */
    endpoint_t culprit; /* with an error */
    bool ended;         /* whether the call has ended */
    int value;          /* OPERATION_CREATE: the slot or an error; OPERATION_ADOPT: the ticket */
};

/* Whether the kernel could do this in this state. */
bool operation_is_possible(const struct ipc_table *t, const struct operation *op);

/* Whether a call that passed the argument check is answered by the kernel and not by the core. */
bool operation_is_kernels(const struct operation *op);

/* The call that a process's registers make, as the argument check wants it. */
struct ipc_arguments operation_arguments(const struct operation *op);

struct outcome operation_perform(struct ipc_table *t, const struct operation *op);

/* All but the privileges, which never change. */
bool table_equal(const struct ipc_table *a, const struct ipc_table *b);
void table_copy(struct ipc_table *to, const struct ipc_table *from);

bool outcome_equal(const struct outcome *a, const struct outcome *b);

/* The operation in names, on one line without its end. Endpoints are given as p0, p1.. where they
   are those of the table's slots, dead or living. */
void operation_print(FILE *file, const struct ipc_table *t, const struct operation *op);

/* The process, name or number that an endpoint is. */
void endpoint_print(FILE *file, const struct ipc_table *t, endpoint_t endpoint);

/* The name of an error, given negative, or its number; "0" for 0. */
const char *error_name(int error);
