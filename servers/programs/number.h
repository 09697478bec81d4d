/* Numbers among a program's arguments. */
#pragma once

#include <stdbool.h>

/* Whether the text is a number from 0 to `most`, and nothing else; if so it is put there. */
bool number_read(const char *text, unsigned long most, unsigned long *number);
