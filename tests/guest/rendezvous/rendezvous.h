/* The judge's parts. */
#pragma once

#include "../lib/judge.h"
#include "plays.h"

/* The usual trap, by the gate that the judge's argument names; or, with `oddly`, by
   trap_oddly. */
extern bool oddly;
int call(uint32_t ecx, uint32_t eax, void *ebx, uint32_t esi, uint32_t *second);

/* The argument of a process that uses the gate which the judge's argument names for it. */
extern const char *player_gate;
endpoint_t player(const char *name, const char *role);
/* Starts and ends it until it has that slot. */
endpoint_t player_in_slot(const char *name, const char *role, unsigned slot);

/* Ticks that found it running. */
uint32_t ticks_of(endpoint_t process);

/* Whether the scribe has got these marks and no others; it forgets them. */
bool marked(const char *expected);

/* places.c: whom these ask, with a message at the place `here`; it waits at `there` next. Whether
   the answer is as it should be, and nothing else was written. Twice for it to wait there by the
   machine's own doing. */
extern endpoint_t places_server;
bool ask(int32_t type, unsigned here, unsigned there, uint32_t word0);
bool waits_at(unsigned there);
struct play_report places_report(void);

/* The judge's boxes are those of plays.h from here on. */
void test_places(void);    /* places.c: messages in two pages */
void test_corners(void);   /* corners.c: what looks like a call of the machine's own and is none */
void test_plain(void);     /* plain.c: send and receive */
void test_alone(void);     /* alone.c: what needs no partner: echo, bad calls, the time */
void test_lines(void);     /* lines.c: interrupts */
void test_deadlines(void); /* deadlines.c: alarms, timeouts, shares of the processor */
