/*
 * The kernel's command line.
 *
 *   panic=halt (default), panic=off (power off with status 101), panic=reboot
 *   nodftask   no task gate for the double fault (read by the machine)
 *   fastpath=off  every call goes through the kernel (read by the machine)
 *   window=N   the kernel maps N MB of physical memory and not all it could (read by the machine)
 *   trace=on   everything is recorded from the first process on (abi/trace.h); trace=off (default)
 *   tracekb=N  the ring's size in KiB, a power of two from 4 to 65536
 *   inject=on  SYS_INJECT exists, for tests (docs/design/injection.md)
 *   selftest=panic, selftest=assert, selftest=overflow: breaks the kernel on purpose, for tests
 *
 * A word that is none of these is logged and otherwise ignored.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum panic_action {
    PANIC_HALT,
    PANIC_OFF,
    PANIC_REBOOT
};

enum selftest {
    SELFTEST_NONE,
    SELFTEST_PANIC,
    SELFTEST_ASSERT,
    SELFTEST_OVERFLOW
};

void options_read(const char *command_line);
enum panic_action option_panic(void);
enum selftest option_selftest(void);
bool option_inject(void);
bool option_trace(void);
uint32_t option_trace_kilobytes(void); /* 0: not said */
