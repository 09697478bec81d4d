/*
 * Players that have not what the machine takes for granted: boxes, ring 3's mode. See corners.c.
 */
#include "player.h"

#include "../lib/machine.h"
#include <parley/ipc.h>
#include <parley/system.h>

/* In the screen's memory, which the module's line maps. Its low bits are those of ring 3, so that
   it passes for such a CS. */
#define LOW_SEGMENT 0xb803u
#define LOW_CALL    0x94cdu     /* int 0x94 */
#define LOW_OUT     0x00feebeeu /* out dx, al, and a jump to itself */

/* How many of the calls that want a box it lacks end otherwise than they should. */
static unsigned without_boxes(const message *question, bool has_in, bool has_out)
{
    const endpoint_t server = (endpoint_t)question->m_words[0];
    const endpoint_t receiver = (endpoint_t)question->m_words[1];
    message m = {.m_type = PLAY_MARK, .m_words = {'b'}};
    unsigned wrong = play_call(IPC_ECHO, 0, NULL, NULL) != -EFAULT;
    wrong += play_call(IPC_REQUEST, SYSTEM, NULL, NULL) != -EFAULT;
    wrong += play_call(IPC_REQUEST, server, NULL, NULL) != -EFAULT;
    wrong += !has_out && play_call(IPC_SEND, receiver, NULL, NULL) != -EFAULT;
    wrong += play_call(IPC_SEND, receiver, &m, NULL) != 0;
    wrong += !has_in && play_call(IPC_RECEIVE, ANY, NULL, NULL) != -EFAULT;
    return wrong;
}

/* Waits with a message of its own, and tries to answer from a box first. */
void play_boxless(message *in, message *out)
{
    endpoint_t client = NONE;
    uint32_t ticket = 0, second;
    message m;
    in_outbox(in, out);
    for (;;) {
        if (reply_receive(client, ticket, &m, &second) != 0)
            continue;
        client = m.m_source;
        ticket = IPC_TICKET(second);
        unsigned wrong = reply_receive(client, ticket, NULL, &second) != -EFAULT;
        wrong += without_boxes(&m, in != NULL, out != NULL);
        m.m_words[0] = wrong;
    }
}

/* The kernel makes ring 3 of the frame, whose next instruction is nowhere. */
void play_low(unsigned what)
{
    static struct all_registers r;
    endpoint_t server;
    if (what == PLAY_LOW_RAISES) {
        serial_begin();
        serial_raise(&r);
        trap_virtual_8086(&r, LOW_SEGMENT, LOW_OUT);
    }
    sys_lookup("places", &server);
    r = (struct all_registers){.eax = (uint32_t)server, .ecx = IPC_REQUEST, .edi = ANY};
    trap_virtual_8086(&r, LOW_SEGMENT, LOW_CALL);
}
