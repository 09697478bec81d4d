/* The second serial port (16550), write only. Every wait is bounded. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Finds the port and sets 115200 baud, 8 bits, no parity. False: there is none. */
bool port_open(void);

/* False: it took nothing for too long; nothing more should be written. */
bool port_write(const void *bytes, size_t count);

/* Waits, bounded, until the last byte has left. */
void port_drain(void);
