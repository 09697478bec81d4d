/* Reads command lines from the console, with editing, history and completion. */
#pragma once

/* The next line. Valid until the next call. */
const char *prompt_read(void);
