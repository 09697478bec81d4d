/* Commands about time: uptime, date, sleep. */
#include "calendar.h"
#include "commands.h"
#include "console.h"
#include "output.h"
#include "services.h"

#include <abi/errors.h>
#include <parley/system.h>
#include <proto/clock.h>
#include <string.h>

static int no_clock(const char *name, int error)
{
    say("%s: the clock does not answer: %s\n", name, strerror(error));
    return STATUS_FAILED;
}

int command_uptime(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return command_usage("uptime");
    message m = {.m_type = CLOCK_UPTIME};
    const int error = service_ask("clock", &m);
    if (error < 0)
        return no_clock("uptime", error);
    const uint64_t us = (uint64_t)m.m_words[1] << 32 | m.m_words[0];
    const uint32_t milliseconds = (uint32_t)(us / 1000 % 1000);
    const uint32_t seconds = (uint32_t)(us / 1000000);
    if (seconds >= 86400)
        print("up %u d %02u:%02u:%02u.%03u\n", (unsigned)(seconds / 86400),
              (unsigned)(seconds / 3600 % 24), (unsigned)(seconds / 60 % 60),
              (unsigned)(seconds % 60), (unsigned)milliseconds);
    else
        print("up %02u:%02u:%02u.%03u\n", (unsigned)(seconds / 3600), (unsigned)(seconds / 60 % 60),
              (unsigned)(seconds % 60), (unsigned)milliseconds);
    return 0;
}

int command_date(int argc, char **argv)
{
    static const char day[7][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    (void)argv;
    if (argc > 1)
        return command_usage("date");
    message m = {.m_type = CLOCK_WALL};
    const int error = service_ask("clock", &m);
    if (error == -EIO) {
        say("date: this machine has no usable clock\n");
        return STATUS_FAILED;
    }
    if (error < 0)
        return no_clock("date", error);
    struct calendar c;
    calendar_of((uint64_t)m.m_words[1] << 32 | m.m_words[0], &c);
    print("%s %04u-%02u-%02u %02u:%02u:%02u UTC\n", day[c.weekday], (unsigned)c.year, c.month,
          c.day, c.hour, c.minute, c.second);
    return 0;
}

int command_sleep(int argc, char **argv)
{
    static const struct seconds_range range = {"0", 0, 1000000};
    uint64_t us;
    if (argc != 2)
        return command_usage("sleep");
    if (!command_seconds("sleep", argv[1], &range, &us))
        return STATUS_USAGE;
    return console_wait(us) ? 0 : STATUS_INTERRUPTED;
}
