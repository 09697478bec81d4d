/*
 * Output: one stream of text to the screen and to the wire.
 *
 * What always holds: clients' text appears in the order of their requests. A client is answered
 * when its text is in the output; while the wire has no room it stands in a queue, at most once, so
 * that nobody can keep the others out. The tty's own echo never waits: it may use room that clients
 * may not.
 *
 * Entry: console_client_write for clients, console_write for the tty itself, console_aside_* for
 * text that comes between the lines.
 */
#include "tty.h"

#include "current.h"

#include <abi/errors.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <stdio.h>
#include <string.h>

#define WAITING_MAX   256  /* as many as there can be processes */
#define ROOM_FOR_ECHO 1024 /* of the wire's ring, kept from clients */

static struct terminal terminal;
static struct current current;

static struct waiting { /* a client whose request is not answered yet */
    struct server_client client;
    bool flush;
    struct tty_text text;
} waiting[WAITING_MAX];
static size_t waiting_first, waiting_count;

static void emit(const char *text, size_t bytes)
{
    terminal_write(&terminal, text, bytes);
    serial_put(text, bytes);
    if (!terminal.report_due)
        return;
    terminal.report_due = false;
    if (serial_present()) /* the terminal at its other end answers */
        return;
    char report[16];
    const int length =
        snprintf(report, sizeof report, "\033[%u;%uR", terminal.row + 1u, terminal.column + 1u);
    input_text(report, (size_t)length);
}

/* Into the kernel's log where that is allowed, else to the console alone. */
static void note(const char *missing)
{
    char line[LOG_WRITE_MAX];
    if (missing == NULL)
        return;
    const int length = snprintf(line, sizeof line, "tty: %s\n", missing);
    if (sys_log_write(line, (size_t)length) < 0)
        console_write(line, (size_t)length);
}

void console_start(void)
{
    terminal_init(&terminal);
    const char *const no_screen = screen_start(&terminal);
    const char *const no_serial = serial_start();
    note(no_screen);
    note(no_serial);
    note(keyboard_start());
}

void console_write(const char *text, size_t bytes)
{
    current_feed(&current, text, bytes);
    emit(text, bytes);
}

bool console_room(size_t bytes)
{
    return serial_room() >= bytes + ROOM_FOR_ECHO;
}

void console_show(void)
{
    screen_update(&terminal);
}

#define PEN_BOLD    1
#define PEN_REVERSE 2
#define PEN_HIDDEN  4 /* the cursor */

static struct kept_pen pen_keep(const struct terminal_pen *p, bool hidden)
{
    const unsigned flags =
        (p->bold ? PEN_BOLD : 0u) | (p->reverse ? PEN_REVERSE : 0u) | (hidden ? PEN_HIDDEN : 0u);
    return (struct kept_pen){p->foreground, p->background, (uint8_t)flags};
}

static struct terminal_pen pen_restore(const struct kept_pen *k)
{
    return (struct terminal_pen){
        .foreground = k->foreground & 15,
        .background = k->background & 7,
        .bold = (k->flags & PEN_BOLD) != 0,
        .reverse = (k->flags & PEN_REVERSE) != 0,
    };
}

void console_keep(struct kept *kept)
{
    kept->pen = pen_keep(&terminal.pen, terminal.cursor_hidden);
    kept->saved_pen = pen_keep(&terminal.saved_pen, false);
    kept->saved_row = (uint8_t)terminal.saved_row;
    kept->saved_column = (uint8_t)terminal.saved_column;
}

void console_restore(const struct kept *kept)
{
    terminal.pen = pen_restore(&kept->pen);
    terminal.cursor_hidden = (kept->pen.flags & PEN_HIDDEN) != 0;
    terminal.saved_pen = pen_restore(&kept->saved_pen);
    terminal.saved_row = kept->saved_row % TERMINAL_ROWS;
    terminal.saved_column = kept->saved_column % TERMINAL_COLUMNS;
}

/* ---- Text between the lines ----------------------------------------------------------------- */

bool console_aside_begin(bool force)
{
    if (!terminal_settled(&terminal)) {
        if (!force)
            return false;
        emit("\x18", 1); /* CAN: the rest of that sequence may never come */
    }
    if (terminal.column > 0 || current.length > 0)
        emit("\n", 1);
    return true;
}

void console_aside(const char *text, size_t bytes)
{
    emit(text, bytes);
}

void console_aside_end(void)
{
    if (terminal.column > 0)
        emit("\n", 1);
    emit(current.text, current.length);
}

/* ---- Clients -------------------------------------------------------------------------------- */

static bool can_serve(const struct waiting *w)
{
    if (log_open())
        return false;
    return w->flush ? serial_idle() : console_room(w->text.count);
}

static void serve(const struct waiting *w)
{
    if (!w->flush)
        console_write(w->text.text, w->text.count);
}

static bool stands_in_queue(endpoint_t client)
{
    for (size_t i = 0; i < waiting_count; i++)
        if (waiting[(waiting_first + i) % WAITING_MAX].client.endpoint == client)
            return true;
    return false;
}

/* Serves the request now, or queues it. */
static int accept(const struct waiting *w)
{
    if (waiting_count == 0 && can_serve(w)) {
        serve(w);
        return 0;
    }
    if (waiting_count == WAITING_MAX || stands_in_queue(w->client.endpoint))
        return -EAGAIN;
    waiting[(waiting_first + waiting_count) % WAITING_MAX] = *w;
    waiting_count++;
    return SERVER_LATER;
}

void console_advance(void)
{
    while (waiting_count > 0 && can_serve(&waiting[waiting_first])) {
        const struct waiting *w = &waiting[waiting_first];
        waiting_first = (waiting_first + 1) % WAITING_MAX;
        waiting_count--;
        serve(w);
        message answer;
        memset(&answer, 0, sizeof answer);
        (void)server_answer(w->client, 0, &answer);
    }
}

bool console_waits(void)
{
    return waiting_count > 0 || serial_busy();
}

int console_client_write(message *m)
{
    struct waiting w = {.client = server_current()};
    memcpy(&w.text, m->m_words, sizeof w.text);
    memset(m->m_words, 0, sizeof m->m_words);
    if (w.text.count > TTY_CHUNK)
        return -EINVAL;
    return accept(&w);
}

int console_client_flush(message *m)
{
    const struct waiting w = {.client = server_current(), .flush = true};
    memset(m->m_words, 0, sizeof m->m_words);
    return accept(&w);
}

void console_retire(void)
{
    for (; waiting_count > 0; waiting_count--) {
        server_send_on(waiting[waiting_first].client);
        waiting_first = (waiting_first + 1) % WAITING_MAX;
    }
    serial_drain();
}
