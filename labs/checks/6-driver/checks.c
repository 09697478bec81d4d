/*
 * Lab 6's checks. The judge has the device's ports, too, and looks at the device only while the
 * driver waits for messages: a register's number, once written, is everybody's.
 */
#include "chime.h"
#include "server.h"

#include <parley/port.h>
#include <string.h>

#define TICK_US   (1000000u / CHIME_TICKS_PER_SECOND)
#define SECOND_US 1000000u
#define FIRST_US  (SECOND_US / 2)
#define LATE_US   4000u
#define AWAY_US   60000u /* more than three ticks */
#define OTHERS    0x08u /* a bit of B that is nobody's: a square wave on a pin that leads nowhere */

#define RTC_DAY     0x07
#define RTC_MONTH   0x08
#define RTC_YEAR    0x09
#define RTC_CENTURY 0x32

/* In A: what makes seconds of the crystal's ticks. The first one after a reset is a half. */
#define DIVIDER       0x70u
#define DIVIDER_RESET 0x60u
#define DIVIDER_RUNS  0x20u

const char lab_server_name[] = "chime";

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

/* A day of this century. QEMU takes a date that is none for a time that is none. */
static void write_date(uint32_t format)
{
    rtc_write(RTC_DAY, 1);
    rtc_write(RTC_MONTH, 1);
    rtc_write(RTC_YEAR, 1);
    rtc_write(RTC_CENTURY, format & RTC_B_BINARY ? 20 : 0x20);
}

static void write_time(uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    rtc_write(RTC_HOURS, hours);
    rtc_write(RTC_MINUTES, minutes);
    rtc_write(RTC_SECONDS, seconds);
}

/* From now on the device shows that, in that format; the first second has FIRST_US left. Returns
   when that was. */
static uint64_t set_device(uint32_t format, uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    lab_settle();
    const uint32_t a = rtc_read(RTC_A) & ~RTC_A_UPDATING & ~DIVIDER;
    const uint32_t b = rtc_read(RTC_B) & ~(RTC_B_SET | RTC_B_BINARY | RTC_B_24_HOURS);
    rtc_write(RTC_B, b | format | RTC_B_SET);
    write_time(hours, minutes, seconds);
    write_date(format);
    rtc_write(RTC_A, a | DIVIDER_RESET);
    rtc_write(RTC_B, b | format);
    rtc_write(RTC_A, a | DIVIDER_RUNS);
    return lab_now();
}

/* The time stands still, at what no clock shows. */
static void spoil_device(uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    lab_settle();
    rtc_write(RTC_B, rtc_read(RTC_B) | RTC_B_SET);
    write_time(hours, minutes, seconds);
}

static uint32_t enabled(void)
{
    lab_settle();
    return rtc_read(RTC_B) & (RTC_B_PERIODIC | RTC_B_ALARM | RTC_B_UPDATE);
}

/* ---- Requests -------------------------------------------------------------------------------- */

static message request_of(int32_t type, uint32_t first, uint32_t second, uint32_t third)
{
    return (message){.m_type = type, .m_words = {first, second, third}};
}

static void expect_refused(message m, int expected, const char *what)
{
    const int status = lab_ask(&m);

    EXPECT(status == expected, "%s: %s, expected %s", what, status ? strerror(status) : "0",
           strerror(expected));
}

static void expect_now(uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    message m = {.m_type = CHIME_NOW};
    const int status = lab_ask(&m);
    const struct chime_time time = *(struct chime_time *)m.m_words;

    EXPECT(status == 0, "now: %s", strerror(status));
    EXPECT(time.hours == hours && time.minutes == minutes && time.seconds == seconds,
           "now: %u:%u:%u, and it is %u:%u:%u", (unsigned)time.hours, (unsigned)time.minutes,
           (unsigned)time.seconds, (unsigned)hours, (unsigned)minutes, (unsigned)seconds);
}

static void wait_for_ticks(unsigned client, uint32_t count)
{
    const message m = request_of(CHIME_TICKS, count, 0, 0);

    lab_client_asks(client, &m);
    nap(LATE_US);
}

