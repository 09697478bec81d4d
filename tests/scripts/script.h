/*
 * A script, as the workstation writes it and the guest reads it: steps, and what must come of them.
 *
 * A stream of records, each as it lies in memory (little endian, words aligned). A script is one
 * script_header and groups; the stream ends with a header whose magic is 0. A group is one
 * script_group, its steps (each followed by its pairs), its outcomes, the states of all processes
 * where it says so, and the facts that the kernel's trace must have where the header says so. The
 * steps of a group happen without the judge's doing anything between them.
 *
 * Processes are known by the model's slots and endpoints. The guest maps them to its own; the bits
 * of `mapped` say which words are endpoints of the model.
 */
#pragma once

#include <stdint.h>

#define SCRIPT_MAGIC     0x74706373u
#define SCRIPT_PROCESSES 6
#define SCRIPT_STEPS     128 /* most in a script */
#define SCRIPT_GROUP     8   /* most in a group */
#define SCRIPT_FACTS     96  /* most of a step */
#define SCRIPT_PAIRS     17  /* one more than ipc_select takes */

/* Deadlines and alarms come when the judge waits for them, and not before: a step takes much less.
 */
#define SCRIPT_DEADLINE_US 10000u
#define SCRIPT_ALARM_US    5000u
#define SCRIPT_MARGIN_US   3000u /* how much longer the judge waits */

/* The generation of a script's first processes, so that older ones have a name in the model. */
#define SCRIPT_GENERATION 16

struct script_header {
    uint32_t magic, number;
    uint32_t traced; /* groups have facts */
};

struct script_group {
    uint8_t steps, outcomes, states, last;
    uint8_t deaths, dead[7]; /* which processes, in their order */
    uint16_t facts, unused;
};

enum script_kind {
    SCRIPT_CALL,   /* the process traps with these registers */
    SCRIPT_FAULT,  /* the process comes to a breakpoint; its handler may settle that */
    SCRIPT_EXIT,   /* the process calls sys_exit */
    SCRIPT_CRASH,  /* the process reads address 0 and dies of it */
    SCRIPT_CANCEL, /* from here on the judge does it, alone in its group. eax: a fault restarts */
    SCRIPT_KILL,
    SCRIPT_BIRTH, /* of `module`, in the slot of `process` */
    SCRIPT_WAIT,  /* so many microseconds (eax) */
};

/* Where a message is in a process's memory. */
enum script_place {
    PLACE_NULL, /* NULL: the fixed box */
    PLACE_BUFFER,
    PLACE_STRADDLE, /* lies across two pages */
    PLACE_BOX_A,
    PLACE_BOX_B,
    PLACE_BOX_C,
    PLACE_BOX_D,
    PLACE_READ_ONLY,
    PLACE_UNALIGNED, /* from here on bad ones */
    PLACE_UNMAPPED,
    PLACE_UNALIGNED_UNMAPPED,
    PLACE_KERNEL,
    PLACE_WRAPS, /* past the end of the address space */
    PLACES,
};
#define SCRIPT_PLACE_NAMES                                                                         \
    {                                                                                              \
        "NULL", "buffer", "straddling", "box A", "box B", "box C", "box D", "const", "unaligned",  \
            "unmapped", "unaligned and unmapped", "up to the kernel's memory", "past the end"      \
    }
#define PLACE_WRITABLE_FIRST PLACE_BUFFER
#define PLACE_WRITABLE_LAST  PLACE_BOX_D

/* Words that are endpoints of the model. */
#define MAPPED_EAX     1u
#define MAPPED_EDI     2u
#define MAPPED_WORD    4u /* system_word[0] */
#define MAPPED_PAIR(i) (8u << (i))

struct script_step {
    uint8_t kind, process, module;
    uint8_t index;           /* in the script */
    uint8_t message;         /* ebx: a place; ipc_select's pairs: a place too */
    uint8_t sends;           /* the place that the call sends from, PLACE_NULL none */
    uint8_t receives;        /* the place where a message may come, PLACE_NULL none */
    uint8_t pairs;           /* that follow this record */
    uint8_t thread_segments; /* FS and GS hold a selector */
    uint8_t to_system;       /* the message is a request to SYSTEM */
    uint16_t unused;
    uint32_t eax, ecx, edx, esi, edi; /* in_outbox: eax is a place */
    uint32_t mapped;
    uint32_t tag; /* of what its memory holds before the call */
    uint32_t system_type, system_word[2];
};

struct script_pair {
    int32_t source;
    uint32_t events;
};

/* What is in the place where a message may come. */
enum script_content {
    CONTENT_NO_PLACE,
    CONTENT_UNTOUCHED,
    CONTENT_MESSAGE,   /* argument: the tag, its place included; from `source` */
    CONTENT_EVENTS,    /* argument: the bits; from `source` */
    CONTENT_ANSWER,    /* argument: m_type, the rest zero; from SYSTEM */
    CONTENT_FAULT,     /* argument: the tag of the fault of `source` */
    CONTENT_REGISTERS, /* no message: the registers after a fault are the words of this tag */
};

#define MAPPED_SECOND 1u
#define MAPPED_SOURCE 2u

/* A call has ended, and how. */
struct script_outcome {
    uint8_t index, process, content, mapped;
    int32_t result;
    uint32_t second;
    int32_t source;
    uint32_t argument;
};

struct script_state {
    uint8_t lives, state, idle, mapped; /* state: enum process_state; mapped: waits_for */
    int32_t waits_for;
    uint32_t sent, received;
};

#define FACT_MAPPED_FROM   1u
#define FACT_MAPPED_TO     2u
#define FACT_MAPPED_SECOND 4u

/* A fact of the kernel's trace (abi/trace.h), in the order in which they happen. What a CALL of a
   SCRIPT_CALL holds besides stands in its step. */
struct script_fact {
    uint16_t what;           /* one TRACE_* bit */
    uint8_t index;           /* of the step that it comes of */
    uint8_t mapped;          /* FACT_MAPPED_* */
    uint8_t content, unused; /* enum script_content, with `argument`; CONTENT_NO_PLACE: none */
    uint16_t call;           /* BLOCK: enum process_state; FAULT: vector; DEATH: DEATH_* */
    int32_t from, to;
    int32_t result;
    uint32_t second;
    uint32_t argument; /* of the content; EVENT: the bits; BIRTH: the module */
};

/* The words of a message that nobody has written to. Each place's and each step's are others; the
   source, word 0, is a lie. */
#define SCRIPT_TAG(script, index, place)                                                           \
    ((uint32_t)(script) << 12 | (uint32_t)(index) << 4 | (uint32_t)(place))
#define SCRIPT_WORD(tag, i) (((tag)*2654435761u + (uint32_t)(i)*0x9e3779b9u) ^ 0x5a5a0000u)
/* A fault's registers eax ebx ecx edx esi edi ebp are the payload of such a message. */
#define SCRIPT_REGISTER(tag, i) SCRIPT_WORD(tag, (i) + 2)
#define SCRIPT_READ_ONLY_TAG    SCRIPT_TAG(0xfffff, 0xff, PLACE_READ_ONLY)
