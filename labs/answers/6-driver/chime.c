/*
 * Lab 6: a driver of the real-time clock. Its protocol and the device: chime.h.
 *
 * What always holds: an interrupt is enabled in the device exactly while somebody waits for it. The
 * line's event says only that the device wants to be looked at; what has happened stands in
 * register C, which may be nothing.
 */
#include "chime.h"

#include <parley/ipc.h>
#include <parley/port.h>
#include <parley/server.h>
#include <parley/system.h>
#include <stdbool.h>

#define RATE      10     /* 32768 >> 9: CHIME_TICKS_PER_SECOND */
#define EVENT_BIT 0      /* of the line */
#define POLLS     100000 /* an update takes 2 ms; a poll 20 ns at least, 2 us on a real bus */
#define READINGS  3      /* the time changes once a second: the second reading is enough */

_Static_assert(32768 >> (RATE - 1) == CHIME_TICKS_PER_SECOND, "the rate is that of the protocol");

static struct server_client alarm_client = {.endpoint = NONE};
static struct server_client ticks_client = {.endpoint = NONE};
static uint32_t ticks_left;

/* ---- The device ------------------------------------------------------------------------------ */

static uint8_t rtc_read(uint8_t index)
{
    port_write8(RTC_INDEX_PORT, index);
    return port_read8(RTC_DATA_PORT);
}

static void rtc_write(uint8_t index, uint32_t value)
{
    port_write8(RTC_INDEX_PORT, index);
    port_write8(RTC_DATA_PORT, (uint8_t)value);
}

/* The other bits of B are not ours. */
static void enable(uint32_t bit, bool on)
{
    const uint32_t others = rtc_read(RTC_B) & ~bit;

    rtc_write(RTC_B, on ? others | bit : others);
}

static bool wait_until_steady(void)
{
    for (int i = 0; i < POLLS; i++)
        if (!(rtc_read(RTC_A) & RTC_A_UPDATING))
            return true;
    return false;
}

/* A number as the device writes it. */
static uint32_t encode(uint32_t value, uint32_t format)
{
    return format & RTC_B_BINARY ? value : value / 10 << 4 | value % 10;
}

/* UINT32_MAX: it is no BCD. */
static uint32_t decode(uint32_t written, uint32_t format)
{
    if (format & RTC_B_BINARY)
        return written;
    if ((written & 15) > 9 || written >> 4 > 9)
        return UINT32_MAX;
    return (written >> 4) * 10 + (written & 15);
}

static uint32_t encode_hours(uint32_t hours, uint32_t format)
{
    if (format & RTC_B_24_HOURS)
        return encode(hours, format);
    const uint32_t of_twelve = hours % 12 ? hours % 12 : 12;
    return encode(of_twelve, format) | (hours >= 12 ? RTC_PM : 0);
}

static uint32_t decode_hours(uint32_t written, uint32_t format)
{
    if (format & RTC_B_24_HOURS)
        return decode(written, format);
    const uint32_t of_twelve = decode(written & ~RTC_PM, format);
    if (of_twelve < 1 || of_twelve > 12)
        return UINT32_MAX;
    return of_twelve % 12 + (written & RTC_PM ? 12 : 0);
}

static bool is_time(const struct chime_time *time)
{
    return time->hours < 24 && time->minutes < 60 && time->seconds < 60;
}

static struct chime_time read_once(void)
{
    const uint32_t format = rtc_read(RTC_B);

    return (struct chime_time){
        .hours = decode_hours(rtc_read(RTC_HOURS), format),
        .minutes = decode(rtc_read(RTC_MINUTES), format),
        .seconds = decode(rtc_read(RTC_SECONDS), format),
    };
}

/* Two equal readings say that the time did not change between its registers. */
static int read_time(struct chime_time *time)
{
    for (int i = 0; i < READINGS; i++) {
        if (!wait_until_steady())
            return -EIO;
        *time = read_once();
        const struct chime_time again = read_once();
        if (time->hours == again.hours && time->minutes == again.minutes &&
            time->seconds == again.seconds)
            return is_time(time) ? 0 : -EIO;
    }
    return -EIO;
}

/* ---- Who waits ------------------------------------------------------------------------------- */

static void answer(struct server_client *client, int status)
{
    message m = {0};

    if (client->endpoint != NONE)
        (void)server_answer(*client, status, &m);
    client->endpoint = NONE;
}

static void tick(void)
{
    if (ticks_client.endpoint == NONE || --ticks_left > 0)
        return;
    enable(RTC_B_PERIODIC, false);
    answer(&ticks_client, 0);
}

static void ring(void)
{
    if (alarm_client.endpoint == NONE)
        return;
    enable(RTC_B_ALARM, false);
    answer(&alarm_client, 0);
}

/* What has come, to whom it concerns; the device may interrupt again. */
static void take_what_came(void)
{
    const uint8_t came = rtc_read(RTC_C);

    if (came & RTC_C_PERIODIC)
        tick();
    if (came & RTC_C_ALARM)
        ring();
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE || !(bits & 1u << EVENT_BIT))
        return;
    take_what_came();
    (void)sys_irq_done(RTC_LINE);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static int now(message *m)
{
    struct chime_time time;
    const int error = read_time(&time);

    if (error == 0)
        *(struct chime_time *)m->m_words = time;
    return error;
}

static int at(message *m)
{
    const struct chime_time time = *(struct chime_time *)m->m_words;

    if (!is_time(&time))
        return -EINVAL;
    answer(&alarm_client, -EINTR);
    enable(RTC_B_ALARM, false);
    const uint32_t format = rtc_read(RTC_B);
    rtc_write(RTC_HOURS_ALARM, encode_hours(time.hours, format));
    rtc_write(RTC_MINUTES_ALARM, encode(time.minutes, format));
    rtc_write(RTC_SECONDS_ALARM, encode(time.seconds, format));
    take_what_came(); /* before this alarm */
    alarm_client = server_current();
    enable(RTC_B_ALARM, true);
    return SERVER_LATER;
}

static int ticks(message *m)
{
    const struct chime_ticks request = *(struct chime_ticks *)m->m_words;

    if (request.count == 0 || request.count > CHIME_TICKS_MAX)
        return -EINVAL;
    answer(&ticks_client, -EINTR);
    enable(RTC_B_PERIODIC, false);
    rtc_write(RTC_A, (rtc_read(RTC_A) & ~RTC_A_RATE) | RATE);
    take_what_came();
    ticks_left = request.count;
    ticks_client = server_current();
    enable(RTC_B_PERIODIC, true);
    return SERVER_LATER;
}

/* The device is as whoever used it last has left it, in the midst of anything. */
static int take_device(void)
{
    const int error = sys_irq_claim(RTC_LINE, EVENT_BIT);

    if (error == 0) {
        enable(RTC_B_PERIODIC | RTC_B_ALARM | RTC_B_UPDATE, false);
        (void)rtc_read(RTC_C);
    }
    return error;
}

int main(void)
{
    static const struct server_handler handlers[] = {
        {CHIME_NOW, now}, {CHIME_AT, at}, {CHIME_TICKS, ticks}, {0}};

    return take_device() == 0 ? server_run(NULL, handlers, on_events) : 1;
}
