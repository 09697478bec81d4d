/*
 * An interrupt line and a driver that waits for it.
 *
 * The second serial port raises its line in the very `out` that lets it say that its transmitter is
 * empty, so whoever executes that instruction is interrupted behind it, at a place that its own
 * window knows. The driver's window then says when its first instruction runs. The driver has no
 * port of its own, as one whose device lies in memory: the raiser serves the device for it.
 */
#include "helper.h"

#include <parley/ipc.h>
#include <parley/port.h>
#include <parley/system.h>

#define LINE           3
#define PORT           0x2f8
#define INTERRUPTS_ON  (PORT + 1)
#define IDENTIFICATION (PORT + 2)
#define MODEM_CONTROL  (PORT + 4)
#define SCRATCH        (PORT + 7)
#define TRANSMITTER    0x02 /* interrupt: the transmitter is empty */
#define LINE_ENABLED   0x08 /* modem control's OUT2 lets the port reach the line */

/* Waits for messages and all events: as server_run does, in the call that answers; or in a receive
   behind the answer. */
static struct window answer_and_wait(enum driving how, endpoint_t client, uint32_t ticket,
                                     message *own)
{
    struct window w = {.eax = (uint32_t)client,
                       .ebx = (uint32_t)own,
                       .ecx = IPC_REPLY_RECEIVE | ticket << IPC_TICKET_SHIFT,
                       .edx = IPC_ALL_EVENTS,
                       .edi = ANY};
    if (how == DRIVE_RECEIVING) {
        if (client != NONE)
            ipc_reply_ticket(client, box_out(), ticket);
        w.eax = ANY;
        w.ecx = IPC_RECEIVE_EX;
    }
    window_int(&w);
    return w;
}

int drive(enum driving how)
{
    endpoint_t client = NONE;
    uint32_t last = 0, ticket = 0;
    message *const own = how == DRIVE_BY_POINTER ? place(BY_POINTER, 0) : NULL;
    message *const in = own ? own : box_in(), *const out = own ? own : box_out();
    int error = sys_irq_claim(LINE, 0);
    boxes_set();
    while (error == 0) {
        const struct window w = answer_and_wait(how, client, ticket, own);
        error = (int)w.eax;
        client = NONE;
        ticket = 0;
        if (error == 0 && IPC_CAME(w.esi) == IPC_CAME_EVENTS && in->m_source == HARDWARE &&
            in->m_words[0] == 1) {
            last = w.after;
        } else if (error == 0 && IPC_TICKET(w.esi)) {
            client = in->m_source;
            ticket = IPC_TICKET(w.esi);
            *out = (message){.m_type = sys_irq_done(LINE), .m_words = {last}};
            last = 0;
        }
    }
    return -error;
}

static bool port_is_there(void)
{
    port_write8(SCRATCH, 0x5a);
    if (port_read8(SCRATCH) != 0x5a)
        return false;
    port_write8(SCRATCH, 0xa5);
    return port_read8(SCRATCH) == 0xa5;
}

/* From the gate's first instruction to the driver's; 0 when the line was not raised at once. */
static uint32_t interrupt_once(endpoint_t driver)
{
    struct window w = {.eax = TRANSMITTER, .edx = INTERRUPTS_ON};
    window_out(&w);
    (void)port_read8(IDENTIFICATION); /* the device is served */
    port_write8(INTERRUPTS_ON, 0);
    message m = {.m_type = BENCH_DRIVER_SERVED};
    if (ipc_request(driver, &m) != 0 || m.m_type != 0)
        return 0;
    const uint32_t reading = m.m_words[0];
    const uint32_t all = w.after - w.before, until = reading - w.before;
    const uint32_t own = window_cost() + 1; /* the `out` */
    return reading && until < all && until > own ? until - own : 0;
}

static int measure(message *m)
{
    endpoint_t driver;
    if (!port_is_there())
        return -ENODEV;
    const int error = sys_lookup("bench-driver", &driver);
    if (error < 0)
        return error;
    port_write8(INTERRUPTS_ON, 0);
    port_write8(MODEM_CONTROL, LINE_ENABLED);
    (void)port_read8(IDENTIFICATION);
    interrupt_once(driver); /* warms up */
    int result = 0;
    for (unsigned i = 0; i < INTERRUPTS; i++) {
        m->m_words[i] = interrupt_once(driver);
        if (m->m_words[i] == 0)
            result = -ENODEV; /* a machine whose `out` is not interrupted at once */
    }
    port_write8(MODEM_CONTROL, 0);
    return result;
}

int raise_interrupts(void)
{
    message m;
    boxes_set();
    while (ipc_receive(ANY, 0, &m) == 0) {
        m.m_type = m.m_type == BENCH_INTERRUPTS ? measure(&m) : -ENOSYS;
        ipc_reply(m.m_source, &m);
    }
    return 1;
}
