/* What a process that died said and heard last, for the report of its death. */
#pragma once

#include "process.h"

/* Logs the last messages that the trace still has, oldest first; nothing when it has none. */
void last_messages_log(endpoint_t process);
