/*
 * Output: of each console a stream of text to its screen, of the first one to the wire, too.
 *
 * What always holds: a console's text appears in the order of its clients' requests. A client is
 * answered when its text is in the output; for the first console it stands in a queue while the
 * wire has no room, at most once, so that nobody can keep the others out. The tty's own echo never
 * waits: it may use room that clients may not.
 *
 * Entry: console_client_write for clients, console_write for the tty itself, console_aside_* for
 * text that comes between the lines.
 */
#include "tty.h"

#include <abi/errors.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAITING_MAX   256  /* as many as there can be processes */
#define ROOM_FOR_ECHO 1024 /* of the wire's ring, kept from clients */

#define SCROLLBACK_CELLS 8192

static struct terminal view; /* what the screen shows while it is not the terminal itself */
static uint32_t rows_back;   /* rows of the scrollback that it shows; 0: none */

static struct waiting { /* a client whose request is not answered yet */
    struct server_client client;
    bool flush;
    struct tty_output output;
} waiting[WAITING_MAX];
static size_t waiting_first, waiting_count;

static void emit(struct console *c, const char *text, size_t bytes)
{
    char answer[TERMINAL_ANSWER_BYTES];
    const bool on_wire = c == console_first();
    terminal_write(&c->terminal, text, bytes);
    if (on_wire)
        serial_put(text, bytes);
    const size_t length = terminal_answer(&c->terminal, answer);
    if (!on_wire || !serial_present()) /* else the terminal at its other end answers */
        input_text(c, answer, length);
}

/* Into the kernel's log where that is allowed, else to the console alone. */
void console_note(const char *missing)
{
    char line[LOG_WRITE_MAX];
    if (missing == NULL)
        return;
    const int length = snprintf(line, sizeof line, "tty: %s\n", missing);
    const size_t own = sizeof "tty: " - 1; /* the log says that itself */
    if (sys_log_write(line + own, (size_t)length - own) < 0)
        console_write(console_first(), line, (size_t)length);
}

static void keep_row(void *context, const struct terminal_cell *row, unsigned columns)
{
    struct console *c = context;
    scrollback_add(&c->scrollback, row, columns);
    /* The view stays where it is. */
    if (c == console_shown() && rows_back > 0 && rows_back < c->scrollback.count)
        rows_back++;
}

void console_prepare(struct console *c, const struct screen_size *size, struct terminal_cell *cells)
{
    terminal_init(&c->terminal, size->columns, size->rows, cells,
                  malloc(size->columns * size->rows * sizeof *cells));
    struct terminal_cell *const kept = malloc(SCROLLBACK_CELLS * sizeof *kept);
    scrollback_init(&c->scrollback, kept, kept ? SCROLLBACK_CELLS : 0);
    c->terminal.scrolled = keep_row;
    c->terminal.context = c;
    input_prepare(&c->input);
}

void console_write(struct console *c, const char *text, size_t bytes)
{
    current_feed(&c->current, text, bytes);
    emit(c, text, bytes);
}

void console_rub_out(struct console *c, const char *text, size_t bytes, size_t typed)
{
    current_rub_out(&c->current, typed);
    emit(c, text, bytes);
}

bool console_room(size_t bytes)
{
    return serial_room() >= bytes + ROOM_FOR_ECHO;
}

/* Without memory for another picture there is no view but the terminal. */
static bool view_ready(const struct terminal *t)
{
    if (view.cell != NULL)
        return true;
    struct terminal_cell *cells = malloc(t->columns * t->rows * sizeof *cells);
    if (cells == NULL)
        return false;
    terminal_init(&view, t->columns, t->rows, cells, NULL);
    view.cursor_hidden = true;
    return true;
}

static void fill_view(const struct console *c)
{
    for (unsigned row = 0; row < view.rows; row++) {
        struct terminal_cell *at = view.cell + row * view.columns;
        if (row < rows_back)
            scrollback_read(&c->scrollback, rows_back - row, at, view.columns);
        else
            memcpy(at, c->terminal.cell + (row - rows_back) * view.columns,
                   view.columns * sizeof *at);
    }
    view.dirty_first = 0;
    view.dirty_end = view.rows;
}

void console_scroll(int pages)
{
    const struct console *c = console_shown();
    const struct terminal *t = &c->terminal;
    const int32_t wanted = (int32_t)rows_back + pages * (t->rows / 2);
    if (wanted <= 0 || t->cell != t->primary || !view_ready(t)) {
        console_bottom();
        return;
    }
    rows_back = (uint32_t)wanted < c->scrollback.count ? (uint32_t)wanted : c->scrollback.count;
    if (rows_back == 0)
        return;
    fill_view(c);
    screen_update(&view);
}

void console_redraw(void)
{
    struct terminal *const t = &console_shown()->terminal;
    t->dirty_first = 0;
    t->dirty_end = t->rows;
    t->anew = true;
}

void console_bottom(void)
{
    if (rows_back == 0)
        return;
    rows_back = 0;
    console_redraw();
}

void console_show(void)
{
    if (rows_back == 0)
        screen_update(&console_shown()->terminal);
}

void console_refresh(void)
{
    screen_refresh(rows_back == 0 ? &console_shown()->terminal : &view);
}

/* The flags of struct kept_screen; a pen's are four bits. */
#define PEN_BOLD      1u
#define PEN_REVERSE   2u
#define PEN_UNDERLINE 4u
#define PEN_HIDDEN    8u
#define SAVED_SHIFT   4 /* of the saved pen's */
#define CURSOR_HIDDEN 0x100u
#define NO_WRAP       0x200u
#define NO_NEWLINE    0x400u
#define INSERT        0x800u
#define ORIGIN        0x1000u

