/*
 * Reading the CMOS clock. Its registers change once a second, and not all at the same moment: the
 * status says when a change is near, and two equal readings say that none came between. Where there
 * is no clock the bus reads 0xff, which looks like a change that never ends; so all waits are
 * bounded, and by a count: time may stand still as well.
 */
#include "rtc.h"

#include <abi/errors.h>
#include <parley/port.h>
#include <stdbool.h>
#include <string.h>

#define INDEX_PORT 0x70
#define DATA_PORT  0x71

#define STATUS_A 0x0a
#define STATUS_B 0x0b
#define UPDATING 0x80   /* in status A */
#define POLLS    100000 /* an update takes 2 ms; a poll 20 ns at least, 2 us on a real bus */
#define READINGS 3      /* changes come once a second: the second reading is enough */

static uint8_t read_register(uint8_t index)
{
    port_write8(INDEX_PORT, index);
    return port_read8(DATA_PORT);
}

static bool wait_until_steady(void)
{
    for (int i = 0; i < POLLS; i++) {
        if (!(read_register(STATUS_A) & UPDATING))
            return true;
    }
    return false;
}

static struct rtc_registers read_all(void)
{
    return (struct rtc_registers){
        .seconds = read_register(0x00),
        .minutes = read_register(0x02),
        .hours = read_register(0x04),
        .day = read_register(0x07),
        .month = read_register(0x08),
        .year = read_register(0x09),
        .century = read_register(0x32),
        .status_b = read_register(STATUS_B),
    };
}

int rtc_read(struct rtc_registers *registers)
{
    for (int i = 0; i < READINGS; i++) {
        if (!wait_until_steady())
            return -EIO;
        *registers = read_all();
        struct rtc_registers again = read_all();
        if (memcmp(registers, &again, sizeof(again)) == 0)
            return 0;
    }
    return -EIO;
}
