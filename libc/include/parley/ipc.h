/*
 * Rendezvous from a program: one function a call. Contracts: docs/ipc.md.
 *
 * Each returns 0 or a negative error; ipc_select returns an index or a negative error. A NULL
 * message means the box that in_outbox set. The calls are spelt as in Flyanx and MINIX 3, and take
 * the parameters that those two published.
 */
#pragma once

#include <abi/calls.h>
#include <abi/endpoint.h>
#include <abi/errors.h>
#include <abi/message.h>
#include <abi/select.h>

int send(endpoint_t destination, message *m);
int receive(endpoint_t source, message *m);
int send_rec(endpoint_t destination, message *m);
int sendrec(endpoint_t destination, message *m); /* MINIX's spelling */
int in_outbox(message *in, message *out);
int notify(endpoint_t destination);
int echo(message *m);

int ipc_request(endpoint_t destination, message *m);
int ipc_notify(endpoint_t destination, long events);
int ipc_receive(endpoint_t source, long events, message *m);

/*
 * Answers a request. The ticket that says which: ipc_reply takes the one that came with the last
 * send_rec or ipc_request of this client that any function of this page received, which is what a
 * server wants that answers each request once; ipc_reply_ticket takes one that the server kept.
 */
int ipc_reply(endpoint_t client, message *m);
int ipc_reply_ticket(endpoint_t client, message *m, uint32_t ticket);

/* The ticket that ipc_reply would take; 0: none yet. */
uint32_t ipc_ticket_of(endpoint_t client);

/* ipc_reply_ticket, then ipc_receive, both with *m, in one trap. *second, where it is not NULL, is
   the second result: what came, its ticket, and what the reply failed with. A server that has
   nobody to answer yet passes NONE as its client. */
int ipc_reply_receive(endpoint_t client, message *m, uint32_t ticket, endpoint_t source,
                      long events, uint32_t *second);

/* Waits until one of the pairs is ready and says which; takes nothing. */
int ipc_select(const struct ipc_select_pair *set, unsigned pairs);

/* The same with flags (IPC_NONBLOCK, IPC_TIMEOUT), a timeout in microseconds (used with
   IPC_TIMEOUT) and, where `second` is not NULL, the second result. `call`: IPC_SEND, ... */
int ipc_call(uint32_t call, endpoint_t peer, message *m, uint32_t timeout_us, uint32_t *second);

struct ipc_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi;
};

/* Any call, every register in the caller's hand, before and after (abi/calls.h). Returns eax. */
int ipc_call_registers(struct ipc_registers *r);

/* Tells the kernel where sysenter comes back to, for ipc_trap_sysenter. ENODEV: the processor has
   none. The module's line needs kernel=gate. */
int ipc_use_sysenter(void);

/* ipc_trap through sysenter. Only after ipc_use_sysenter said 0. */
void ipc_trap_sysenter(struct ipc_registers *r);

/* The trap itself, which remembers no ticket; for tests and curious people. */
static inline void ipc_trap(struct ipc_registers *r)
{
    __asm__ volatile("int %[vector]"
                     : "+a"(r->eax), "+b"(r->ebx), "+c"(r->ecx), "+d"(r->edx), "+S"(r->esi),
                       "+D"(r->edi)
                     : [vector] "i"(IPC_VECTOR)
                     : "memory", "cc");
}
