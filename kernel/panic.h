/*
 * The end, when the kernel itself is wrong: says everything that is known, then stops.
 *
 * For our own bugs only; nothing that a process, a module's line, a device or a loader gives may
 * lead here.
 */
#pragma once

_Noreturn void kernel_panic(const char *pattern, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void kernel_assert_failed(const char *condition, const char *function, int line);
/* Stops the machine as the option panic= says, after what was written has left it. */
_Noreturn void panic_stop(void);

#define KERNEL_ASSERT(condition)                                                                   \
    ((condition) ? (void)0 : kernel_assert_failed(#condition, __func__, __LINE__))
