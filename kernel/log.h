/*
 * The kernel's log: a ring of text whose positions only grow.
 *
 * Every line begins with its time. While nobody has claimed the log (IRQ_LINE_LOG), what is logged
 * also goes to the machine's console.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_BYTES 32768 /* a power of two */

/* Logs one line; the newline is added. */
void log_line(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
/* The same for text that is no pattern. */
void log_text_line(const char *line);
/* Appends a process's text, which may hold several lines or a part of one. Control characters
   become '?'; each line is marked with the process's name. */
void log_process_text(const char *name, const char *text, size_t bytes);

/* Bytes logged since boot: the position that the next one will have. */
uint64_t log_end(void);
/* The longest stretch in one piece that begins at *position or, where that text is no more, at the
   oldest that there is; *position is then moved there. A position past the end is moved to the end.
   0: nothing is there yet. */
size_t log_span(uint64_t *position, const char **text);

/* Whether logged text goes to the console as well. */
void log_set_console(bool on);
/* Writes everything from `position` on to the console. */
void log_show_from(uint64_t position);
