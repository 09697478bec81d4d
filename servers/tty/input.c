/*
 * Input: what was typed, and who reads it.
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

#include "line.h"

#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <string.h>

#define RING_BYTES 8192
#define INTERRUPT  0x03 /* ^C */
#define DUMP       0x1c /* ^\ */

static char ring[RING_BYTES];
static size_t ring_start, ring_count;

static uint32_t mode = TTY_MODE_LINE;
static struct line line;
static size_t line_taken; /* of a finished line: so much has been read */

static struct server_client reader = {.endpoint = NONE};
static uint32_t reader_most;
static endpoint_t owner = NONE;
static bool owner_told; /* of a ^C, and it has not read since */
static bool held;       /* the line reader waits for the owner's decision */

size_t input_room(void)
{
    return RING_BYTES - ring_count;
}

static void push(uint8_t byte)
{
    if (ring_count == RING_BYTES)
        return;
    ring[(ring_start + ring_count) % RING_BYTES] = (char)byte;
    ring_count++;
}

static void drop(size_t bytes)
{
    ring_start = (ring_start + bytes) % RING_BYTES;
    ring_count -= bytes;
}

static void line_forget(void)
{
    line_reset(&line);
    line_taken = 0;
}

/* A process that died while it waited can no longer be watched. */
static bool reader_lives(void)
{
    if (reader.endpoint == NONE)
        return false;
    if (sys_watch(reader.endpoint, 1) == -EDEADSRCDST) {
        reader.endpoint = NONE;
        return false;
    }
    (void)sys_watch(reader.endpoint, reader.endpoint == owner);
    return true;
}

/* True when the reader has taken it. Otherwise the reader is gone, or no longer waits. */
static bool answer_reader(int status, const char *text, size_t bytes)
{
    message m;
    struct tty_text answer = {.count = (uint32_t)bytes};
    if (bytes > 0)
        memcpy(answer.text, text, bytes);
    memset(&m, 0, sizeof m);
    memcpy(m.m_words, &answer, sizeof answer);
    const struct server_client client = reader;
    reader.endpoint = NONE;
    return server_answer(client, status, &m) == 0;
}

/* ---- Typing --------------------------------------------------------------------------------- */

static void interrupt(void)
{
    /* A raw reader that waits takes first what was typed before; if that satisfies it, nobody
       reads, and this ^C must not wait in the ring for somebody who may never come. */
    if (mode == TTY_MODE_RAW && reader_lives())
        input_advance();
    if (mode == TTY_MODE_RAW && reader.endpoint != NONE) {
        push(INTERRUPT);
        input_advance();
        return;
    }
    drop(ring_count);
    if (mode == TTY_MODE_LINE) {
        line_forget();
        console_write("^C\n", 3);
    }
    owner_told = owner != NONE && notify(owner) == 0;
    if (!owner_told)
        owner = NONE;
    if (owner_told && mode == TTY_MODE_LINE && reader.endpoint == owner) {
        owner_told = false;
        (void)answer_reader(-EINTR, NULL, 0);
    }
    held = owner_told && mode == TTY_MODE_LINE && reader.endpoint != NONE;
}

void input_byte(uint8_t byte)
{
    if (byte == INTERRUPT) {
        input_advance(); /* what came before it is its reader's, who may then read no more */
        interrupt();
    } else if (byte == DUMP)
        (void)sys_dump();
    else
        push(byte);
}

void input_text(const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        push((uint8_t)text[i]);
}

/* ---- Reading -------------------------------------------------------------------------------- */

static void advance_raw(void)
{
    if (ring_count == 0)
        return;
    char text[TTY_CHUNK];
    const size_t bytes = ring_count < reader_most ? ring_count : reader_most;
    for (size_t i = 0; i < bytes; i++)
        text[i] = ring[(ring_start + i) % RING_BYTES];
    if (answer_reader(0, text, bytes))
        drop(bytes);
}

