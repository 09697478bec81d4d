/*
 * tty: the console as a server. Protocol: proto/tty.h.
 *
 * Every event and every request does its part and then calls settle(), which lets all that was
 * waiting for it go on. Nothing here waits, neither for a client nor for a device.
 */
#include "tty.h"

#include <abi/calls.h>
#include <parley/server.h>
#include <parley/store.h>
#include <parley/system.h>
#include <proto/common.h>
#include <proto/tty.h>
#include <string.h>

#define POLL_US     50000  /* while something waits, in case an interrupt does not come */
#define ANNOUNCE_US 500000 /* while no name server knows us */
#define SHOW_US     16000  /* between two pictures, where drawing one takes long */

static bool alarm_set;
static uint64_t shown; /* when the screen was last brought up to date */

/* Of text that comes quickly not every picture is drawn, but the last one is, and soon. */
static void show(void)
{
    uint64_t now;
    if (screen_is_slow() && sys_time(&now) == 0) {
        if (now - shown < SHOW_US && sys_alarm(SHOW_US) == 0) {
            alarm_set = true;
            return;
        }
        shown = now;
    }
    console_show();
}

static void settle(void)
{
    serial_advance();
    log_advance(false);
    console_advance();
    input_advance();
    console_advance();
    show();
    kept_save();
    if (alarm_set)
        return;
    if (console_waits() || log_due())
        alarm_set = sys_alarm(POLL_US) == 0;
    else if (!announced() || shell_wanted() || keyboard_waits())
        alarm_set = sys_alarm(ANNOUNCE_US) == 0;
}

static void on_alarm(void)
{
    alarm_set = false;
    announce();
    shell_ask();
    serial_poll();
    keyboard_poll();
    console_quiet();
    log_advance(true);
}

static void on_deaths(void)
{
    struct system_death death;
    while (sys_death(&death) == 0) {
        input_death(death.endpoint);
        announce_death(death.endpoint);
        if (store_died(death.endpoint))
            kept_lost();
    }
}

static void on_events(endpoint_t source, uint32_t bits)
{
    if (source != HARDWARE)
        return;
    if (bits & 1u << EVENT_BIT_KEYBOARD)
        keyboard_interrupt();
    if (bits & 1u << EVENT_BIT_SERIAL)
        serial_interrupt();
    if (bits & 1u << EVENT_BIT_LOG)
        log_changed();
    if (bits & EVENT_ALARM)
        on_alarm();
    if (bits & EVENT_DEATH)
        on_deaths();
    settle();
}

static int handle_write(message *m)
{
    const int status = console_client_write(m);
    settle();
    return status;
}

static int handle_flush(message *m)
{
    const int status = console_client_flush(m);
    settle();
    return status;
}

static int handle_read(message *m)
{
    const int status = input_client_read(m);
    settle();
    return status;
}

static int handle_mode(message *m)
{
    const int status = input_client_mode(m);
    settle();
    return status;
}

static int handle_owner(message *m)
{
    const int status = input_client_owner(m);
    settle();
    return status;
}

static int handle_cancel(message *m)
{
    const int status = input_client_cancel(m);
    settle();
    return status;
}

static int handle_size(message *m)
{
    memset(m->m_words, 0, sizeof m->m_words);
    m->m_words[0] = console_first()->terminal.columns;
    m->m_words[1] = console_first()->terminal.rows;
    return 0;
}

static void answer_layout(message *m, const struct keymap *map)
{
    struct tty_layout l = {.name = ""};
    memcpy(l.name, map->name, KEYMAP_NAME_BYTES);
    memset(m->m_words, 0, sizeof m->m_words);
    memcpy(m->m_words, &l, sizeof l);
}

/* An empty name only asks. */
static int handle_layout(message *m)
{
    struct tty_layout l;
    memcpy(&l, m->m_words, sizeof l);
    memset(m->m_words, 0, sizeof m->m_words);
    l.name[sizeof l.name - 1] = '\0';
    if (l.name[0]) {
        const struct keymap *map = keymap_find(l.name);
        if (map == NULL)
            return -ENOENT;
        keyboard_use(map);
        kept_layout_chosen();
        settle();
    }
    answer_layout(m, keyboard_layout());
    return 0;
}

static int handle_layouts(message *m)
{
    const uint32_t index = m->m_words[0];
    memset(m->m_words, 0, sizeof m->m_words);
    if (index >= keymap_count)
        return -EINVAL;
    answer_layout(m, &keymaps[index]);
    return 0;
}

/* layout=NAME, on the module's line. */
static void read_arguments(int argc, char **argv)
{
    static const char key[] = "layout=";
    for (int i = 1; i < argc; i++) {
        const bool known = strncmp(argv[i], key, sizeof key - 1) == 0;
        const struct keymap *map = known ? keymap_find(argv[i] + sizeof key - 1) : NULL;
        if (map != NULL)
            keyboard_use(map);
        else
            console_note(known ? "no such keyboard layout on its line"
                               : "unknown word on its line");
    }
}

#define REFRESH_US 100000 /* no more often, however many ping */

/* The supervisor's heartbeat is also the screen's: it comes even where nobody types or writes. */
static int handle_ping(message *m)
{
    static uint64_t refreshed;
    uint64_t now = 0;
    (void)m;
    if (sys_time(&now) != 0 || now - refreshed < REFRESH_US)
        return 0;
    refreshed = now;
    console_refresh();
    return 0;
}

static const struct server_handler handlers[] = {
    {TTY_WRITE, handle_write},
    {TTY_READ, handle_read},
    {TTY_MODE, handle_mode},
    {TTY_OWNER, handle_owner},
    {TTY_SIZE, handle_size},
    {TTY_FLUSH, handle_flush},
    {TTY_CANCEL, handle_cancel},
    {TTY_LAYOUT, handle_layout},
    {TTY_LAYOUTS, handle_layouts},
    {PROTO_PING, handle_ping},
    {0, NULL},
};

static void retire(void)
{
    unread_save();
    console_show();
    input_retire();
    console_retire();
}

int main(int argc, char **argv)
{
    log_start();
    const char *const no_screen = consoles_start(kept_shown());
    unread_restore(); /* what is typed from now on comes behind it */
    const char *const no_serial = serial_start();
    console_note(no_screen);
    console_note(no_serial);
    console_note(keyboard_start());
    read_arguments(argc, argv);
    store_watch();
    kept_restore();
    announce();
    settle();
    server_on_retire(retire);
    return -server_run(NULL, handlers, on_events);
}
