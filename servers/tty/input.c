/*
 * Input: what was typed, and who reads it; of each console by itself.
 *
 * Bytes stand in a ring as they came, from keyboard and wire alike, until somebody reads: a raw
 * reader gets them as they are, a line reader what the line editor makes of them. So text that is
 * typed ahead belongs to whoever reads next, and is echoed then.
 *
 * ^C is the exception: it acts when it is typed. With a raw reader waiting it is a byte like
 * others. Otherwise what was typed ahead is dropped and the owner is told; a line reader then gets
 * nothing more until the owner has decided about it (TTY_CANCEL, TTY_MODE).
 *
 * Readers and owners may die at any time: a key that could not be delivered stays, and the dead are
 * forgotten where they are found.
 */
#include "tty.h"

#include <parley/ipc.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <string.h>

#define INTERRUPT 0x03 /* ^C */
#define DUMP      0x1c /* ^\ */

void input_prepare(struct input *in)
{
    in->mode = TTY_MODE_LINE;
    in->reader.endpoint = in->owner = NONE;
}

size_t input_room(const struct console *c)
{
    return INPUT_BYTES - c->input.ring_count;
}

bool input_disturbs(const struct console *c, endpoint_t process)
{
    const struct input *in = &c->input;
    return in->owner != NONE && in->reader.endpoint == in->owner && process != in->owner;
}

static void push(struct input *in, uint8_t byte)
{
    if (in->ring_count == INPUT_BYTES)
        return;
    in->ring[(in->ring_start + in->ring_count) % INPUT_BYTES] = (char)byte;
    in->ring_count++;
}

static void drop(struct input *in, size_t bytes)
{
    in->ring_start = (in->ring_start + bytes) % INPUT_BYTES;
    in->ring_count -= bytes;
}

static void line_forget(struct input *in)
{
    line_reset(&in->line);
    in->line_taken = 0;
}

static bool owns_any(endpoint_t process)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL && console_at(i)->input.owner == process)
            return true;
    return false;
}

/* A process that died while it waited can no longer be watched. */
static bool reader_lives(struct input *in)
{
    if (in->reader.endpoint == NONE)
        return false;
    if (sys_watch(in->reader.endpoint, 1) == -EDEADSRCDST) {
        in->reader.endpoint = NONE;
        return false;
    }
    (void)sys_watch(in->reader.endpoint, owns_any(in->reader.endpoint));
    return true;
}

/* True when the reader has taken it. Otherwise the reader is gone, or no longer waits. */
static bool answer_reader(struct input *in, int status, const char *text, size_t bytes)
{
    message m;
    struct tty_text answer = {.count = (uint32_t)bytes};
    if (bytes > 0)
        memcpy(answer.text, text, bytes);
    memset(&m, 0, sizeof m);
    memcpy(m.m_words, &answer, sizeof answer);
    const struct server_client client = in->reader;
    in->reader.endpoint = NONE;
    return server_answer(client, status, &m) == 0;
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void advance_raw(struct input *in)
{
    if (in->ring_count == 0)
        return;
    char text[TTY_CHUNK];
    const size_t bytes = in->ring_count < in->reader_most ? in->ring_count : in->reader_most;
    for (size_t i = 0; i < bytes; i++)
        text[i] = in->ring[(in->ring_start + i) % INPUT_BYTES];
    if (answer_reader(in, 0, text, bytes))
        drop(in, bytes);
}

static void echo_typed(void *console, const char *text, size_t bytes)
{
    console_write(console, text, bytes);
}

static void echo_rubbed_out(void *console, const char *text, size_t bytes, size_t typed)
{
    console_rub_out(console, text, bytes, typed);
}

/* Where on the screen the line is. */
static void place_line(struct console *c)
{
    const struct terminal *t = &c->terminal;
    c->input.line.columns = t->columns;
    if (c->input.line.length == 0)
        c->input.line.first = (uint16_t)(t->now.column + t->now.wrap_due);
}

static void advance_line(struct console *c)
{
    struct input *in = &c->input;
    const struct line_echo echo = {echo_typed, echo_rubbed_out, c};
    while (!in->line.finished && in->ring_count > 0) {
        place_line(c);
        line_feed(&in->line, (uint8_t)in->ring[in->ring_start], &echo);
        drop(in, 1);
    }
    if (!in->line.finished)
        return;
    const size_t left = in->line.length - in->line_taken;
    const size_t bytes = left < in->reader_most ? left : in->reader_most;
    if (!answer_reader(in, 0, in->line.text + in->line_taken, bytes))
        return;
    in->line_taken += bytes;
    if (in->line_taken == in->line.length)
        line_forget(in);
}

static void advance(struct console *c)
{
    if (c->input.reader.endpoint == NONE || c->input.held)
        return;
    if (c->input.ring_count > 0)
        console_back(c);
    if (c->input.mode == TTY_MODE_RAW)
        advance_raw(&c->input);
    else
        advance_line(c);
}

void input_advance(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL)
            advance(console_at(i));
}