static void wait_for_time(unsigned client, uint32_t hours, uint32_t minutes, uint32_t seconds)
{
    const message m = request_of(CHIME_AT, hours, minutes, seconds);

    lab_client_asks(client, &m);
    nap(LATE_US);
}

/* Its answer comes between these two times after `start`, and is 0. */
static void expect_between(unsigned client, uint64_t start, uint32_t least_us, uint32_t most_us,
                           const char *what)
{
    message m;
    const uint32_t gone = (uint32_t)(lab_now() - start);

    EXPECT(gone < most_us && lab_client_answered(client, &m, most_us - gone),
           "%s: no answer within %u ms", what, (unsigned)most_us / 1000);
    const uint32_t after = (uint32_t)(lab_now() - start);
    EXPECT(m.m_type == 0, "%s: %s", what, strerror(m.m_type));
    EXPECT(after >= least_us, "%s: the answer came after %u ms, expected %u at least", what,
           (unsigned)after / 1000, (unsigned)least_us / 1000);
}

/* The first tick comes within a tick's time, each next one a tick later. */
static void expect_ticks(uint32_t count)
{
    const uint64_t start = lab_now();

    wait_for_ticks(0, count);
    expect_between(0, start, (count - 1) * TICK_US, count * TICK_US + LATE_US, "ticks");
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static void now(void)
{
    set_device(RTC_B_24_HOURS, 0x17, 0x45, 0x30);
    expect_now(17, 45, 30);
    set_device(RTC_B_24_HOURS, 0x00, 0x09, 0x58);
    lab_sleep_until(lab_now() + 2 * SECOND_US);
    expect_now(0, 10, 0);
}

static void formats(void)
{
    set_device(RTC_B_24_HOURS | RTC_B_BINARY, 23, 59, 10);
    expect_now(23, 59, 10);
    set_device(0, 0x12 | RTC_PM, 0x30, 0x45);
    expect_now(12, 30, 45);
    set_device(0, 0x12, 0x30, 0x45);
    expect_now(0, 30, 45);
    set_device(RTC_B_BINARY, 11 | RTC_PM, 5, 6);
    expect_now(23, 5, 6);
}

static void nonsense(void)
{
    const message m = request_of(CHIME_NOW, 0, 0, 0);

    set_device(RTC_B_24_HOURS, 0x12, 0x00, 0x00);
    spoil_device(0xff, 0xff, 0xff);
    expect_refused(m, -EIO, "now, with 0xff in every register");
    spoil_device(0x12, 0x7a, 0x00);
    expect_refused(m, -EIO, "now, with 0x7a for the minutes");
    spoil_device(0x24, 0x00, 0x00);
    expect_refused(m, -EIO, "now, with 24 for the hours");
    set_device(RTC_B_24_HOURS, 0x12, 0x34, 0x56);
    expect_now(12, 34, 56);
    expect_refused(request_of(CHIME_AT, 24, 0, 0), -EINVAL, "at 24:00:00");
    expect_refused(request_of(CHIME_TICKS, 0, 0, 0), -EINVAL, "0 ticks");
    expect_refused(request_of(CHIME_TICKS, CHIME_TICKS_MAX + 1, 0, 0), -EINVAL, "65 ticks");
}

static void ticks(void)
{
    message m;

    expect_ticks(1);
    expect_ticks(32);
    expect_ticks(2);
    wait_for_ticks(1, CHIME_TICKS_MAX);
    expect_ticks(4);
    EXPECT(lab_client_answered(1, &m, LATE_US) && m.m_type == -EINTR,
           "who waited when another asked: expected %s", strerror(-EINTR));
}

static void alarm(void)
{
    const uint64_t start = set_device(RTC_B_24_HOURS, 0x23, 0x59, 0x58);
    wait_for_time(0, 0, 0, 0);
    expect_between(0, start, FIRST_US + SECOND_US, FIRST_US + SECOND_US + LATE_US,
                   "at 0:00:00, asked at 23:59:58");
    expect_now(0, 0, 0);

    const uint64_t again = set_device(RTC_B_BINARY, 12, 59, 59);
    wait_for_time(0, 1, 0, 0);
    expect_between(0, again, FIRST_US, FIRST_US + LATE_US,
                   "at 1:00:00, asked at 0:59:59 of a 12 hours' clock");
}

static uint64_t time_of_tick(void)
{
    const uint64_t start = lab_now();

    wait_for_ticks(1, 1);
    expect_between(1, start, 0, TICK_US + LATE_US, "one tick");
    return lab_now();
}

/* Both come while the driver has not its turn: one event, one value of C. */
static void both(void)
{
    const uint64_t rings = set_device(RTC_B_24_HOURS, 0x10, 0x00, 0x00) + FIRST_US;
    wait_for_time(0, 10, 0, 1);
    lab_sleep_until(rings - FIRST_US / 2);
    uint64_t tick = time_of_tick();
    while (tick + TICK_US + 3 * LATE_US < rings)
        tick += TICK_US;
    lab_sleep_until(tick);
    wait_for_ticks(1, 1);
    lab_settle();
    lab_hold_until(rings + LATE_US);
    const uint64_t start = lab_now();
    expect_between(0, start, 0, LATE_US, "an alarm that came together with a tick");
    expect_between(1, start, 0, LATE_US, "a tick that came together with an alarm");
}

/* The judge reads C, so that the driver's event has nothing behind it; then nothing enables what
   has come before. */
static void spurious(void)
{
    const uint64_t start = lab_now();

    wait_for_ticks(0, 16);
    for (unsigned i = 0; i < 4; i++) {
        lab_settle();
        lab_hold_until(lab_now() + TICK_US);
        EXPECT(rtc_read(RTC_C) & RTC_C_PERIODIC, "the device makes no ticks");
        nap(LATE_US);
    }
    expect_between(0, start, 18 * TICK_US, 26 * TICK_US,
                   "16 ticks, and four that somebody else took");

    nap(AWAY_US);
    expect_ticks(2);
}

static void quiet(void)
{
    set_device(RTC_B_24_HOURS, 0x10, 0x00, 0x00);
    rtc_write(RTC_B, rtc_read(RTC_B) | OTHERS);
    const uint8_t a = rtc_read(RTC_A) & ~RTC_A_RATE & ~RTC_A_UPDATING;
    EXPECT(enabled() == 0, "with nobody waiting, B has 0x%x", rtc_read(RTC_B));
    wait_for_ticks(0, 2);
    wait_for_time(1, 10, 0, 1);
    EXPECT(enabled() != 0, "with an alarm, B has 0x%x", rtc_read(RTC_B));
    lab_sleep_until(lab_now() + FIRST_US + LATE_US);
    EXPECT(enabled() == 0, "with nobody waiting any more, B has 0x%x", rtc_read(RTC_B));
    EXPECT(rtc_read(RTC_B) & OTHERS, "bit 3 of B was set and is no more");
    EXPECT((rtc_read(RTC_A) & ~RTC_A_RATE & ~RTC_A_UPDATING) == a,
           "the upper half of A was 0x%x and is 0x%x", a, rtc_read(RTC_A) & ~RTC_A_RATE);
}

/* The driver dies with a tick that it has not looked at. */
static void restart(void)
{
    wait_for_ticks(0, CHIME_TICKS_MAX);
    lab_settle();
    lab_hold_until(lab_now() + AWAY_US);
    lab_client_dies(0);
    lab_restart();
    nap(LATE_US);
    EXPECT(enabled() == 0, "after a new start, B has 0x%x", rtc_read(RTC_B));
    expect_ticks(4);
}

const struct lab_check lab_checks[] = {
    {"now", now},         {"formats", formats}, {"nonsense", nonsense}, {"ticks", ticks},
    {"alarm", alarm},     {"both", both},       {"spurious", spurious}, {"quiet", quiet},
    {"restart", restart}, {NULL, NULL},
};
