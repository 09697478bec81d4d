/*
 * What a judge tells a partner, and what the partner answers.
 *
 * A partner is a process that makes one IPC call at a time because its judge said so, and reports
 * how it ended. Between orders it waits for its judge with a timeout, again and again, so that it
 * is no edge in anybody's deadlock. Its report is an ordinary send to the judge: a judge that waits
 * in send_rec for this partner gets the report as its answer.
 */
#pragma once

#include <abi/message.h>
#include <stdbool.h>

#define PARTNER_JUDGE "judge" /* every judge's process name */

enum {
    PARTNER_CALL = 0x7001, /* partner_order: trap with these registers, then report */
    PARTNER_EXIT,          /* word 0: exit status */
    PARTNER_FAULT,         /* reads address 4 */
    PARTNER_REPORT,        /* partner_report, from the partner */
    PARTNER_ANSWER_LATE,   /* receives from the judge, notifies it, then reports: its answer */
    PARTNER_KILL_SELF,     /* sys_kill(SELF) */
    PARTNER_SYSTEM,        /* partner_request: asks SYSTEM, then reports its answer */
    PARTNER_FLOOD,         /* word 0: how often; word 1: whom: sends tags 1, 2, 3 ..., reports */
    PARTNER_CALL_SILENT,   /* as PARTNER_CALL, without a report */
    PARTNER_SELECT,        /* partner_select, then reports */
    PARTNER_SERVE,         /* partner_order, a receive; replies to what came and reports */
};

/* How the partner names the message. Other values go into ebx as they are. */
#define PARTNER_BUFFER   1 /* its own buffer, filled with the tag's pattern */
#define PARTNER_STRADDLE 2 /* one that lies across two pages, filled the same way */

/* The tag is m_type of the buffer before the call. After PARTNER_SERVE's receive the same buffer
   with tag + 1 is the reply, and the report is about the receive. */
struct __attribute__((may_alias)) partner_order {
    uint32_t ecx, eax, ebx, edx, esi, edi;
    int32_t tag;
};

#define PARTNER_PAIRS 2

struct __attribute__((may_alias)) partner_select {
    uint32_t ecx, count, esi;
    endpoint_t source[PARTNER_PAIRS];
    uint32_t events[PARTNER_PAIRS];
};

struct __attribute__((may_alias)) partner_request {
    int32_t number;
    uint32_t word[6];
};

/* After PARTNER_SYSTEM: result is the answer's m_type, the rest are its words 0..5. */
struct __attribute__((may_alias)) partner_report {
    int32_t result;
    uint32_t second;
    endpoint_t source; /* of the buffer after the call, */
    int32_t type;      /* its m_type, */
    uint32_t word0;    /* its first word, */
    uint32_t sum;      /* and message_sum of it */
    int32_t tag;       /* the order's */
};

/* The pattern of a message with this type: every word of it different, m_source a lie. */
static inline void message_fill(message *m, int32_t type)
{
    m->m_source = 0x0badbad0;
    m->m_type = type;
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        m->m_words[i] = (uint32_t)type * 0x01000193u + i * 0x9e3779b9u + 1;
}

static inline bool message_is(const message *m, int32_t type)
{
    message expected;

    message_fill(&expected, type);
    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        if (m->m_words[i] != expected.m_words[i])
            return false;
    return m->m_type == type;
}

static inline uint32_t message_sum(const message *m)
{
    uint32_t sum = (uint32_t)m->m_type;

    for (unsigned i = 0; i < MESSAGE_PAYLOAD_WORDS; i++)
        sum = (sum << 5 | sum >> 27) ^ m->m_words[i];
    return sum;
}
