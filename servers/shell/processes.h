/* Processes and modules by name. */
#pragma once

#include "match.h"

#include <abi/endpoint.h>
#include <abi/system.h>
#include <stdbool.h>

/* The process that `text` names: an endpoint in digits, a process's name, or a published name.
   0 or a negative error (ENOENT). */
int process_find(const char *text, endpoint_t *endpoint);

/* The name of the process with this endpoint, or of the endpoint itself ("any", "hardware"); the
   number when there is no such process. */
const char *process_name(endpoint_t endpoint, char name[NAME_BYTES]);

#define PROCESS_ASKED_BYTES 160
/* What a process waits with, which is meant for `of`, in the words of its protocol. False: with
   nothing that is known. */
bool process_asked(const message *asked, endpoint_t of, char text[PROCESS_ASKED_BYTES]);

/* The next process at slot *slot or later; *slot then follows it. False: no more. */
bool process_next(unsigned *slot, struct process_info *info);

bool module_find(const char *name, struct module_info *info);

/* Whether its name is a command that runs it. */
bool module_is_command(const struct module_info *info);

void processes_offer(struct match *m, const char *prefix);
void modules_offer(struct match *m, const char *prefix, bool only_commands);
