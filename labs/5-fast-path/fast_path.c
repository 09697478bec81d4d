/*
 * Lab 5: the short way of ipc_reply_receive.
 */
#include "fast_path.h"

bool fast_reply_receive(struct ipc_table *t, unsigned caller, endpoint_t dst, phys_addr_t out,
                        uint32_t ticket, phys_addr_t in)
{
    (void)t;
    (void)caller;
    (void)dst;
    (void)out;
    (void)ticket;
    (void)in;
    return false;
}
