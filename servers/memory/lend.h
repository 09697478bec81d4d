/*
 * What processes lend each other: shares (pages that a peer may map) and grants (ranges that a peer
 * may copy). Each has a number that nobody gets again for long, and ends by revoke or with the
 * death of one of the two; what was granted through it ends with it. Only pages that a peer has
 * attached stay its own when their owner dies.
 *
 * What is lent stands in its owner's ledger, what is attached in the peer's: a memory server that
 * is started again goes on with both.
 */
#pragma once

#include <abi/message.h>
#include <stdint.h>

int lend_share(message *m);
int lend_attach(message *m);
int lend_detach(message *m);
int lend_grant(message *m);
int lend_copy(message *m);
int lend_revoke(message *m);

/* Whatever the dead one lent or was lent. */
void lend_forget(endpoint_t dead);
uint32_t lend_open(void);

/* After a restart: takes up what this living process has lent or attached; and, when that was done
   for all, ends what cannot go on. */
void lend_take_up(endpoint_t process);
void lend_settle(void);
/* Notes what is not noted each time: how often grants were used. */
void lend_retire(void);
