/* What the workstation (run.py) tells the injector, by QEMU's configuration device, and the two
   processes of the campaign tell each other. run.py packs the same structures. */
#pragma once

#include <stdint.h>

#define FAULTS_FILE  "opt/parley.faults"
#define FAULTS_MAGIC 0x746c7566u
#define VICTIMS_MAX  9

/* How a fault is put there. All but the last wait until the process comes to an instruction, so
   that it is known to have been reached. */
enum mechanism {
    MECHANISM_TEXT,     /* `bytes` in place of the instruction, from when it is reached on */
    MECHANISM_REGISTER, /* at the instruction, register a is XORed with b */
    MECHANISM_DEVICE,   /* behind an `in`: what came, under mask a, is b; `count` times */
    MECHANISM_STACK,    /* at the instruction, the byte a above the stack pointer XORed with b */
    MECHANISM_REQUEST,  /* behind the trap of a server's loop: a message came */
    MECHANISM_REPLY,    /* at the trap of a server's loop: an answer goes */
    MECHANISM_DATA,     /* the byte at the address XORed with b; counted when it is read so */
};

/* What happens to a message: a of MECHANISM_REQUEST and MECHANISM_REPLY; b is by which number. */
enum message_fault {
    MESSAGE_CORRUPT, /* one bit of 256 from m_type on: bit b */
    MESSAGE_DROP,
    MESSAGE_DELAY,  /* b microseconds */
    MESSAGE_REPEAT, /* requests: it comes a second time */
    MESSAGE_FORGE,  /* all words are made up from b */
};

struct fault {
    uint32_t number;
    uint8_t mechanism, victim, length; /* of the instruction */
    uint8_t count;                     /* times that it is passed by first; DEVICE: struck */
    uint32_t address;
    uint8_t original[16], bytes[16];
    uint32_t a, b;
};

struct victim {
    char name[16];
    uint32_t first, bytes; /* of its memory, what nothing may change */
};

struct fault_header {
    uint32_t magic, faults, victims;
    struct victim victim[VICTIMS_MAX];
};

_Static_assert(sizeof(struct fault) == 52, "run.py packs it");

/* ---- Between the injector and the checker ------------------------------------------------------
 */

#define CHECKER_REPORT 0xf10 /* request: a struct report; answered with the next struct round */

struct report {
    uint32_t right, told, wrong; /* answers */
    uint32_t first_wrong;        /* line of checker.c */
    int32_t first_told;          /* error */
};

struct round {
    char victim[16];
    uint32_t salt; /* makes each round's words other ones */
};
