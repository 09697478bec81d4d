/* The tick. */
#pragma once

void pit_init(void);
