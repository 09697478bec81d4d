/*
 * What a waiting process has asked, or offers: for those who look on.
 *
 * It is read where it stands, in the process's own message, and not from the trace: whoever waits
 * has not touched it since, however long ago that was and whether anything was recorded or not; and
 * a call pays nothing for it. Others may have, where the process lets them write in its memory: so
 * it is for those who look on, and nobody may be judged by it.
 */
#pragma once

#include <abi/message.h>
#include <stdbool.h>

/* The message that the process in `slot` waits with, to be taken or answered: stamped with who sent
   it. False, and nothing is written: it waits for no such thing, or not at all. */
bool asked_read(unsigned slot, message *m);
