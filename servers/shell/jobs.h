/*
 * Programs that the shell has started, of the archive and boot modules: one job a line, in the
 * foreground or in the background. Those of the archive are the shell's children, and end with it.
 */
#pragma once

#include "match.h"
#include "pipeline.h"

#include <parley/system.h>
#include <stdbool.h>

/* Whether the archive has a program that this word means: bin/NAME, or the path itself. */
bool program_exists(const char *word);
bool programs_are_there(void); /* else the files are not to be had */
void programs_offer(struct match *m, const char *prefix);

/* Starts what a line says. In the foreground: waits for its end and returns the last program's
   status; in the background: 0. Says what is wrong. */
int job_start(const struct pipeline *pipeline, const char *line);

/* A process has died: if it belongs to a job, the job knows how. */
void jobs_note_death(const struct system_death *death);

/* Says which jobs in the background have ended, and forgets them. */
void jobs_report(void);

/* Ends all programs of the job with that number; -1: there is none. */
int job_kill(unsigned number);