/* ---- Typing --------------------------------------------------------------------------------- */

static void interrupt(struct console *c)
{
    struct input *in = &c->input;
    /* A raw reader that waits takes first what was typed before; if that satisfies it, nobody
       reads, and this ^C must not wait in the ring for somebody who may never come. */
    if (in->mode == TTY_MODE_RAW && reader_lives(in))
        advance(c);
    if (in->mode == TTY_MODE_RAW && in->reader.endpoint != NONE) {
        push(in, INTERRUPT);
        advance(c);
        return;
    }
    drop(in, in->ring_count);
    if (in->mode == TTY_MODE_LINE) {
        line_forget(in);
        console_write(c, "^C\n", 3);
    }
    in->owner_told = in->owner != NONE && notify(in->owner) == 0;
    if (!in->owner_told)
        in->owner = NONE;
    if (in->owner_told && in->mode == TTY_MODE_LINE && in->reader.endpoint == in->owner) {
        in->owner_told = false;
        (void)answer_reader(in, -EINTR, NULL, 0);
    }
    in->held = in->owner_told && in->mode == TTY_MODE_LINE && in->reader.endpoint != NONE;
}

void input_byte(struct console *c, uint8_t byte)
{
    if (byte == INTERRUPT) {
        advance(c); /* what came before it is its reader's, who may then read no more */
        interrupt(c);
    } else if (byte == DUMP)
        (void)sys_dump();
    else
        push(&c->input, byte);
}

void input_text(struct console *c, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        push(&c->input, (uint8_t)text[i]);
}

/* ---- What others have to know --------------------------------------------------------------- */

static void death_of(struct input *in, endpoint_t dead)
{
    if (dead == in->reader.endpoint)
        in->reader.endpoint = NONE;
    if (dead != in->owner)
        return;
    in->owner = NONE;
    in->owner_told = in->held = false;
    in->mode = TTY_MODE_LINE;
}

void input_death(endpoint_t dead)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL)
            death_of(&console_at(i)->input, dead);
}

void input_keep(const struct console *c, struct kept *kept)
{
    kept->mode = c->input.mode;
    kept->owner = c->input.owner;
}

/* As it is told, unless that is nonsense; an owner that died meanwhile leaves the mode as for no
   owner. */
void input_restore(struct console *c, const struct kept *kept)
{
    if (kept->owner == NONE || sys_watch(kept->owner, 1) < 0)
        return;
    c->input.owner = kept->owner;
    if (kept->mode == TTY_MODE_RAW)
        c->input.mode = TTY_MODE_RAW;
}

