/*
 * What the judge of the rendezvous suite and its players share: where a message may lie, what an
 * answer to a question is, and what a player can be told.
 */
#pragma once

#include <abi/message.h>
#include <parley/ipc.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- Places ------------------------------------------------------------------------------------
 */

#define PLACE_BOXES 0 /* the fixed boxes; 1..8: so many words in the first of two pages */
#define PLACE_WHOLE 9
#define PLACES      10

extern message *const box_in, *const box_out;

/* Both boxes of this process, which must be permitted in_outbox. */
void places_begin(void);
/* What a call takes for this place: NULL for the boxes. */
message *place_pointer(unsigned place);
/* Where what is sent from that place lies, and where what is received there. */
message *place_out(unsigned place);
message *place_in(unsigned place);
/* What is to be sent from there; nothing else lies in the pages then. */
void place_put(unsigned place, const message *m);
/* Words beside the messages of this place that somebody has written; they are as before again. */
unsigned places_wrong(unsigned place);

/* ---- Questions ------------------------------------------------------------------------------- */

/* No two words of it alike, nor of the next. */
void question_fill(message *m, int32_t type, uint32_t seed);
/* Every word depends on the question's. */
message answer_to(const message *question);
/* The gate, entered as C never does: with the direction flag set, DS and ES null. */
void trap_oddly(struct ipc_registers *r);

/* Behind a call: counts if it has not left DS and ES flat. The emulator reads and writes through
   null ones all the same, so that only this tells. trap_oddly does it itself. */
void segments_check(void);
extern unsigned segments_lost;

/* Tells the scribe, who writes it down in the order of coming. */
void mark(char c);

/* All but the sender's name. */
bool message_same(const message *one, const message *other);

/* ---- What a player does -------------------------------------------------------------------------
 */

/* m_type; the low byte is the place from which the player answers and where it waits next. */
enum {
    PLAY_ANSWER = 0x7300,
    PLAY_BY_REPLY = 0x7400,   /* by ipc_reply, the next wait by itself */
    PLAY_SEND_FIRST = 0x7500, /* word 0: whom it sends to before it answers */
    PLAY_BAD_CALLS = 0x7600,  /* makes all calls that are none before it answers */
    PLAY_REPORT = 0x7700,     /* the answer is a report */
    PLAY_DIE = 0x7800,
    PLAY_ALARM = 0x7900,  /* word 0: after so many microseconds; 1: 0 or a process to notify */
    PLAY_SOURCE = 0x7a00, /* a receiver: no answer; word 0: from whom it receives next */
    PLAY_MARK = 0x7b00, /* a receiver: no answer; tells the scribe word 0, then receives from ANY */
    PLAY_WAKE = 0x7c00, /* a receiver: no answer; word 0: whom it notifies and then sends to */
    PLAY_RAISE = 0x7d00,    /* a raiser: word 0: the mark after it, 1: with FPU state, 2: notified,
                               3: RAISE_* */
    PLAY_DONE = 0x7e00,     /* a driver: the line is served */
    PLAY_PLAIN = 0x7f00,    /* a driver: waits in a plain receive from ANY after the answer */
    PLAY_ONLY_YOU = 0x8000, /* a driver: waits for the asker alone after the answer */
    PLAY_READ = 0x8100,     /* the scribe: its marks, packed, and forgets them */
    PLAY_ODDLY = 0x8200,    /* as PLAY_ANSWER, by trap_oddly */
    PLAY_CANCEL = 0x8300,   /* cancels the client before it answers */
    PLAY_LATE = 0x8400,     /* sleeps word 0 microseconds before it answers */
    PLAY_TIMED = 0x8500,    /* a driver: waits with a deadline after the answer */
    PLAY_FPU = 0x8600,      /* a driver: at the next event it uses the FPU, */
    PLAY_PORT = 0x8700,     /* or reads a port that is not its own, */
    PLAY_SPIN = 0x8800,     /* or runs without the kernel for some milliseconds, */
    PLAY_FPU_KEPT = 0x8900, /* or looks whether the FPU is as it left it */
    PLAY_QUIET = 0x8b00,    /* a driver: waits in plain receives from ANY from then on, and says
                               nothing of events */
    PLAY_MASKED = 0x8a00,   /* a driver: waits for all events but its line's after the answer */
};

/* A report: what came that was no request since the last one. */
struct __attribute__((may_alias)) play_report {
    uint32_t wrong; /* words beside messages, registers, words */
    uint32_t notes; /* how many came */
    endpoint_t source;
    int32_t type;
    uint32_t word0, word6;
    uint32_t second; /* or the negative result */
};

#define RAISE_PORT  1u
#define RAISE_CLOCK 2u
#define RAISE_LATER 4u /* the clock, from now on: nobody waits for it */

#define PLAY_LINE       3 /* the second serial port's */
#define PLAY_LINE_CLOCK 8
#define PLAY_LINE_EVENT 5
#define PLAY_TIMED_US   20000
