/*
 * Lab 6: a driver of the real-time clock. Its protocol and the device: chime.h.
 */
#include "chime.h"

#include <parley/ipc.h>
#include <parley/port.h>
#include <parley/server.h>
#include <parley/system.h>

static uint8_t rtc_read(uint8_t index)
{
    port_write8(RTC_INDEX_PORT, index);
    return port_read8(RTC_DATA_PORT);
}

static int now(message *m)
{
    *(struct chime_time *)m->m_words = (struct chime_time){
        .hours = rtc_read(RTC_HOURS),
        .minutes = rtc_read(RTC_MINUTES),
        .seconds = rtc_read(RTC_SECONDS),
    };
    return 0;
}

static void on_events(endpoint_t source, uint32_t bits)
{
    (void)source;
    (void)bits;
}

int main(void)
{
    static const struct server_handler handlers[] = {{CHIME_NOW, now}, {0}};

    return server_run(NULL, handlers, on_events);
}
