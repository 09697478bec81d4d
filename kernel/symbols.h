/* Names of the kernel's own functions, from a table that the second link puts behind everything. */
#pragma once

#include <stdint.h>

/* The function that holds `address`, and how far in; NULL when none does. */
const char *symbol_of_kernel(uint32_t address, uint32_t *offset);
