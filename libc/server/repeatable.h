/* Which requests to servers may be repeated, and which are answered at any time, as
   servers/protocols says: their types in ascending order, made at build time. */
#pragma once

#include <stdint.h>

extern const int32_t libc_repeatable_types[];
extern const unsigned libc_repeatable_count;
extern const int32_t libc_waiting_types[];
extern const unsigned libc_waiting_count;
