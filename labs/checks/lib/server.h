/*
 * Checks of a hand-in that is a server (server.c): a judge in ring 3 makes them, each with a server
 * that was started for it, so one that hangs or dies costs no other check its points. lab.h says
 * what a check is; here it fails, too, when the server does not answer in time, or dies.
 *
 * The judge is more urgent than its clients, and they than the server: a server that loops for ever
 * keeps nobody from anything. While the judge does not wait, nobody else runs.
 */
#pragma once

#include "judge.h"
#include "lab.h"

#define LAB_CLIENTS   5
#define LAB_ANSWER_US 50000u /* a server that owes an answer at once has so long */

/* The name of the hand-in's module in suite.conf; it has start=demand. */
extern const char lab_server_name[];
extern endpoint_t lab_server;

/* Kills the server where one runs, and starts it anew. Clients that were asked something stay. */
void lab_restart(void);
void lab_kill(void);

/* Asks, with that deadline; the answer is in *m. Returns its status. */
int lab_ask_within(message *m, uint32_t microseconds);
int lab_ask(message *m);

/* The check fails where the server has died by itself. */
void lab_expect_alive(void);
/* Waits until the server waits for whatever comes; fails when it does not in time. */
void lab_settle(void);

/* Another process, number `client` of LAB_CLIENTS, asks the server; it is started when it is first
   needed in a check. It may ask again when its answer has been taken. */
void lab_client_asks(unsigned client, const message *m);
/* Whether its answer has come within that time; it is in *m then, a failed call's error as type. */
bool lab_client_answered(unsigned client, message *m, uint32_t microseconds);
endpoint_t lab_client(unsigned client);
/* Kills it; the next time that it is needed it is another process. */
void lab_client_dies(unsigned client);

/* Microseconds since the boot. */
uint64_t lab_now(void);
/* Goes on at that time and keeps the processor until then: whatever comes has to wait. */
void lab_hold_until(uint64_t time);
/* Sleeps until that time. */
void lab_sleep_until(uint64_t time);
