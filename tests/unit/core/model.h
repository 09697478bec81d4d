/*
 * A second, naive implementation of the IPC contract, for the soak to compare the core with. It
 * shares no code and no data structure with it: order is by time stamps, deadlock is found by
 * asking who could ever run again, what an event or a death wakes is found by asking everybody
 * again, messages are their senders' tags.
 */
#pragma once

#include <ipc/ipc.h>

struct model_process {
    bool lives, timed;
    enum ipc_state state;
    endpoint_t endpoint;
    unsigned identity;
    endpoint_t waits_for;
    uint32_t mask;        /* of events, while it receives */
    bool fault;           /* its wait is the kernel's request */
    bool reply_done;      /* its receive follows a reply that was delivered, */
    unsigned reply_error; /* or one that failed like this */
    struct ipc_select_pair set[IPC_SELECT_MAX];
    unsigned pairs;
    unsigned last_pair; /* counted from 1; 0: none yet */
    uint64_t since;     /* when it joined a queue */
    uint64_t requests;  /* of its own that were taken */
    uint32_t tag;       /* of the message that it has ready to send */
    int32_t result;
    uint32_t second;
    uint32_t box[MESSAGE_WORDS]; /* what its in-box holds */
    uint32_t events[IPC_PROCESSES], kernel_events;
    bool message_is_next;
    unsigned last_source; /* whose events came last where others' could have come */
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
int model_check(const struct model *m, unsigned caller, const struct ipc_arguments *a,
                endpoint_t *culprit);
/* The ticket of the client's request that was taken last; 0: none was. */
uint32_t model_ticket(const struct model *m, unsigned client);

/* send, send_rec or ipc_request, by the state in which it waits: SENDING, CALLING, REQUESTING. */
void model_offer(struct model *m, unsigned caller, enum ipc_state kind, endpoint_t dst,
                 uint32_t flags);
void model_receive(struct model *m, unsigned caller, endpoint_t src, uint32_t mask, uint32_t flags);
void model_reply(struct model *m, unsigned caller, endpoint_t dst, uint32_t ticket);
void model_reply_receive(struct model *m, unsigned caller, endpoint_t dst, uint32_t ticket,
                         endpoint_t src, uint32_t mask, uint32_t flags);
void model_notify(struct model *m, unsigned caller, endpoint_t dst, uint32_t events);
void model_select(struct model *m, unsigned caller, const struct ipc_select_pair *set,
                  unsigned pairs, uint32_t flags);
void model_fault_request(struct model *m, unsigned slot, endpoint_t handler);
unsigned model_fault_adopt(struct model *m, unsigned slot, endpoint_t handler);
void model_fault_restart(struct model *m, unsigned slot);
void model_post(struct model *m, unsigned slot, uint32_t bits);
void model_give_up(struct model *m, unsigned slot, bool timeout);
