/* Values that nobody knows: Eva takes them for all that there are. */
#pragma once

#include <stdint.h>

/*@ assigns \result \from \nothing; */
uint32_t any_word(void);
