/* Port input and output; the module's line says which ports. Not inline: a driver's test has a
   device of its own behind them. */
#pragma once

#include <stdint.h>

uint8_t port_in(uint16_t port);
void port_out(uint16_t port, uint8_t value);