static void advance_line(void)
{
    while (!line.finished && ring_count > 0) {
        line_feed(&line, (uint8_t)ring[ring_start], console_write);
        drop(1);
    }
    if (!line.finished)
        return;
    const size_t left = line.length - line_taken;
    const size_t bytes = left < reader_most ? left : reader_most;
    if (!answer_reader(0, line.text + line_taken, bytes))
        return;
    line_taken += bytes;
    if (line_taken == line.length)
        line_forget();
}

void input_advance(void)
{
    if (reader.endpoint == NONE || held)
        return;
    if (mode == TTY_MODE_RAW)
        advance_raw();
    else
        advance_line();
}

void input_death(endpoint_t dead)
{
    if (dead == reader.endpoint)
        reader.endpoint = NONE;
    if (dead != owner)
        return;
    owner = NONE;
    owner_told = held = false;
    mode = TTY_MODE_LINE;
}

void input_keep(struct kept *kept)
{
    kept->mode = mode;
    kept->owner = owner;
}

/* As it is told, unless that is nonsense; an owner that died meanwhile leaves the mode as for no
   owner. */
void input_restore(const struct kept *kept)
{
    if (kept->owner == NONE || sys_watch(kept->owner, 1) < 0)
        return;
    owner = kept->owner;
    if (kept->mode == TTY_MODE_RAW)
        mode = TTY_MODE_RAW;
}

void input_unread_keep(struct unread *unread, char *text)
{
    const size_t rest =
        ring_count < UNREAD_BYTES - line.length ? ring_count : UNREAD_BYTES - line.length;
    memcpy(text, line.text, line.length);
    for (size_t i = 0; i < rest; i++)
        text[line.length + i] = ring[(ring_start + i) % RING_BYTES];
    *unread = (struct unread){.bytes = (uint16_t)(line.length + rest),
                              .line_bytes = (uint16_t)line.length,
                              .line_taken = (uint16_t)line_taken,
                              .finished = line.finished,
                              .after_return = line.after_return,
                              .escape = line.escape};
}

/* Before anything is typed here. What can't be a line is read as if it had just been typed. */
void input_unread_restore(const struct unread *unread, const char *text)
{
    size_t at = 0;
    if (unread->line_bytes <= unread->bytes && unread->line_taken <= unread->line_bytes &&
        unread->line_bytes <= LINE_BYTES - !unread->finished) {
        at = line.length = unread->line_bytes;
        memcpy(line.text, text, at);
        line_taken = unread->line_taken;
        line.finished = unread->finished;
        line.after_return = unread->after_return;
        line.escape = unread->escape;
    }
    input_text(text + at, unread->bytes - at);
}

/* ---- Requests ------------------------------------------------------------------------------- */

int input_client_read(message *m)
{
    const uint32_t most = m->m_words[0];
    memset(m->m_words, 0, sizeof m->m_words);
    if (most < 1 || most > TTY_CHUNK)
        return -EINVAL;
    if (reader.endpoint != m->m_source && reader_lives())
        return -EBUSY;
    if (m->m_source == owner && owner_told) {
        owner_told = false;
        return -EINTR;
    }
    reader = server_current();
    reader_most = most;
    return SERVER_LATER;
}

int input_client_mode(message *m)
{
    const uint32_t wanted = m->m_words[0];
    memset(m->m_words, 0, sizeof m->m_words);
    if (wanted != TTY_MODE_LINE && wanted != TTY_MODE_RAW)
        return -EINVAL;
    m->m_words[0] = mode;
    if (wanted != mode)
        line_forget();
    mode = wanted;
    held = false;
    return 0;
}

int input_client_owner(message *m)
{
    memset(m->m_words, 0, sizeof m->m_words);
    if (owner == m->m_source)
        return 0;
    if (owner != NONE)
        (void)sys_watch(owner, 0);
    owner = m->m_source;
    owner_told = false;
    (void)sys_watch(owner, 1);
    return 0;
}

int input_client_cancel(message *m)
{
    memset(m->m_words, 0, sizeof m->m_words);
    if (m->m_source != owner)
        return -EPERM;
    reader.endpoint = NONE;
    mode = TTY_MODE_LINE;
    held = false;
    line_forget();
    return 0;
}

void input_retire(void)
{
    if (reader.endpoint != NONE)
        server_send_on(reader);
}
