/* See count.h. */
#include "count.h"

#include <stdio.h>

enum meeting {
    MET_WAITING_BOXES,
    MET_WAITING,
    ANSWERED_AND_WAITS_BOXES,
    ANSWERED_AND_WAITS,
    ANSWERED_AND_TOOK,
    ANSWERED_NOBODY,
    CHAINED,
    STRADDLED,
    MEETINGS
};

static const char *const meeting_names[MEETINGS] = {
    [MET_WAITING_BOXES] = "ipc_request or send_rec to one that waits, from box to box",
    [MET_WAITING] = "the same with an explicit message on one side or both",
    [ANSWERED_AND_WAITS_BOXES] = "0xA0 that answers and waits, from box to box",
    [ANSWERED_AND_WAITS] = "the same with an explicit message on one side or both",
    [ANSWERED_AND_TOOK] = "0xA0 that answers and takes what is there",
    [ANSWERED_NOBODY] = "0xA0 whose reply fails and whose receive succeeds",
    [CHAINED] = "a call by a process that the call before it woke, with nothing between",
    [STRADDLED] = "a message that came to two pages",
};

enum end {
    ENDED,
    REFUSED,
    WAITED,
    ENDS
};

static unsigned long calls[IPC_SELECT + 1][ENDS], met[MEETINGS];

/* How the process's own call ended in this step, or NULL: it waits. */
static const struct script_outcome *outcome_of(const struct model *m, unsigned process)
{
    for (unsigned i = 0; i < m->outcomes; i++)
        if (m->outcome[i].process == process)
            return &m->outcome[i];
    return NULL;
}

/* Somebody else whose call ended with what this step sent, or NULL. */
static const struct script_outcome *taker_of(const struct model *m, const struct script_step *step)
{
    for (unsigned i = 0; i < m->outcomes; i++) {
        const struct script_outcome *o = &m->outcome[i];

        if (o->process != step->process && o->content == CONTENT_MESSAGE &&
            o->argument == (step->tag | step->sends))
            return o;
    }
    return NULL;
}

static void count_meeting(const struct model *m, const struct script_step *step, uint32_t call,
                          const struct script_outcome *own)
{
    const struct script_outcome *taker = taker_of(m, step);
    bool boxes = taker != NULL && step->message == PLACE_NULL &&
                 m->actor[taker->process].step.message == PLACE_NULL;

    if (taker != NULL && own == NULL && (call == IPC_REQUEST || call == IPC_SEND_REC))
        met[boxes ? MET_WAITING_BOXES : MET_WAITING]++;
    if (call != IPC_REPLY_RECEIVE)
        return;
    if (taker != NULL && own == NULL)
        met[boxes ? ANSWERED_AND_WAITS_BOXES : ANSWERED_AND_WAITS]++;
    if (taker != NULL && own != NULL && own->result == 0)
        met[ANSWERED_AND_TOOK]++;
    if (own != NULL && own->result == 0 && IPC_BESIDE_ERROR(own->second) != 0)
        met[ANSWERED_NOBODY]++;
}

void count_call(const struct model *m, const struct script_step *step, bool chained)
{
    const struct script_outcome *own = outcome_of(m, step->process);
    uint32_t call = step->ecx & IPC_CALL_MASK;

    met[CHAINED] += chained;
    for (unsigned i = 0; i < m->outcomes; i++)
        met[STRADDLED] += m->outcome[i].content >= CONTENT_MESSAGE &&
                          m->outcome[i].content <= CONTENT_FAULT &&
                          m->actor[m->outcome[i].process].step.receives == PLACE_STRADDLE;
    if (call <= IPC_SELECT)
        calls[call][own == NULL ? WAITED : own->result < 0 ? REFUSED : ENDED]++;
    count_meeting(m, step, call, own);
}

static const struct {
    uint32_t number;
    const char *name;
} names[] = {
#define NAME(name, number, bit) {number, #name},
    IPC_CALLS(NAME)
#undef NAME
        {IPC_REPLY_RECEIVE, "0xA0"},
};

void count_print(void)
{
    printf("%-12s %8s %8s %8s\n", "call", "ends", "fails", "waits");
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const unsigned long *n = calls[names[i].number];

        printf("%-12s %8lu %8lu %8lu\n", names[i].name, n[ENDED], n[REFUSED], n[WAITED]);
    }
    for (unsigned i = 0; i < MEETINGS; i++)
        printf("%8lu  %s\n", met[i], meeting_names[i]);
}

bool count_is_complete(void)
{
    bool good = true;

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (calls[names[i].number][ENDED] == 0)
            good = printf("generate: no %s ever succeeded\n", names[i].name) < 0;
    for (unsigned i = 0; i < MEETINGS; i++)
        if (met[i] == 0)
            good = printf("generate: never: %s\n", meeting_names[i]) < 0;
    return good;
}
