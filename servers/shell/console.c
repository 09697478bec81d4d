/* See console.h. Entry: ask, through which every request to the tty goes. */
#include "console.h"

#include "services.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define INTERRUPT        0x03
#define ATTEMPTS         3
#define PAUSE_US         500000
#define LONGEST_WAIT_US  60000000u /* of one trap */
#define COLUMNS_AT_LEAST 20

static endpoint_t tty = NONE;
static uint32_t console; /* which of the tty's */
static bool is_new;      /* a tty that console_key has not told its caller about */
static bool lent;        /* a program reads: what it has of a line is not to be lost to a mode */
static bool interrupted;
static unsigned columns = 80;

static void pause_us(uint32_t microseconds)
{
    message m;
    (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
}

static message mode_request(uint32_t mode)
{
    message m = {.m_type = TTY_MODE};
    const struct tty_change change = {mode, console};
    memcpy(m.m_words, &change, sizeof change);
    return m;
}

static message read_request(void)
{
    message m = {.m_type = TTY_READ};
    const struct tty_read read = {1, console};
    memcpy(m.m_words, &read, sizeof read);
    return m;
}

/* One request to this very tty. */
static int tell(message *m)
{
    const int error = ipc_request(tty, m);
    return error < 0 ? error : m->m_type;
}

static bool connect(void)
{
    message m = {.m_type = TTY_OWNER, .m_words = {console}};
    if (tty != NONE)
        return true;
    if (service_find("tty", &tty) < 0 || tell(&m) < 0) {
        tty = NONE;
        return false;
    }
    (void)sys_watch(tty, 1);
    m = mode_request(lent ? TTY_MODE_LINE : TTY_MODE_RAW);
    (void)tell(&m);
    m = (message){.m_type = TTY_SIZE};
    if (tell(&m) == 0 && m.m_words[0] >= COLUMNS_AT_LEAST)
        columns = m.m_words[0];
    is_new = true;
    return true;
}

static bool is_death(int error)
{
    return error == -EDEADSRCDST || error == -EREPLYDEAD;
}

/* Asks the tty that is connected; none is any more when it died. */
static int ask_once(message *m)
{
    const int error = tell(m);
    if (is_death(error))
        tty = NONE;
    return error;
}

/* Asks the tty, and a new one when it died. */
static int ask(message *m)
{
    const message request = *m;
    int error = -EDEADSRCDST;
    for (unsigned i = 0; i < ATTEMPTS && is_death(error); i++) {
        *m = request;
        if (connect())
            error = ask_once(m);
        else
            pause_us(PAUSE_US);
    }
    return error;
}

void console_start(unsigned number)
{
    console = number;
    console_use(number);
    while (!connect())
        pause_us(PAUSE_US);
    is_new = false;
}

endpoint_t console_endpoint(void)
{
    return tty;
}

unsigned console_columns(void)
{
    return columns;
}

/* ---- Output --------------------------------------------------------------------------------- */

static size_t chunk(const char *text, size_t bytes)
{
    size_t n = bytes < TTY_CHUNK ? bytes : TTY_CHUNK;
    while (n > TTY_CHUNK - 4 && n < bytes && ((uint8_t)text[n] & 0xc0) == 0x80)
        n--;
    return n;
}

void console_write(const char *text, size_t bytes)
{
    while (bytes > 0) {
        message m = {.m_type = TTY_WRITE};
        struct tty_output piece = {.console = console};
        const size_t taken = chunk(text, bytes);
        memcpy(piece.text, text, taken);
        memcpy(m.m_words, &piece, sizeof piece);
        if (ask(&m) < 0)
            return;
        text += taken;
        bytes -= taken;
    }
}

void write_formatted(text_writer *write, const char *format, va_list arguments)
{
    char text[512];
    const int length = vsnprintf(text, sizeof text, format, arguments);
    if (length > 0)
        write(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
}

void say(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    write_formatted(console_write, format, arguments);
    va_end(arguments);
}

static int ask_layout(message *m, char name[CONSOLE_LAYOUT_BYTES])
{
    struct tty_layout layout;
    _Static_assert(sizeof layout.name == CONSOLE_LAYOUT_BYTES, "the protocol's");
    const int error = ask(m);
    if (error < 0)
        return error;
    memcpy(&layout, m->m_words, sizeof layout);
    memcpy(name, layout.name, CONSOLE_LAYOUT_BYTES);
    name[CONSOLE_LAYOUT_BYTES - 1] = '\0';
    return 0;
}

int console_layout(char name[CONSOLE_LAYOUT_BYTES])
{
    message m = {.m_type = TTY_LAYOUT};
    memcpy(m.m_words, name, CONSOLE_LAYOUT_BYTES);
    return ask_layout(&m, name);
}

int console_layout_name(unsigned index, char name[CONSOLE_LAYOUT_BYTES])
{
    message m = {.m_type = TTY_LAYOUTS, .m_words = {index}};
    return ask_layout(&m, name);
}

void console_flush(void)
{
    message m = {.m_type = TTY_FLUSH};
    (void)ask(&m);
}

/* ---- Input ---------------------------------------------------------------------------------- */

/* Takes a notification of the tty, if one has come. */
static bool notified(void)
{
    message m;
    uint32_t second;
    bool found = false;
    while (tty != NONE && ipc_call(IPC_RECEIVE | IPC_NONBLOCK, tty, &m, 0, &second) == 0)
        found = found || (second & IPC_CAME_MASK) == IPC_CAME_EVENTS;
    return found;
}

/* In raw mode the tty leaves it to us to show that it was ^C. */
static void interrupt(void)
{
    if (!interrupted && !lent)
        say("^C\n");
    interrupted = true;
}

/* Somebody else reads: a program that is still alive in the background. The keyboard is ours. */
static void take_keyboard(void)
{
    message m = {.m_type = TTY_CANCEL, .m_words = {console}};
    (void)ask(&m);
    m = mode_request(TTY_MODE_RAW);
    (void)ask(&m);
}

int console_key(void)
{
    for (;;) {
        if (!connect()) {
            pause_us(PAUSE_US);
            continue;
        }
        if (is_new) {
            is_new = false;
            return KEY_NEW_CONSOLE;
        }
        if (notified())
            return INTERRUPT;
        message m = read_request();
        const int error = ask_once(&m);
        struct tty_text text;
        memcpy(&text, m.m_words, sizeof text);
        if (error == 0 && text.count == 1)
            return (uint8_t)text.text[0];
        if (error == -EBUSY || (error == 0 && text.count == 0))
            take_keyboard();
        else if (error < 0 && error != -EINTR && !is_death(error))
            pause_us(PAUSE_US);
    }
}

/* The tty keeps what is typed for a reader that does not wait any more. */
int console_key_within(uint32_t microseconds)
{
    message m = read_request();
    struct tty_text text;
    if (console_interrupted())
        return INTERRUPT;
    const int error = ipc_call(IPC_REQUEST | IPC_TIMEOUT, tty, &m, microseconds, NULL);
    if (is_death(error))
        tty = NONE;
    if (error == 0 && m.m_type == -EBUSY)
        take_keyboard();
    if (error < 0 || m.m_type < 0)
        return KEY_NONE;
    memcpy(&text, m.m_words, sizeof text);
    if (text.count == 1 && text.text[0] == INTERRUPT)
        interrupt();
    return text.count == 1 ? (uint8_t)text.text[0] : KEY_NONE;
}

bool console_interrupted(void)
{
    if (notified())
        interrupt();
    return interrupted;
}

/* A ^C that came behind the line's end is not forgotten here: it is meant for the command. */
void console_begin(void)
{
    interrupted = false;
}

void console_note_interrupt(void)
{
    interrupt();
}

void console_note_death(endpoint_t dead)
{
    if (dead == tty)
        tty = NONE;
}

bool console_wait(uint64_t microseconds)
{
    uint64_t now, end;
    if (sys_time(&now) < 0)
        return true;
    for (end = now + microseconds; now < end && !console_interrupted(); (void)sys_time(&now)) {
        const uint64_t left = end - now;
        const uint32_t wait = left < LONGEST_WAIT_US ? (uint32_t)left : LONGEST_WAIT_US;
        message m;
        uint32_t second;
        const int error = ipc_call(IPC_RECEIVE | IPC_TIMEOUT, tty, &m, wait, &second);
        if (error == 0 && (second & IPC_CAME_MASK) == IPC_CAME_EVENTS)
            interrupt();
        else if (is_death(error))
            tty = NONE;
    }
    return !interrupted;
}

void console_claim(void)
{
    message m = {.m_type = TTY_OWNER, .m_words = {console}};
    (void)ask(&m);
}

void console_lend(void)
{
    message m = mode_request(TTY_MODE_LINE);
    lent = true;
    (void)ask(&m);
}

void console_take_back(bool cancel)
{
    message m;
    lent = false;
    console_claim(); /* the program may have taken that too */
    if (cancel) {
        m = (message){.m_type = TTY_CANCEL, .m_words = {console}};
        (void)ask(&m);
    }
    m = mode_request(TTY_MODE_RAW);
    (void)ask(&m);
}
