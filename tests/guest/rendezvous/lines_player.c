/*
 * Drivers and who raises their lines: the second serial port raises line 3 in the very `out` that
 * lets it say that its transmitter is empty, so that who executes it is interrupted behind it; the
 * clock raises line 8 a thousand times a second, also while somebody else runs.
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

#define CLOCK_INDEX    0x70
#define CLOCK_DATA     0x71
#define CLOCK_B        0x0b
#define CLOCK_C        0x0c
#define CLOCK_PERIODIC 0x40
#define CLOCK_ROUNDS   2000000 /* of two instructions, more than the clock's period */

static uint8_t clock_read(uint8_t index)
{
    port_write8(CLOCK_INDEX, index);
    return port_read8(CLOCK_DATA);
}

static void clock_periodic(bool on)
{
    const uint8_t b = clock_read(CLOCK_B);
    port_write8(CLOCK_INDEX, CLOCK_B);
    port_write8(CLOCK_DATA, on ? b | CLOCK_PERIODIC : b & ~CLOCK_PERIODIC);
    (void)clock_read(CLOCK_C); /* the next one is a new one */
}

void serial_begin(void)
{
    port_write8(INTERRUPTS_ON, 0);
    port_write8(MODEM_CONTROL, LINE_ENABLED);
}

void serial_raise(struct all_registers *r)
{
    r->eax = (r->eax & ~0xffu) | TRANSMITTER;
    r->edx = INTERRUPTS_ON;
}

/* The lines are raised with every register full; those that came back otherwise count. */
static unsigned raise_lines(uint32_t what, bool with_fpu)
{
    struct all_registers before = {.eax = 0x01020300,
                                   .ebx = 0x11121314,
                                   .ecx = 0x21222324,
                                   .esi = 0x31323334,
                                   .edi = 0x41424344,
                                   .ebp = 0x51525354,
                                   .flags = FLAGS_FIXED | 0x8d5, /* CF PF AF ZF SF OF */
                                   .ds = 0,
                                   .fs = flat_data_selector(),
                                   .gs = 0,
                                   .es = 0};
    serial_raise(&before);
    struct all_registers r = before;
    if (with_fpu)
        fpu_dirty(SEED);
    if (what & (RAISE_CLOCK | RAISE_LATER))
        clock_periodic(true);
    if (what & RAISE_LATER)
        return 0;
    if (what & RAISE_PORT)
        out_all(&r);
    else
        spin_all(&r, CLOCK_ROUNDS);
    r.flags = what & RAISE_PORT ? r.flags : before.flags; /* spin_all changes them */
    return (memcmp(&r, &before, sizeof r) != 0) + (with_fpu && !fpu_is_dirty(SEED));
}

/* The devices have nothing to say any more. */
static void serve_devices(void)
{
    (void)port_read8(IDENTIFICATION);
    port_write8(INTERRUPTS_ON, 0);
    clock_periodic(false);
}

void play_raiser(void)
{
    message m;
    serial_begin();
    while (ipc_receive(ANY, 0, &m) == 0) {
        if (m.m_words[2])
            ipc_notify((endpoint_t)m.m_words[2], 't');
        unsigned wrong = raise_lines(m.m_words[3], m.m_words[1] != 0);
        if (m.m_words[0])
            mark((char)m.m_words[0]);
        if (!(m.m_words[3] & RAISE_LATER))
            serve_devices();
        m.m_words[0] = wrong + segments_lost;
        segments_lost = 0;
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

/* Answers the client, if there is one, and waits as it was told. */
static int wait_as_told(int32_t told, endpoint_t client, uint32_t ticket, message *m,
                        uint32_t *second)
{
    if (told == PLAY_MASKED)
        return reply_receive_of(client, ticket, m, IPC_ALL_EVENTS & ~(1u << PLAY_LINE_EVENT),
                                second);
    if (told != PLAY_PLAIN && told != PLAY_QUIET && told != PLAY_ONLY_YOU && told != PLAY_TIMED)
        return reply_receive(client, ticket, m, second);
    if (client != NONE)
        play_call(IPC_REPLY | ticket << IPC_TICKET_SHIFT, client, m, NULL);
    memset(m, 0xee, sizeof *m);
    if (told == PLAY_TIMED)
        return ipc_call(IPC_RECEIVE | IPC_TIMEOUT, ANY, m, PLAY_TIMED_US, second);
    return play_call(IPC_RECEIVE, told == PLAY_ONLY_YOU ? client : ANY, m, second);
}

/* At an event, before anything else; whether all is as it should be. */
static bool do_as_told(int32_t told)
{
    static struct all_registers r;
    if (told == PLAY_FPU)
        fpu_dirty(~SEED);
    if (told == PLAY_PORT)
        (void)port_read8(IDENTIFICATION);
    if (told == PLAY_SPIN) {
        r = (struct all_registers){.flags = FLAGS_FIXED, .ds = flat_data_selector()};
        spin_all(&r, CLOCK_ROUNDS);
    }
    const bool flat = segments_lost == 0;
    segments_lost = 0;
    return flat && (told != PLAY_FPU_KEPT || fpu_is_dirty(~SEED));
}

/* Marks each event of its line with the letter, others with E. */
void play_driver(unsigned line, char letter)
{
    message m = {0};
    uint32_t second, ticket = 0;
    endpoint_t client = NONE;
    int32_t told = PLAY_DONE;
    sys_irq_claim(line, PLAY_LINE_EVENT);
    for (;;) {
        const int result = wait_as_told(told, client, ticket, &m, &second);
        if (result == 0 && IPC_CAME(second) == IPC_CAME_REQUEST) {
            client = m.m_source;
            ticket = IPC_TICKET(second);
            told = m.m_type;
            if (told != PLAY_ONLY_YOU)
                m.m_type = sys_irq_done(line);
            continue;
        }
        client = NONE;
        ticket = 0;
        if (told == PLAY_QUIET)
            continue;
        const bool right = do_as_told(told) && result == 0 && is_line_event(&m) &&
                           IPC_CAME(second) == IPC_CAME_EVENTS;
        mark(right ? letter : 'E');
        told = PLAY_DONE;
    }
}
