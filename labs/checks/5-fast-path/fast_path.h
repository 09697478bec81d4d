/*
 * Lab 5: the short way of ipc_reply_receive. What fast_path.c promises; docs/labs/5-fast-path.md
 * says it at length.
 */
#pragma once

#include "core.h"

/*
 * ipc_reply_receive(t, caller, dst, out, ticket, ANY, IPC_ALL_EVENTS, in, 0) by a short way. True:
 * it was carried out, and table, memory and all that was told to the outside are what they would be
 * then; the caller waits. False: nothing has changed and nobody was told anything; the long way is
 * to be taken.
 * It must be taken when dst waits for the answer to an ipc_request of its own that the caller took,
 * the ticket is that request's, and nothing is pending for the caller.
 */
bool fast_reply_receive(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                        uint32_t ticket, phys_addr_t in);
