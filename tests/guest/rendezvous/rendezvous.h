/* The judge's parts. */
#pragma once

#include "../lib/judge.h"
#include "plays.h"

/* The usual trap, by the gate that the judge's argument names; or, with `backwards`, by
   trap_backwards. */
extern bool backwards;
int call(uint32_t ecx, uint32_t eax, void *ebx, uint32_t esi, uint32_t *second);

/* The argument of a process that uses the gate which the judge's argument names for it. */
extern const char *player_gate;
endpoint_t player(const char *name, const char *role);

/* Ticks that found it running. */
uint32_t ticks_of(endpoint_t process);

/* Whether the scribe has got these marks and no others; it forgets them. */
bool marked(const char *expected);

/* The judge's boxes are those of plays.h from here on. */
void test_places(void);    /* places.c: messages in two pages */
void test_plain(void);     /* plain.c: send and receive */
void test_alone(void);     /* alone.c: what needs no partner: echo, bad calls, the time */
void test_lines(void);     /* lines.c: interrupts */
void test_deadlines(void); /* deadlines.c: alarms, timeouts, shares of the processor */
