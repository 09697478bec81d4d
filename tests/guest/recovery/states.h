/* Kills each server in every state of its IPC in which it can be, one after the other, and prints
   the table. */
#pragma once

void test_states(void);
