/* The battery-backed clock of the PC. */
#pragma once

#include "calendar.h"

/* Reads the clock as it stands. 0, or EIO: none is there, or it never holds still. */
int rtc_read(struct rtc_registers *registers);
