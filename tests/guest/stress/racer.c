/*
 * Races its deadlines against its judge: many timed calls, and at the end an account of how they
 * ended. argv: "send" or "call", how many, the seed in hexadecimal.
 */
#include "../lib/partner.h"
#include "stress.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <stdlib.h>
#include <string.h>

static enum race_outcome outcome_of(int result)
{
    switch (result) {
    case 0:
        return RACE_OK;
    case -ETIMEDOUT:
    case -ENOTREADY:
        return RACE_NOT_TAKEN;
    case -EREPLYTIMEDOUT:
        return RACE_NO_ANSWER;
    default:
        return RACE_WRONG;
    }
}

int main(int argc, char **argv)
{
    message m;
    message last = {.m_type = RACE_DONE};
    endpoint_t judge;

    if (argc != 4 || sys_lookup(PARTNER_JUDGE, &judge))
        return 1;
    uint32_t call = strcmp(argv[1], "send") == 0 ? IPC_SEND : IPC_SEND_REC;
    int32_t count = atoi(argv[2]);
    uint32_t state = (uint32_t)strtoul(argv[3], NULL, 16) | 1;

    for (int32_t i = 1; i <= count; i++) {
        message_fill(&m, i);
        uint32_t how = random_next(&state) % 8 ? IPC_TIMEOUT : IPC_NONBLOCK | IPC_TIMEOUT;
        enum race_outcome outcome =
            outcome_of(ipc_call(call | how, judge, &m, random_next(&state) % 2500, NULL));
        if (outcome == RACE_OK && call == IPC_SEND_REC && !message_is(&m, i + 0x1000000))
            outcome = RACE_WRONG;
        last.m_words[outcome]++;
        if (outcome == RACE_OK || outcome == RACE_NO_ANSWER)
            last.m_words[4] ^= (uint32_t)i * 2654435761u;
    }
    send(judge, &last);
    return 0;
}
