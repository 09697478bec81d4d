/* Who waits for whom, by name: for a person, SYS_DUMP, a panic, or the non-maskable interrupt. */
#pragma once

/* One line a process through `print`. Reads only, in bounded steps: also fit for a broken table. */
void dump_processes(void (*print)(const char *line));
