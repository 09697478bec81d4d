/*
 * What the program that faults on purpose (faulty.c) tells its handler, the judge.
 */
#pragma once

#include <abi/message.h>

enum {
    FAULTY_PLACES = 0x7101, /* faulty_places, before it faults */
    FAULTY_REGISTERS,       /* words 0..6: the general registers after the fault */
    FAULTY_REST,            /* words 0..4: flags, DS, ES, FS, GS after it */
    FAULTY_VALUE,           /* word 0: what came of it */
};

struct __attribute__((may_alias)) faulty_places {
    uint32_t undefined;    /* the instruction that ud2 is, */
    uint32_t read;         /* and the one that reads */
    uint32_t landing;      /* a function that reports its stack pointer (FAULTY_VALUE) */
    uint32_t other_stack;  /* a stack for it */
    uint32_t good_address; /* readable; what is there: */
    uint32_t good_value;
};

/* What is in the registers at the fault: eax ebx ecx edx esi edi ebp. */
#define FAULTY_PATTERN(i) (0xa1a2a3a4u + (i)*0x01010101u)
#define FAULTY_BAD        0x70000000u /* not mapped */
