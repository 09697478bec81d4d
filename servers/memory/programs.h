/*
 * Children: made, filled, begun, cloned, waited for and ended by their parent. What must outlive
 * this server is in the ledgers (ledger.h); here is who is whose, and who waits.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

/* Finds the ledgers that are there, and takes up what a former memory server left. */
void programs_init(void);

int programs_create(message *m);
int programs_region(message *m);
int programs_fill(message *m);
int programs_begin(message *m);
int programs_clone(message *m);
int programs_wait(message *m);
int programs_kill(message *m);
void programs_retire(void); /* who waits for a child is to ask the next memory server */

/* The program has faulted, and dies of it. `why`: -EFAULT, -ENOMEM, -ENOSPC. */
void programs_fault(endpoint_t program, int why, uint32_t address);
/* Of all that have died: their children end, their parents learn how, their memory is free. */
void programs_bury(void);