void input_unread_keep(const struct console *c, struct unread *unread, char *text)
{
    const struct input *in = &c->input;
    const struct line *line = &in->line;
    const size_t rest =
        in->ring_count < UNREAD_BYTES - line->length ? in->ring_count : UNREAD_BYTES - line->length;
    memcpy(text, line->text, line->length);
    for (size_t i = 0; i < rest; i++)
        text[line->length + i] = in->ring[(in->ring_start + i) % INPUT_BYTES];
    *unread = (struct unread){.bytes = (uint16_t)(line->length + rest),
                              .line_bytes = (uint16_t)line->length,
                              .line_taken = (uint16_t)in->line_taken,
                              .line_first = (uint8_t)line->first,
                              .finished = line->finished,
                              .after_return = line->after_return,
                              .escape = line->escape};
}

/* Before anything is typed here. What can't be a line is read as if it had just been typed. */
void input_unread_restore(struct console *c, const struct unread *unread, const char *text)
{
    struct line *line = &c->input.line;
    size_t at = 0;
    if (unread->line_bytes <= unread->bytes && unread->line_taken <= unread->line_bytes &&
        unread->line_bytes <= LINE_BYTES - !unread->finished) {
        at = line->length = unread->line_bytes;
        memcpy(line->text, text, at);
        c->input.line_taken = unread->line_taken;
        line->finished = unread->finished;
        line->after_return = unread->after_return;
        line->escape = unread->escape;
        line->first = unread->line_first;
    }
    input_text(c, text + at, unread->bytes - at);
}

/* ---- Requests ------------------------------------------------------------------------------- */

int input_client_read(message *m)
{
    struct tty_read asked;
    struct console *c;
    memcpy(&asked, m->m_words, sizeof asked);
    memset(m->m_words, 0, sizeof m->m_words);
    if (asked.most < 1 || asked.most > TTY_CHUNK)
        return -EINVAL;
    const int error = console_asked(asked.console, &c);
    if (error < 0)
        return error;
    struct input *in = &c->input;
    if (in->reader.endpoint != m->m_source && reader_lives(in))
        return -EBUSY;
    if (m->m_source == in->owner && in->owner_told) {
        in->owner_told = false;
        return -EINTR;
    }
    in->reader = server_current();
    in->reader_most = asked.most;
    return SERVER_LATER;
}

int input_client_mode(message *m)
{
    struct tty_change wanted;
    struct console *c;
    memcpy(&wanted, m->m_words, sizeof wanted);
    memset(m->m_words, 0, sizeof m->m_words);
    if (wanted.mode != TTY_MODE_LINE && wanted.mode != TTY_MODE_RAW)
        return -EINVAL;
    const int error = console_asked(wanted.console, &c);
    if (error < 0)
        return error;
    m->m_words[0] = c->input.mode;
    if (wanted.mode != c->input.mode)
        line_forget(&c->input);
    c->input.mode = wanted.mode;
    c->input.held = false;
    return 0;
}

int input_client_owner(message *m)
{
    struct console *c;
    const int error = console_asked(m->m_words[0], &c);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error < 0 || c->input.owner == m->m_source)
        return error;
    const endpoint_t former = c->input.owner;
    c->input.owner = m->m_source;
    c->input.owner_told = false;
    if (former != NONE)
        (void)sys_watch(former, owns_any(former));
    (void)sys_watch(m->m_source, 1);
    return 0;
}

int input_client_cancel(message *m)
{
    struct console *c;
    const int error = console_asked(m->m_words[0], &c);
    memset(m->m_words, 0, sizeof m->m_words);
    if (error < 0)
        return error;
    if (m->m_source != c->input.owner)
        return -EPERM;
    c->input.reader.endpoint = NONE;
    c->input.mode = TTY_MODE_LINE;
    c->input.held = false;
    line_forget(&c->input);
    return 0;
}

void input_retire(void)
{
    for (uint32_t i = 0; i < TTY_CONSOLES; i++)
        if (console_at(i) != NULL && console_at(i)->input.reader.endpoint != NONE)
            server_send_on(console_at(i)->input.reader);
}
