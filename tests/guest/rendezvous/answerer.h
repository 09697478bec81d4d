/* What the judge of the rendezvous suite asks its answerers to do: m_type, and word 0. */
#pragma once

#include <abi/message.h>

#define ANSWER_ALARM_US 20000u

enum {
    ANSWER = 0x7100,     /* as it should be */
    ANSWER_SET_ALARM,    /* and set an alarm */
    ANSWER_TICKET_ABOVE, /* first with a ticket that is one too large, then as it should be */
    ANSWER_TICKET_BELOW,
    ANSWER_ANOTHER_GENERATION, /* first to an endpoint of the same slot */
    ANSWER_ANOTHER_PROCESS,    /* first to the process that word 0 names */
    ANSWER_NONBLOCK,           /* and look only whether there is more */
    ANSWER_ONLY_MESSAGES,      /* and take no events until the next request */
    ANSWER_FROM_JUDGE,         /* and receive from the judge alone; after that from all again */
    ANSWER_FROM_NONE,          /* and sleep until an event comes; after that as before */
    ANSWER_AFTER_ASKING,       /* first asks the process that word 0 names for ANSWER */
    ANSWER_CANCEL,             /* first cancels the wait of the process that word 0 names */
    ANSWER_AFTER_CANCEL,       /* first asks the process that word 0 names to cancel the judge's; no
                                  events */
    ANSWER_AFTER_CANCEL_APART, /* the same, with a message in two pages */
    ANSWER_WITH_MESSAGE,       /* from a message of its own, and waits with it */
};

/* The answer: m_type is the request's; word 0: the result of what came before the answer (the wrong
   answer's second result, what the asked one answered), word 1: the ticket's value, word 2: the
   bits of the last event message, words 3..6: the request's, each plus one. */
