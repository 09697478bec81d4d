/*
 * The benchmark: what its client, its server and their helpers share.
 *
 * A window is a call between two readings of the time-stamp counter in ring 3 (windows.asm). Under
 * an emulator whose counter counts instructions, what lies between them is exact; the reading's own
 * share is window_cost(), and a window less that is the gate's instruction and all that the kernel
 * executes.
 *
 * One side's reading may be compared with the other's: there is one counter. Every process keeps
 * its readings until the round is over and hands them out afterwards (BENCH_READINGS), so that all
 * words of the measured messages are free to be checked.
 */
#pragma once

#include <abi/calls.h>
#include <abi/errors.h>
#include <abi/layout.h>
#include <abi/message.h>
#include <abi/system.h>
#include <stdbool.h>

/* ---- Windows --------------------------------------------------------------------------------- */

/* Registers before the call and after it, and the two readings. The assembly knows the layout. */
struct window {
    uint32_t eax, ebx, ecx, edx, esi, edi;
    uint32_t before, after;
    uint32_t segments[4]; /* after: ds, es, fs, gs */
    uint32_t flags;       /* after */
};

void window_none(struct window *w); /* nothing between the readings */
void window_int(struct window *w);  /* the call by `int` */
void window_sysenter(struct window *w);
void window_strange(struct window *w); /* by `int`, with ds, es and fs null, gs flat, DF set */
void window_out(struct window *w);     /* `out` of al to port dx */

/* The reading before a call lies in the last word of this message. */
extern message window_message;

/* A call of `copy`, its arguments included, between two readings. */
typedef void copy_function(uint32_t source, uint32_t target, uint32_t bytes);
uint32_t window_copy(copy_function *copy, uint32_t source, uint32_t target, uint32_t bytes);

uint32_t counter_read(void);
/* What a window reads with nothing in it. */
uint32_t window_cost(void);
/* Whether that is always the same, as where the counter counts instructions. */
bool counter_is_exact(void);

/* ---- What the measured two say to each other ----------------------------------------------------
 */

#define ROUNDS   32 /* of a row, the first of which warm up */
#define WARM     4
#define READINGS 512

enum way {
    BY_BOX,
    BY_POINTER,    /* explicit messages, each within a page */
    BY_STRADDLE,   /* explicit messages across two pages */
    SEND_RECEIVE,  /* by box; plain send and receive in pairs */
    BY_BOX_UNREAD, /* by box; one word is changed, nothing else looked at, nothing kept */
    WAYS
};

enum gate {
    GATE_INT,
    GATE_SYSENTER,
    GATES
};

/* Whether processor and kernel have this gate; before the first call through it. */
bool gate_offered(enum gate gate);
/* The call in *w through that gate. */
void gate_call(enum gate gate, struct window *w);

/* Requests that are not measured. */
enum {
    BENCH_ROUNDS = 0xb01, /* 0 way, 1 gate, 2 rounds: then that many measured rounds follow */
    BENCH_READINGS,      /* 0 index -> 0..5 six readings, 6 what was wrong since the rounds began */
    BENCH_CHECK,         /* 0 check, 1 way: then that check's rounds follow */
    BENCH_QUEUE,         /* after the answer it receives from the client only, until: */
    BENCH_DRAIN,         /* 0 number: takes so many requests, keeps the last word of each */
    BENCH_DRIVER_SERVED, /* -> 0 the reading after the last interrupt */
    BENCH_INTERRUPTS,    /* -> 0.. instructions of each round, INTERRUPTS of them */
};

#define INTERRUPTS 7

/* In what a rendezvous only looks like the common one, or what of it is looked at. */
enum check {
    CHECK_TARGET, /* the server's generation, or the permission to ask it */
    CHECK_SOURCE, /* whom the server waits for after its answer */
    CHECK_EVENTS, /* the events that it waits for */
    CHECK_TICKET, /* the answer's ticket */
    CHECK_NAME,   /* the answer's addressee */
    CHECK_NESTED, /* the server is a client before it answers, and its alarm comes meanwhile */
    CHECK_QUEUED, /* the same, and instead of the alarm another's request comes; no events are
                     wanted */
    CHECK_FLAGS,  /* the client has a deadline, and the server answers after it */
    CHECK_STATE,  /* DS and ES are null before the call, DF is set */
    CHECK_COUNTS, /* of messages sent and received */
    CHECK_PLACES, /* messages where none may be */
    CHECKS
};

/* The round that comes before a check's: from its answer on the server waits as the kernel's common
   path wants it. */
#define ROUND_BEFORE 9

/* Word `i` of the question in a round, m_type being the eighth. No two are alike. */
static inline uint32_t question_word(uint32_t round, uint32_t i)
{
    return (round + 1) * 0x9e3779b1u ^ (i + 1) * 0x01000193u;
}

/* The server changes every word; m_type stays positive so that no error looks like an answer. */
static inline uint32_t answer_word(uint32_t word, uint32_t i)
{
    return ~(word << 7 | word >> 25) + i;
}

static inline int32_t question_type(uint32_t round)
{
    return (int32_t)(question_word(round, MESSAGE_PAYLOAD_WORDS) & 0x7fffffff);
}

static inline int32_t answer_type(int32_t type)
{
    return (int32_t)(answer_word((uint32_t)type, MESSAGE_PAYLOAD_WORDS) & 0x7fffffff);
}

void fill_question(message *m, uint32_t round);
/* Each counts the words that are not as they must be, and whoever did not send it. */
unsigned wrong_in_question(const message *m, uint32_t round, endpoint_t source);
unsigned wrong_in_answer(const message *m, uint32_t round, endpoint_t source);

/* ---- Messages at chosen places --------------------------------------------------------------- */

/* Sets both boxes of this process; again does no harm. */
void boxes_set(void);
message *box_in(void);
message *box_out(void);
/* Where a side has its explicit message in a round: another page and offset each time. */
message *place(enum way way, uint32_t round);
/* What was written beside the boxes and beside the explicit message of that round. */
unsigned wrong_beside(enum way way, uint32_t round);
