/*
 * The kernel's command line.
 *
 *   panic=halt (default), panic=off (power off with status 101), panic=reboot
 *   nodftask   no task gate for the double fault (read by the machine)
 *   selftest=panic, selftest=assert, selftest=overflow: breaks the kernel on purpose, for tests
 *
 * A word that is none of these is logged and otherwise ignored.
 */
#pragma once

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
