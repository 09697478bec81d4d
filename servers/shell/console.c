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
static bool is_new; /* a tty that console_key has not told its caller about */
static bool lent;   /* a program reads: what it has of a line is not to be lost to a mode */
static bool interrupted;
static unsigned columns = 80;

static void pause_us(uint32_t microseconds)
{
    message m;
    (void)ipc_call(IPC_RECEIVE | IPC_TIMEOUT, NONE, &m, microseconds, NULL);
}

/* One request to this very tty. */
static int tell(int32_t type, uint32_t word, message *m)
{
    memset(m, 0, sizeof *m);
    m->m_type = type;
    m->m_words[0] = word;
    const int error = ipc_request(tty, m);
    return error < 0 ? error : m->m_type;
}

static bool connect(void)
{
    message m;
    if (tty != NONE)
        return true;
    if (service_find("tty", &tty) < 0 || tell(TTY_OWNER, 0, &m) < 0) {
        tty = NONE;
        return false;
    }
    (void)sys_watch(tty, 1);
    (void)tell(TTY_MODE, lent ? TTY_MODE_LINE : TTY_MODE_RAW, &m);
    if (tell(TTY_SIZE, 0, &m) == 0 && m.m_words[0] >= COLUMNS_AT_LEAST)
        columns = m.m_words[0];
    is_new = true;
    return true;
}

static bool is_death(int error)
{
    return error == -EDEADSRCDST || error == -EREPLYDEAD;
}

/* Asks the tty, and a new one when it died. */
static int ask(message *m)
{
    const message request = *m;
    int error = -EDEADSRCDST;
    for (unsigned i = 0; i < ATTEMPTS; i++) {
        if (!connect()) {
            pause_us(PAUSE_US);
            continue;
        }
        *m = request;
        error = ipc_request(tty, m);
        if (!is_death(error))
            return error < 0 ? error : m->m_type;
        tty = NONE;
    }
    return error;
}

void console_start(void)
{
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
        struct tty_text piece = {.count = (uint32_t)chunk(text, bytes)};
        memcpy(piece.text, text, piece.count);
        memcpy(m.m_words, &piece, sizeof piece);
        if (ask(&m) < 0)
            return;
        text += piece.count;
        bytes -= piece.count;
    }
}

void say(const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0)
        console_write(text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
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
    if (!interrupted)
        say("^C\n");
    interrupted = true;
}

/* Somebody else reads: a program that is still alive in the background. The keyboard is ours. */
static void take_keyboard(void)
{
    message m = {.m_type = TTY_CANCEL};
    (void)ask(&m);
    m = (message){.m_type = TTY_MODE, .m_words = {TTY_MODE_RAW}};
    (void)ask(&m);
}

int console_key(void)
{
    for (;;) {
        if (is_new) {
            is_new = false;
            return KEY_NEW_CONSOLE;
        }
        if (notified())
            return INTERRUPT;
        message m = {.m_type = TTY_READ, .m_words = {1}};
        const int error = ask(&m);
        struct tty_text text;
        memcpy(&text, m.m_words, sizeof text);
        if (error == 0 && text.count == 1 && !is_new)
            return (uint8_t)text.text[0];
        if (error == -EBUSY || (error == 0 && text.count == 0))
            take_keyboard();
        else if (error < 0 && error != -EINTR)
            pause_us(PAUSE_US);
    }
}

/* The tty keeps what is typed for a reader that does not wait any more. */
int console_key_within(uint32_t microseconds)
{
    message m = {.m_type = TTY_READ, .m_words = {1}};
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
    interrupted = true;
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

void console_lend(void)
{
    message m = {.m_type = TTY_MODE, .m_words = {TTY_MODE_LINE}};
    lent = true;
    (void)ask(&m);
}

void console_take_back(bool cancel)
{
    message m = {.m_type = TTY_OWNER}; /* the program may have taken that too */
    lent = false;
    (void)ask(&m);
    if (cancel) {
        m = (message){.m_type = TTY_CANCEL};
        (void)ask(&m);
    }
    m = (message){.m_type = TTY_MODE, .m_words = {TTY_MODE_RAW}};
    (void)ask(&m);
}
