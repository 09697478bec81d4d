/*
 * What the judge of the fuzzing suite and its hostile program share: a page that outlives the
 * program, with the seed, how far it has come, and what it knows of the system.
 *
 * The judge maps it behind the program's image at each start. All that the program does follows
 * from the seed and the generation, which grows by one with each start, so a run comes again as it
 * was.
 */
#pragma once

#include <abi/endpoint.h>
#include <abi/system.h>
#include <stdint.h>

#define FUZZ_PAGE  ((struct fuzz_page *)0x533f0000)
#define FUZZ_MAGIC 0x46555a5au

#define FUZZ_LIVING   64
#define FUZZ_NAMES    40
#define FUZZ_MESSAGES 256

/* What the program may do: as its line says. */
enum fuzz_role {
    FUZZ_PLAIN, /* what every program may: the identity `user` */
    FUZZ_TALKS, /* all IPC calls to everybody, and no call to SYSTEM beyond a program's */
    FUZZ_WIDE,  /* everything */
    FUZZ_PREY,  /* faults for ever; the program with all rights says how it goes on */
};

/* What was wrong with the end of a call. */
enum fuzz_wrong {
    FUZZ_RIGHT,
    FUZZ_RESULT,    /* eax is neither success nor an error of the list */
    FUZZ_SECOND,    /* esi has bits that nobody defined, or is no endpoint after an error */
    FUZZ_REGISTERS, /* one that must be kept was not */
    FUZZ_SEGMENTS,
    FUZZ_FLAGS,
    FUZZ_ANSWER,  /* SYSTEM's answer is not from SYSTEM, or has words after an error */
    FUZZ_FORGED,  /* a message whose source is not a living process or a name of the kernel's */
    FUZZ_OUTSIDE, /* memory that no call was told of has changed */
};

struct fuzz_page {
    uint32_t magic;
    uint32_t seed, generation, role;
    uint32_t limit, calls; /* it ends after so many; so many are begun, in all generations */
    uint32_t kind;         /* of the last that was begun */
    uint32_t sysenter;     /* whether the processor has it */
    uint32_t wrong;        /* enum fuzz_wrong, of the first that was */
    uint32_t sent[12], got[12];
    uint32_t succeeded[SYSTEM_CALL_LAST + 1]; /* calls to SYSTEM that were carried out, by number */
    endpoint_t judge;
    uint32_t living_count, name_count;
    endpoint_t living[FUZZ_LIVING];
    char name[FUZZ_NAMES][NAME_BYTES];
    endpoint_t speaks[FUZZ_MESSAGES]; /* by the message's place in the tables: who understood it */
};

_Static_assert(sizeof(struct fuzz_page) <= 4096, "one page");
