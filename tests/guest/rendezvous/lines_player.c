/*
 * A driver and who raises its line: the second serial port raises line 3 in the very `out` that
 * lets it say that its transmitter is empty, so that who executes it is interrupted behind it.
 */
#include "player.h"

#include "../lib/machine.h"
#include "../state/fpu.h"
#include <parley/port.h>
#include <parley/system.h>
#include <string.h>

#define PORT           0x2f8
#define INTERRUPTS_ON  (PORT + 1)
#define IDENTIFICATION (PORT + 2)
#define MODEM_CONTROL  (PORT + 4)
#define TRANSMITTER    0x02 /* interrupt: the transmitter is empty */
#define LINE_ENABLED   0x08 /* modem control's OUT2 lets the port reach the line */
#define SEED           0x7e57

/* The line is raised with every register full; those that came back otherwise count. */
static unsigned raise_line(bool with_fpu)
{
    const struct all_registers before = {.eax = 0x01020300 | TRANSMITTER,
                                         .ebx = 0x11121314,
                                         .ecx = 0x21222324,
                                         .edx = INTERRUPTS_ON,
                                         .esi = 0x31323334,
                                         .edi = 0x41424344,
                                         .ebp = 0x51525354,
                                         .flags = FLAGS_FIXED | 0x8d5, /* CF PF AF ZF SF OF */
                                         .ds = flat_data_selector(),
                                         .fs = flat_data_selector(),
                                         .gs = 0,
                                         .es = 0};
    struct all_registers r = before;
    if (with_fpu)
        fpu_dirty(SEED);
    out_all(&r);
    return (memcmp(&r, &before, sizeof r) != 0) + (with_fpu && !fpu_is_dirty(SEED));
}

/* The device has nothing to say any more. */
static void serve_device(void)
{
    (void)port_read8(IDENTIFICATION);
    port_write8(INTERRUPTS_ON, 0);
}

void play_raiser(void)
{
    message m;
    port_write8(INTERRUPTS_ON, 0);
    port_write8(MODEM_CONTROL, LINE_ENABLED);
    while (ipc_receive(ANY, 0, &m) == 0) {
        if (m.m_words[2])
            ipc_notify((endpoint_t)m.m_words[2], 't');
        unsigned wrong = raise_line(m.m_words[1] != 0);
        if (m.m_words[0])
            mark((char)m.m_words[0]);
        serve_device();
        m.m_words[0] = wrong;
        ipc_reply(m.m_source, &m);
    }
}

static bool is_line_event(const message *m)
{
    for (unsigned i = 1; i < MESSAGE_PAYLOAD_WORDS; i++)
        if (m->m_words[i] != 0)
            return false;
    return m->m_source == HARDWARE && m->m_type == IPC_EVENT_MESSAGE &&
           m->m_words[0] == 1u << PLAY_LINE_EVENT;
}

/* Waits as it was told, and marks each event of its line with D, others with E. */
void play_driver(void)
{
    message m = {0};
    uint32_t second, ticket = 0;
    endpoint_t client = NONE;
    int32_t wait = PLAY_DONE;
    sys_irq_claim(PLAY_LINE, PLAY_LINE_EVENT);
    for (;;) {
        int result;
        if (wait == PLAY_PLAIN || wait == PLAY_ONLY_YOU) {
            const endpoint_t source = wait == PLAY_PLAIN ? ANY : client;
            if (client != NONE)
                play_call(IPC_REPLY | ticket << IPC_TICKET_SHIFT, client, &m, NULL);
            memset(&m, 0xee, sizeof m);
            result = play_call(IPC_RECEIVE, source, &m, &second);
        } else {
            result = reply_receive(client, ticket, &m, &second);
        }
        client = NONE;
        ticket = 0;
        wait = PLAY_DONE;
        if (result == 0 && IPC_CAME(second) == IPC_CAME_REQUEST) {
            client = m.m_source;
            ticket = IPC_TICKET(second);
            wait = m.m_type;
            if (wait == PLAY_DONE || wait == PLAY_PLAIN)
                m.m_type = sys_irq_done(PLAY_LINE);
        } else {
            mark(result == 0 && IPC_CAME(second) == IPC_CAME_EVENTS && is_line_event(&m) ? 'D'
                                                                                         : 'E');
        }
    }
}
