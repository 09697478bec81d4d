/* The battery-backed clock of the PC. */
#pragma once

#include "calendar.h"

/* Reads the clock as it stands. 0, or EIO: there is none, or it does not hold still. At most 30 ms.
 */
int rtc_read(struct rtc_registers *registers);
