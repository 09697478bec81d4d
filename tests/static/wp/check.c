/*
 * An endpoint is decoded right: the slot that it names while that very tenant lives, and no other.
 */
#include "../../../ipc/check.c"

/*@ assigns \nothing;
    ensures slot: \result == ((uint32_t)endpoint & ENDPOINT_SLOT_MASK);
    ensures bound: \result <= ENDPOINT_SLOT_MASK; */
uint32_t endpoint_slot(endpoint_t endpoint);

/*@ assigns \nothing;
    ensures \result != 0 <==> ((uint32_t)endpoint & ENDPOINT_SLOT_MASK) >= ENDPOINT_FIRST_NAME; */
bool ipc_is_name(endpoint_t endpoint);

/*@ requires \valid_read(t);
    assigns \nothing;
    ensures found: \result >= 0 ==> \result < IPC_PROCESSES &&
                   t->process[\result].state != IPC_FREE &&
                   t->process[\result].endpoint == endpoint;
    ensures none: \result < 0 ==> \result == -EINVAL || \result == -EDEADSRCDST;
    ensures invalid: endpoint <= 0 ==> \result == -EINVAL;
    ensures name: ((uint32_t)endpoint & ENDPOINT_SLOT_MASK) >= ENDPOINT_FIRST_NAME ==>
                  \result == -EINVAL;
    ensures sure: endpoint > 0 ==> \forall integer i; 0 <= i < IPC_PROCESSES &&
                  i == ((uint32_t)endpoint & ENDPOINT_SLOT_MASK) &&
                  t->process[i].state != IPC_FREE && t->process[i].endpoint == endpoint ==>
                  \result == i; */
int ipc_slot_of(const struct ipc_table *t, endpoint_t endpoint);
