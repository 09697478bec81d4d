/*
 * What processes lend each other: shares (pages that a peer may map) and grants (ranges that a peer
 * may copy). Each has a number that nobody gets again for long, and ends by revoke or with the
 * death of one of the two; what was granted through it ends with it. Only pages that a peer has
 * attached stay its own when their owner dies.
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
