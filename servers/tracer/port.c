/* See port.h. Registers: National Semiconductor PC16550D data sheet, section 8. */
#include "port.h"

#include <parley/port.h>

#define BASE         0x2f8
#define DATA         (BASE + 0)
#define INTERRUPTS   (BASE + 1)
#define FIFO         (BASE + 2)
#define LINE_CONTROL (BASE + 3)
#define MODEM        (BASE + 4)
#define LINE_STATUS  (BASE + 5)
#define SCRATCH      (BASE + 7)

#define DIVISOR_OPEN 0x80
#define EIGHT_BITS   0x03
#define FIFO_CLEAR   0x07
#define MODEM_READY  0x03 /* DTR, RTS; OUT2 stays off: no interrupts */
#define ROOM         0x20 /* the FIFO is empty */
#define ALL_GONE     0x40
#define FIFO_BYTES   16
#define PATIENCE     1000000 /* reads of the status: seconds on any machine */

bool port_open(void)
{
    static const uint8_t patterns[] = {0x5a, 0xa5};
    for (unsigned i = 0; i < sizeof patterns; i++) {
        port_write8(SCRATCH, patterns[i]);
        if (port_read8(SCRATCH) != patterns[i])
            return false;
    }
    port_write8(INTERRUPTS, 0);
    port_write8(LINE_CONTROL, DIVISOR_OPEN);
    port_write8(DATA, 1);
    port_write8(INTERRUPTS, 0);
    port_write8(LINE_CONTROL, EIGHT_BITS);
    port_write8(FIFO, FIFO_CLEAR);
    port_write8(MODEM, MODEM_READY);
    return true;
}

static bool wait_for(uint8_t bit)
{
    for (unsigned i = 0; i < PATIENCE; i++)
        if (port_read8(LINE_STATUS) & bit)
            return true;
    return false;
}

bool port_write(const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    while (count > 0) {
        if (!wait_for(ROOM))
            return false;
        for (unsigned i = 0; i < FIFO_BYTES && count > 0; i++, count--)
            port_write8(DATA, *at++);
    }
    return true;
}

void port_drain(void)
{
    (void)wait_for(ALL_GONE);
}
