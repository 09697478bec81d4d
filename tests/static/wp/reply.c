/*
 * A ticket is the next number, never 0, and nothing but the client's ticket changes.
 */
#include "../../../ipc/reply.c"

/*@ requires \valid(client);
    assigns client->ticket;
    ensures given: \result == client->ticket;
    ensures never_none: \result != 0;
    ensures another: \result != \old(client->ticket);
    ensures next: \old(client->ticket) < UINT16_MAX ==> \result == \old(client->ticket) + 1; */
uint16_t ipc_next_ticket(struct ipc_process *client);
