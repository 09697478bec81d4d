/* Which requests to servers may be repeated, and which are answered at once, as servers/protocols
   says: their types in ascending order, made at build time. */
#pragma once

#include <stdint.h>

extern const int32_t libc_repeatable_types[];
extern const unsigned libc_repeatable_count;
extern const int32_t libc_prompt_types[];
extern const unsigned libc_prompt_count;
