/*
 * COM1, a 16550 that the kernel has set to 115200 baud, 8 bits, no parity.
 *
 * Both directions go by interrupt. Output waits in a ring; input is left in the chip while there is
 * no room for it, so that whoever feeds the line is held back and nothing is lost. The chip's
 * receive FIFO is taken over as it is: what was typed during the boot is input. Where it is still
 * off it is switched on in a quiet moment, because that throws away what is in it.
 *
 * The interrupt is edge-triggered: the handler ends only when the chip has no cause left, or it
 * masks the cause that it cannot serve yet.
 */
#include "tty.h"

#include "ports.h"

#include <parley/system.h>

#define COM1     0x3f8
#define COM1_IRQ 4

#define REG_DATA     (COM1 + 0)
#define REG_ENABLE   (COM1 + 1)
#define REG_IDENTIFY (COM1 + 2)
#define REG_FIFO     (COM1 + 2) /* writing */
#define REG_MODEM    (COM1 + 4)
#define REG_LINE     (COM1 + 5)
#define REG_STATE    (COM1 + 6)

#define ENABLE_RECEIVED 0x01
#define ENABLE_EMPTY    0x02
#define ENABLE_BITS     0x0f

#define IDENTIFY_NONE 0x01
#define IDENTIFY_FIFO 0xc0

#define FIFO_ON 0x01

#define MODEM_READY 0x0b /* DTR, RTS, and OUT2, which lets the interrupt through */

#define LINE_RECEIVED 0x01
#define LINE_BREAK    0x10
#define LINE_EMPTY    0x20 /* the transmit FIFO */
#define LINE_IDLE     0x40 /* and the shift register behind it */

#define RING_BYTES  16384
#define CAUSES_MAX  64 /* a chip that has more at once is broken */
#define BYTES_MAX   1024
#define FILLS_MAX   64    /* times that an emulated chip may be filled in a row */
#define IDLE_READS  256   /* about the time of two characters on a real bus */
#define DRAIN_US    30000 /* a supervisor that asks it to retire waits for 50 ms */
#define STALL_POLLS 600   /* without a byte leaving: 30 s */

static bool present;
static uint8_t enabled; /* what the chip's enable register holds */
static unsigned fifo_bytes;
static bool fifo_due; /* it is off, and nobody has tried to switch it on */
static bool heard;    /* a byte came since the last poll */
static char ring[RING_BYTES];
static size_t ring_start, ring_count;
static unsigned polls_without_progress;
static bool stalled; /* the wire takes nothing: output for it is dropped, the screen goes on */

static void enable(uint8_t bits)
{
    if (bits == enabled)
        return;
    enabled = bits;
    port_out(REG_ENABLE, bits);
}

static bool probe(void)
{
    if (port_in(REG_LINE) == 0xff)
        return false;
    port_out(REG_ENABLE, ENABLE_BITS);
    const bool kept = port_in(REG_ENABLE) == ENABLE_BITS;
    port_out(REG_ENABLE, 0);
    return kept && port_in(REG_ENABLE) == 0;
}

static void find_fifo(void)
{
    fifo_bytes = (port_in(REG_IDENTIFY) & IDENTIFY_FIFO) == IDENTIFY_FIFO ? 16 : 1;
}

const char *serial_start(void)
{
    if (!probe())
        return "no serial port COM1; the screen is the console";
    if (sys_irq_claim(COM1_IRQ, EVENT_BIT_SERIAL) < 0)
        return "interrupt 4 is not ours: no serial line";
    present = true;
    find_fifo();
    fifo_due = fifo_bytes == 1;
    port_out(REG_MODEM, MODEM_READY);
    enable(ENABLE_RECEIVED);
    serial_interrupt();
    return NULL;
}

bool serial_present(void)
{
    return present;
}

static void receive_bytes(void)
{
    for (unsigned i = 0; i < BYTES_MAX && input_room(console_first()) > 0; i++) {
        const uint8_t line = port_in(REG_LINE);
        if (line == 0xff || !(line & LINE_RECEIVED))
            return;
        const uint8_t byte = port_in(REG_DATA);
        heard = true;
        if (!(line & LINE_BREAK))
            input_byte(console_first(), byte);
    }
    if (input_room(console_first()) == 0)
        enable(enabled & (uint8_t)~ENABLE_RECEIVED);
}

static void transmit(void)
{
    for (unsigned i = 0; i < FILLS_MAX && ring_count > 0; i++) {
        if (!(port_in(REG_LINE) & LINE_EMPTY))
            break;
        for (unsigned n = 0; n < fifo_bytes && ring_count > 0; n++) {
            port_out(REG_DATA, (uint8_t)ring[ring_start]);
            ring_start = (ring_start + 1) % RING_BYTES;
            ring_count--;
        }
        polls_without_progress = 0;
        stalled = false;
    }
    if (ring_count > 0)
        enable(enabled | ENABLE_EMPTY);
    else
        enable(enabled & (uint8_t)~ENABLE_EMPTY);
}

void serial_interrupt(void)
{
    if (!present)
        return;
    unsigned causes = 0;
    while (causes < CAUSES_MAX && !(port_in(REG_IDENTIFY) & IDENTIFY_NONE)) {
        (void)port_in(REG_LINE); /* reading clears what a line error or a modem line raised */
        (void)port_in(REG_STATE);
        receive_bytes();
        transmit();
        causes++;
    }
    if (causes == CAUSES_MAX) { /* off and on again: a new edge for what is left */
        port_out(REG_ENABLE, 0);
        port_out(REG_ENABLE, enabled);
    }
    (void)sys_irq_done(COM1_IRQ);
}

void serial_advance(void)
{
    if (!present)
        return;
    if (input_room(console_first()) > 0)
        enable(enabled | ENABLE_RECEIVED);
    transmit();
}

/* A moment is quiet when nothing has come for a whole interval and nothing is on its way out. */
static void fifo_on(void)
{
    const bool quiet = !heard && (port_in(REG_LINE) & (LINE_RECEIVED | LINE_IDLE)) == LINE_IDLE;
    heard = false;
    if (!quiet)
        return;
    port_out(REG_FIFO, FIFO_ON);
    find_fifo();
    fifo_due = false;
}

void serial_poll(void)
{
    serial_advance();
    if (present && fifo_due)
        fifo_on();
    if (ring_count > 0 && ++polls_without_progress >= STALL_POLLS)
        stalled = true;
}

void serial_drain(void)
{
    uint64_t began = 0, now = 0;
    (void)sys_time(&began);
    while (ring_count > 0 && !stalled && now - began < DRAIN_US && sys_time(&now) == 0)
        transmit();
}

static void put_byte(char c)
{
    if (ring_count == RING_BYTES)
        return;
    ring[(ring_start + ring_count) % RING_BYTES] = c;
    ring_count++;
}

void serial_put(const char *text, size_t bytes)
{
    if (!present || stalled)
        return;
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '\n')
            put_byte('\r');
        put_byte(text[i]);
    }
    transmit();
}

size_t serial_room(void)
{
    return !present || stalled ? RING_BYTES / 2 : (RING_BYTES - ring_count) / 2;
}

bool serial_busy(void)
{
    return present && (ring_count > 0 || fifo_due);
}

bool serial_idle(void)
{
    if (!present || stalled)
        return true;
    if (ring_count > 0)
        return false;
    for (unsigned i = 0; i < IDLE_READS; i++)
        if (port_in(REG_LINE) & LINE_IDLE)
            return true;
    return false;
}
