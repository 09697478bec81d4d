/*
 * Who wants to know when a process dies, and the deaths that they have not read yet.
 *
 * A watched process has one record, shared by its watchers; at its death the record is filled and
 * kept until the last watcher has read it or died itself. It names an endpoint, not a slot, so it
 * stays true however often the slot is used again. A record is reserved when the watch begins:
 * a death is never lost for want of room, a watch is refused instead (-ENOSPC). As many records
 * can wait to be read as can be alive, so only watchers who never read can bring that about.
 */
#pragma once

#include <abi/system.h>
#include <stdbool.h>
#include <stdint.h>

struct death {
    endpoint_t endpoint;
    uint32_t cause;  /* DEATH_* */
    uint32_t status; /* exit status, or the fault's vector */
    uint32_t error, ip, address;
};

/* `watcher` begins or ends watching this living process. 0 or -ENOSPC. */
int death_watch(unsigned watcher, endpoint_t endpoint, bool on);
/* The process in `slot` has died: its watchers are told, and it watches nobody any more. */
void death_happened(unsigned slot, const struct death *how);
/* The oldest death that `watcher` has not read, read now; false when there is none. */
bool death_read(unsigned watcher, struct death *death);
