/*
 * A second, naive implementation of the IPC contract, for the soak to compare the core with. It
 * shares no code and no data structure with it: order is by time stamps, deadlock is found by
 * asking who could ever run again, messages are their senders' tags.
 */
#pragma once

#include <ipc/ipc.h>

struct model_process {
    bool lives, timed;
    enum ipc_state state;
    endpoint_t endpoint;
    unsigned identity;
    endpoint_t waits_for;
    uint64_t since; /* when it joined a queue */
    uint32_t tag;   /* of the message that it has ready to send */
    int32_t result;
    uint32_t second;
    uint32_t box[MESSAGE_WORDS]; /* what its in-box holds */
    uint32_t events[IPC_PROCESSES], kernel_events;
    bool message_is_next;
    unsigned last_source; /* whose events came to ANY last */
    uint64_t freed;       /* when the slot became free */
};

struct model {
    struct model_process process[IPC_PROCESSES];
    struct ipc_privilege privilege[IDENTITY_COUNT];
    uint64_t now;
};

/* The message with this tag, as its sender writes it. */
void model_message(uint32_t tag, uint32_t words[MESSAGE_WORDS]);

void model_init(struct model *m);
int model_create(struct model *m, unsigned identity);
void model_destroy(struct model *m, unsigned slot);
int model_check(const struct model *m, unsigned caller, uint32_t call, endpoint_t target,
                endpoint_t *culprit);
void model_send(struct model *m, unsigned caller, endpoint_t dst, uint32_t flags, bool answer);
void model_receive(struct model *m, unsigned caller, endpoint_t src, uint32_t flags);
void model_notify(struct model *m, unsigned caller, endpoint_t dst);
void model_post(struct model *m, unsigned slot, uint32_t bits);
void model_give_up(struct model *m, unsigned slot, bool timeout);
