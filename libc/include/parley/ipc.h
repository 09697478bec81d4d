/*
 * Rendezvous from a program: one function a call. Contracts: docs/ipc.md.
 *
 * Each returns 0 or a negative error. A NULL message means the box that in_outbox set.
 */
#pragma once

#include <abi/calls.h>
#include <abi/endpoint.h>
#include <abi/errors.h>
#include <abi/message.h>

int send(endpoint_t destination, message *m);
int receive(endpoint_t source, message *m);
int send_rec(endpoint_t destination, message *m);
int sendrec(endpoint_t destination, message *m); /* MINIX's spelling */
int in_outbox(message *in, message *out);
int notify(endpoint_t destination);
int echo(message *m);

/* The same with flags (IPC_NONBLOCK, IPC_TIMEOUT), a timeout in microseconds (used with
   IPC_TIMEOUT) and, where `second` is not NULL, the second result. `call`: IPC_SEND, ... */
int ipc_call(uint32_t call, endpoint_t peer, message *m, uint32_t timeout_us, uint32_t *second);

/* The trap itself, every register in the caller's hand; for tests and curious people. */
struct ipc_registers {
    uint32_t eax, ebx, ecx, edx, esi, edi;
};
static inline void ipc_trap(struct ipc_registers *r)
{
    __asm__ volatile("int %[vector]"
                     : "+a"(r->eax), "+b"(r->ebx), "+c"(r->ecx), "+d"(r->edx), "+S"(r->esi),
                       "+D"(r->edi)
                     : [vector] "i"(IPC_VECTOR)
                     : "memory", "cc");
}
