/* The tick. */
#pragma once

void pit_init(void);
/* A tick has arrived. */
void pit_tick(void);
