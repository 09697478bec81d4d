/*
 * What judges share: starting and commanding partners, waiting for states and deaths.
 *
 * Waits here are bounded by generous counts that only a hang reaches; a judge that gives up says so
 * as a failed check and goes on.
 */
#pragma once

#include "partner.h"
#include "tap.h"

#include <parley/ipc.h>
#include <parley/system.h>

#define PATIENCE_US 3000000u

/* Sleeps at least that long. */
void nap(uint32_t microseconds);

/* Starts a demand module; a failure is a failed check and returns NONE. */
endpoint_t start(const char *name, const char *arguments);

/* Starts a partner and waits until it is ready for orders. */
endpoint_t partner_start(const char *name);

/* Whether the process came to be in that state, waiting for that endpoint. Gives it time. */
bool comes_to(endpoint_t process, enum process_state state, endpoint_t waits_for);

/* Fills in the description of a living process; false when there is none such. */
bool describe(endpoint_t process, struct process_info *info);

/* Waits until the process is gone; false when it still is there after some seconds. */
bool comes_to_die(endpoint_t process);

/* Gives an order: a trap with these registers. False (and a failed check) when it isn't taken. */
bool order(endpoint_t partner, uint32_t ecx, endpoint_t eax, uint32_t ebx, uint32_t esi,
           int32_t tag);
bool order_all(endpoint_t partner, int32_t type, const struct partner_order *o);
bool order_plain(endpoint_t partner, int32_t type, uint32_t word0, uint32_t word1);
bool order_select(endpoint_t partner, const struct partner_select *o);

/* The same without a report; returns when the partner is through. */
bool order_silent(endpoint_t partner, uint32_t ecx, endpoint_t eax, uint32_t ebx, uint32_t edx);

/* Orders, and waits until the partner waits inside that call. */
bool order_and_wait(endpoint_t partner, uint32_t call, endpoint_t target, int32_t tag);

/* Takes the partner's report. False (and a failed check) when none comes. */
bool report_of(endpoint_t partner, struct partner_report *report);

/* Takes the report and answers its result, or 1 when none came. */
int result_of(endpoint_t partner);

/* A call to SYSTEM by a partner; its answer's words 0..5 go to `out` (may be NULL). */
int partner_asks(endpoint_t partner, int32_t number, const uint32_t words[6], uint32_t out[6]);

/* The next unread death, waiting for it. False when none comes. Needs sys_watch beforehand. */
bool next_death(struct system_death *death);

/* Kills, and waits until it is gone. */
void end(endpoint_t process);

/* Whether the system still answers: echo comes back whole, and a partner (NONE: none) obeys. */
bool answers(endpoint_t partner);

/* The usual trap: result in return value, second result in *second (may be NULL). */
int trap(uint32_t ecx, uint32_t eax, void *ebx, uint32_t esi, uint32_t *second);

/* Whether the kernel's log, from `from` on, has all of these words (NULL: not asked for). */
bool log_has(uint64_t from, const char *one, const char *two, const char *three);
uint64_t log_end(void);
