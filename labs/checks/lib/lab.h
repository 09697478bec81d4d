/*
 * Checks on the workstation: each is a function that expects things of the hand-in, and the grader
 * (tools/grade.py) runs each in a process of its own: one that crashes, loops or ends the process
 * costs no other its points.
 *
 * The verdict goes to the file descriptor that the grader names, so what the hand-in prints is
 * nobody's verdict. A check fails at the first thing that it expected in vain.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A lab's checks, in the order of its grade.toml; the last one's name is NULL. */
struct lab_check {
    const char *name;
    void (*run)(void);
};
extern const struct lab_check lab_checks[];

/* The check has failed; the text says what was expected and what was seen. */
_Noreturn void lab_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Unless the condition holds: what was expected, and what was seen. */
#define EXPECT(condition, ...)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            lab_fail(__VA_ARGS__);                                                                 \
    } while (0)

/* Numbers from a seed: the same ones in every run. */
unsigned lab_random(unsigned below);

/* From here on nobody may touch these bytes, or may again. Where the compiler has no address
   sanitizer, everybody may. */
void lab_forbid(const void *bytes, size_t size);
void lab_permit(const void *bytes, size_t size);
