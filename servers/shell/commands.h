/*
 * The shell's commands: one table, from which dispatch, help and completion come.
 *
 * A command returns its status: 0 when all went well. It says itself what was wrong.
 */
#pragma once

#include "match.h"

#include <stdbool.h>
#include <stdint.h>

#define STATUS_FAILED      1
#define STATUS_USAGE       2
#define STATUS_UNKNOWN     127
#define STATUS_INTERRUPTED 130
#define STATUS_KILLED      137

enum command_argument {
    ARGUMENT_NONE,
    ARGUMENT_PROCESS,
    ARGUMENT_MODULE,
    ARGUMENT_COMMAND
};

struct command {
    const char *name;
    const char *usage;              /* arguments, as "NAME [N]" */
    const char *summary;            /* one line */
    const char *page;               /* what it does, and an example; each line ends with \n */
    enum command_argument argument; /* what tab completes */
    int (*run)(int argc, char **argv);
};

struct seconds_range {
    const char *least; /* as a person reads it */
    uint32_t least_us, most;
};

extern const struct command commands[]; /* ends with a NULL name */

const struct command *command_find(const char *name);

/* Runs the command argv[0], which there is; the words end with NULL. */
int command_call(char **argv);

/* Splits a line and does what it says. Returns the status; `status` is the last command's. */
int command_line(const char *line, int status);

/* Offers what may stand at the end of `line`; returns how many of its last bytes are the prefix. */
unsigned command_complete(const char *line, struct match *m);

/* "kill: use: kill NAME|ENDPOINT" */
int command_usage(const char *name);

/* An argument that is a number of seconds in a range; says of which when it is not. */
bool command_seconds(const char *name, const char *text, const struct seconds_range *range,
                     uint64_t *microseconds);

int command_help(int argc, char **argv);
int command_echo(int argc, char **argv);
int command_clear(int argc, char **argv);
int command_keyboard(int argc, char **argv);
int command_reboot(int argc, char **argv);
int command_poweroff(int argc, char **argv);
int command_ps(int argc, char **argv);
int command_mem(int argc, char **argv);
int command_modules(int argc, char **argv);
int command_names(int argc, char **argv);
int command_dmesg(int argc, char **argv);
int command_dump(int argc, char **argv);
int command_kill(int argc, char **argv);
int command_service(int argc, char **argv);
int command_jobs(int argc, char **argv);
int command_fg(int argc, char **argv);
int command_wait(int argc, char **argv);
int command_run(int argc, char **argv);
int command_start(int argc, char **argv);
int command_uptime(int argc, char **argv);
int command_version(int argc, char **argv);
int command_date(int argc, char **argv);
int command_sleep(int argc, char **argv);
int command_ping(int argc, char **argv);
int command_trace(int argc, char **argv);
int command_top(int argc, char **argv);
int command_ipcstat(int argc, char **argv);
int command_waits(int argc, char **argv);

/* What the process may do. */
int process_show_rights(const char *text);
