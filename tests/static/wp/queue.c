/*
 * A send queue's links: who comes is last, who leaves is out, and nobody else's links change.
 *
 * Nothing is asked of the links but that the neighbours of one who leaves are others; with a table
 * that is broken the two stay inside it all the same.
 */
#include "../../../ipc/queue.c"

/*@ requires \valid(t) && owner < IPC_PROCESSES && slot < IPC_PROCESSES;
    assigns t->process[owner].queue_first, t->process[owner].queue_last, t->process[owner].pending,
            t->process[slot].queue_previous, t->process[0 .. IPC_PROCESSES - 1].queue_next;
    ensures last: t->process[owner].queue_last == slot;
    ensures counted: t->process[owner].pending == (uint32_t)(\old(t->process[owner].pending) + 1);
    ensures before: t->process[slot].queue_previous == \old(t->process[owner].queue_last);
    ensures alone: \old(t->process[owner].queue_last) >= IPC_PROCESSES ==>
                   t->process[owner].queue_first == slot;
    ensures behind: \old(t->process[owner].queue_last) < IPC_PROCESSES ==>
                    t->process[owner].queue_first == \old(t->process[owner].queue_first) &&
                    t->process[\old(t->process[owner].queue_last)].queue_next == slot;
    ensures others: \forall integer i; 0 <= i < IPC_PROCESSES &&
                    i != \old(t->process[owner].queue_last) ==>
                    t->process[i].queue_next == \old(t->process[i].queue_next); */
void ipc_queue_append(struct ipc_table *t, unsigned owner, unsigned slot);

/*@ requires \valid(t) && owner < IPC_PROCESSES && slot < IPC_PROCESSES;
    requires neighbours: t->process[slot].queue_previous != slot &&
                         t->process[slot].queue_next != slot;
    assigns t->process[owner].queue_first, t->process[owner].queue_last, t->process[owner].pending,
            t->process[0 .. IPC_PROCESSES - 1].queue_previous,
            t->process[0 .. IPC_PROCESSES - 1].queue_next;
    ensures counted: t->process[owner].pending == (uint32_t)(\old(t->process[owner].pending) - 1);
    ensures out: t->process[slot].queue_next == IPC_NO_SLOT &&
                 t->process[slot].queue_previous == IPC_NO_SLOT;
    ensures first: \old(t->process[slot].queue_previous) >= IPC_PROCESSES ==>
                   t->process[owner].queue_first == \old(t->process[slot].queue_next);
    ensures last: \old(t->process[slot].queue_next) >= IPC_PROCESSES ==>
                  t->process[owner].queue_last == \old(t->process[slot].queue_previous);
    ensures before: \old(t->process[slot].queue_previous) < IPC_PROCESSES ==>
                    t->process[owner].queue_first == \old(t->process[owner].queue_first) &&
                    t->process[\old(t->process[slot].queue_previous)].queue_next ==
                        \old(t->process[slot].queue_next);
    ensures behind: \old(t->process[slot].queue_next) < IPC_PROCESSES ==>
                    t->process[owner].queue_last == \old(t->process[owner].queue_last) &&
                    t->process[\old(t->process[slot].queue_next)].queue_previous ==
                        \old(t->process[slot].queue_previous);
    ensures others: \forall integer i; 0 <= i < IPC_PROCESSES && i != slot ==>
                    (i != \old(t->process[slot].queue_previous) ==>
                     t->process[i].queue_next == \old(t->process[i].queue_next)) &&
                    (i != \old(t->process[slot].queue_next) ==>
                     t->process[i].queue_previous == \old(t->process[i].queue_previous)); */
void ipc_queue_remove(struct ipc_table *t, unsigned owner, unsigned slot);