static uint32_t pen_flags(const struct terminal_pen *p)
{
    return (p->bold ? PEN_BOLD : 0) | (p->reverse ? PEN_REVERSE : 0) |
           (p->underline ? PEN_UNDERLINE : 0) | (p->hidden ? PEN_HIDDEN : 0);
}

static terminal_colour colour_restore(terminal_colour colour)
{
    return colour & TERMINAL_RGB ? colour : colour & 0xff;
}

static struct terminal_pen pen_restore(const struct kept_pen *k, uint32_t flags)
{
    return (struct terminal_pen){
        .foreground = colour_restore(k->foreground),
        .background = colour_restore(k->background),
        .bold = (flags & PEN_BOLD) != 0,
        .reverse = (flags & PEN_REVERSE) != 0,
        .underline = (flags & PEN_UNDERLINE) != 0,
        .hidden = (flags & PEN_HIDDEN) != 0,
    };
}

void console_keep(const struct console *c, struct kept_screen *kept)
{
    const struct terminal *t = &c->terminal;
    kept->pen = (struct kept_pen){t->now.pen.foreground, t->now.pen.background};
    kept->saved_pen = (struct kept_pen){t->saved.pen.foreground, t->saved.pen.background};
    kept->saved_row = (uint8_t)t->saved.row;
    kept->saved_column = (uint8_t)t->saved.column;
    kept->top = (uint8_t)t->top;
    kept->bottom = (uint8_t)t->bottom;
    kept->flags = pen_flags(&t->now.pen) | pen_flags(&t->saved.pen) << SAVED_SHIFT |
                  (t->cursor_hidden ? CURSOR_HIDDEN : 0) | (t->no_wrap ? NO_WRAP : 0) |
                  (t->no_newline ? NO_NEWLINE : 0) | (t->insert ? INSERT : 0) |
                  (t->now.origin ? ORIGIN : 0);
}

void console_restore(struct console *c, const struct kept_screen *kept)
{
    struct terminal *t = &c->terminal;
    t->now.pen = pen_restore(&kept->pen, kept->flags);
    t->now.origin = (kept->flags & ORIGIN) != 0;
    t->saved.pen = pen_restore(&kept->saved_pen, kept->flags >> SAVED_SHIFT);
    t->saved.row = kept->saved_row % t->rows;
    t->saved.column = kept->saved_column % t->columns;
    t->cursor_hidden = (kept->flags & CURSOR_HIDDEN) != 0;
    t->no_wrap = (kept->flags & NO_WRAP) != 0;
    t->no_newline = (kept->flags & NO_NEWLINE) != 0;
    t->insert = (kept->flags & INSERT) != 0;
    if (kept->top < kept->bottom && kept->bottom <= t->rows) {
        t->top = kept->top;
        t->bottom = kept->bottom;
    }
}

/* ---- Text between the lines ----------------------------------------------------------------- */

/* False: not now, a sequence is unfinished. */
static bool leave_line(struct console *c, bool force)
{
    if (!terminal_settled(&c->terminal)) {
        if (!force)
            return false;
        emit(c, "\x18", 1); /* CAN: the rest of that sequence may never come */
    }
    if (c->terminal.now.column > 0 || (c->current.length > 0 && !c->aside))
        emit(c, "\n", 1);
    return true;
}

static void put_again(struct console *c)
{
    if (!terminal_settled(&c->terminal))
        emit(c, "\x18", 1);
    if (c->terminal.now.column > 0)
        emit(c, "\n", 1);
    emit(c, c->current.text, c->current.length);
    c->aside = false;
}

bool console_aside_begin(bool force)
{
    return leave_line(console_first(), force);
}

void console_aside(const char *text, size_t bytes)
{
    emit(console_first(), text, bytes);
}

void console_aside_end(void)
{
    put_again(console_first());
}

void console_back(struct console *c)
{
    if (c->aside)
        put_again(c);
}

void console_quiet(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++) {
        struct console *c = console_at(i);
        if (c == NULL || !c->aside)
            continue;
        if (!c->aside_new)
            put_again(c);
        c->aside_new = false;
    }
}

static bool any_aside(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL && console_at(i)->aside)
            return true;
    return false;
}

/* ---- Clients -------------------------------------------------------------------------------- */

/* What comes while the owner waits for a key is no part of the line that is being typed. */
static void write_output(struct console *c, endpoint_t client, const struct tty_output *output)
{
    const size_t bytes = strnlen(output->text, sizeof output->text);
    if (!input_disturbs(c, client)) {
        console_back(c);
        console_write(c, output->text, bytes);
        return;
    }
    if (!c->aside)
        (void)leave_line(c, true);
    c->aside = c->aside_new = true;
    emit(c, output->text, bytes);
}

static bool can_serve(const struct waiting *w)
{
    if (log_open())
        return false;
    return w->flush ? serial_idle() : console_room(TTY_CHUNK);
}

static void serve(const struct waiting *w)
{
    if (!w->flush)
        write_output(console_first(), w->client.endpoint, &w->output);
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
    return waiting_count > 0 || serial_busy() || any_aside();
}

int console_client_write(message *m)
{
    struct waiting w = {.client = server_current()};
    struct console *c;
    memcpy(&w.output, m->m_words, sizeof w.output);
    memset(m->m_words, 0, sizeof m->m_words);
    const int error = console_asked(w.output.console, &c);
    if (error < 0)
        return error;
    if (c == console_first())
        return accept(&w);
    write_output(c, w.client.endpoint, &w.output);
    return 0;
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
