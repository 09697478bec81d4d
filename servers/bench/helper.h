/* The roles of bench-server: what its main may become. None returns but by the end of its client.
 */
#pragma once

#include "bench.h"

/* Every process's readings, for BENCH_READINGS. */
extern uint32_t readings[READINGS];
extern unsigned wrong;

int serve(void);
/* `rounds` measured rounds with that client, whose request BENCH_ROUNDS has been answered. */
void serve_rounds(endpoint_t client, enum way way, enum gate gate, uint32_t rounds);
void serve_check(endpoint_t client, enum check check, enum way way);
/* Answers each request with its words, the first one more, after as many microseconds as m_type
   says. */
int serve_slowly(void);
/* Asks that process, a while after it was started. */
int ask_late(endpoint_t server);
/* How a driver waits for its line. */
enum driving {
    DRIVE_BY_BOX,
    DRIVE_BY_POINTER,
    DRIVE_RECEIVING
};
int drive(enum driving how);
int raise_interrupts(void);
