/* The kernel's console: see arch.h. */
#pragma once

#include <stdbool.h>

/* Finds the serial port and the screen's text memory. */
void console_init(void);
/* The loader says that the screen shows no text. */
void console_without_screen(void);
/* A line, and its end. */
void console_line(const char *line);
