/*
 * Programs from files: an ELF of the file server's archive becomes a child of the caller's
 * (parley/program.h), which may then wait for it and end it.
 *
 *     program_load("bin/wc", &program);
 *     program_begin(&program, (char *[]){"wc", "text/numbers.txt", NULL}, NULL);
 *     child_wait(program.child, &end);
 */
#pragma once

#include <abi/layout.h>
#include <parley/program.h>

struct program {
    endpoint_t child;
    uint32_t entry;
    const char *wrong; /* of a file that cannot be loaded: why; until the next */
};

/* Makes the child and its memory; it has not begun. -ENOEXEC: see `wrong`; else the file server's
   or the memory server's error, and there is no child. */
int program_load(const char *path, struct program *program);

/* Where the standard streams lead; 0: to the console (parley/pipe.h has the other names). */
struct program_streams {
    uint32_t input; /* STREAM_NOTHING: it is empty */
    uint32_t output;
};

/* Arguments onto its stack, and off it goes. `argv` ends with NULL; `streams` NULL: the console.
   -E2BIG: more than 64, or more than 3 KB together. On any error the child is ended. */
int program_begin(struct program *program, char *const argv[],
                  const struct program_streams *streams);

#define PROGRAM_STACK_BYTES 0x100000u  /* at most; pages come as it grows */
#define PROGRAM_HEAP_BYTES  0x4000000u /* the same */
