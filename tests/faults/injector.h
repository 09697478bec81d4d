/* What the injector's parts share. */
#pragma once

#include "fault.h"

#include <abi/endpoint.h>
#include <abi/message.h>
#include <stdbool.h>

/* ---- strike.c: one fault, put there ------------------------------------------------------------
 */

/* Puts it into the process, or lies in wait at its instruction. False: it could not be. */
bool strike_arm(const struct fault *fault, endpoint_t victim);
/* A fault message, which may be the sign that the process has come to where one waits for it. True:
   it was, and *m holds what is to be answered. */
bool strike_settles(message *m);
/* Its process has died: the next one of that name is not its business. */
void strike_died(void);
/* Something went wrong since it was armed. */
void strike_had_effect(void);
/* Takes back what has not been reached. `alive`: the process still is. */
void strike_disarm(bool alive);

enum reached {
    REACHED_NOT,
    REACHED_YES,
    REACHED_OVERWRITTEN, /* a datum that was written before anybody read it */
};
enum reached strike_reached(void);

/* ---- servers.c: who runs -----------------------------------------------------------------------
 */

struct server {
    const char *name;
    endpoint_t endpoint; /* NONE: it died, and no other has been seen yet */
    uint32_t first, bytes, sum;
};
extern struct server servers[VICTIMS_MAX];
extern unsigned server_count;

void servers_begin(const struct fault_header *header);
/* The one that died, or NULL. */
struct server *server_of(endpoint_t endpoint);
/* Looks for the successor of one that died; whether there is one, and it waits for requests. */
bool server_is_back(struct server *s);
/* Which of the two supervisors leads. */
struct server *server_that_leads(void);

/* Notes what text and constants of the kernel and of all servers are; later, whether they still
   are: NULL, or whose are not. All must be whole, as they are after a restart. */
void sums_note(void);
const char *sums_changed(void);

uint64_t now_us(void);
