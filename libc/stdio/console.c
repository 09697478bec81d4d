/*
 * Messages to the tty. It is looked for when it is first needed, waiting a while if it is just
 * starting. When it died, its successor is asked instead, as far as the request may be repeated
 * (service_request). Without one, output goes to the kernel's log if the program may write there.
 *
 * A write may not be repeated: it carries no number, by which a tty could know that it has shown it
 * already, and a number that outlives the tty would cost a message to the store for each write. So
 * of one that died with the text it is not known whether it was shown, and that is an error.
 */
#include <internal.h>
#include <parley/ipc.h>
#include <parley/server.h>
#include <parley/system.h>
#include <proto/tty.h>
#include <stdbool.h>
#include <string.h>

#define WAIT_FOR_TTY_US 5000000

#define READS_MAX 3 /* that ttys may die of */

static struct service tty = SERVICE("tty");
static bool waited;

static int find_tty(void)
{
    endpoint_t starting;
    int error = names_lookup(tty.name, &tty.endpoint);
    if (error != -ENOENT || waited)
        return error;
    /* No such name, but such a process, or one to come: it has not published itself yet. */
    error = sys_lookup("tty", &starting);
    if (error < 0 && error != -EAGAIN)
        return error;
    waited = true;
    return libc_names_wait(tty.name, WAIT_FOR_TTY_US, &tty.endpoint);
}

static int ask(message *m)
{
    int error = tty.endpoint == NONE ? find_tty() : 0;
    if (error == 0)
        error = service_request(&tty, m);
    if (tty.endpoint == NONE)
        waited = false;
    return error;
}

/* How many bytes the next message takes: no UTF-8 sequence is torn, where that can be helped. */
static size_t chunk_length(const char *text, size_t bytes)
{
    if (bytes <= TTY_CHUNK)
        return bytes;
    size_t length = TTY_CHUNK;
    while (length > TTY_CHUNK - 4 && (text[length] & 0xc0) == 0x80)
        length--;
    return (text[length] & 0xc0) == 0x80 ? TTY_CHUNK : length;
}

static int write_to_log(const char *text, size_t bytes)
{
    int error = 0;
    while (bytes && error == 0) {
        size_t length = bytes < LOG_WRITE_MAX ? bytes : LOG_WRITE_MAX;
        error = sys_log_write(text, length);
        text += length;
        bytes -= length;
    }
    return error;
}

int libc_console_write(const char *text, size_t bytes)
{
    while (bytes) {
        message m = {.m_type = TTY_WRITE};
        struct tty_output *chunk = (struct tty_output *)m.m_words;
        if (*text == '\0') { /* means nothing to a terminal, and ends a chunk */
            text++;
            bytes--;
            continue;
        }
        size_t length = chunk_length(text, strnlen(text, bytes));
        chunk->console = libc_console;
        memcpy(chunk->text, text, length);
        int error = ask(&m);
        if (error < 0)
            return write_to_log(text, bytes) == 0 ? 0 : error;
        text += length;
        bytes -= length;
    }
    return 0;
}

/* What a tty had taken from the keyboard dies with it, whether we ask again or not: so we do. */
static int ask_for_input(message *m, size_t most)
{
    int error = -EREPLYDEAD;
    for (unsigned i = 0; i < READS_MAX && error == -EREPLYDEAD; i++) {
        *m = (message){.m_type = TTY_READ};
        *(struct tty_read *)m->m_words =
            (struct tty_read){most < TTY_CHUNK ? most : TTY_CHUNK, libc_console};
        error = ask(m);
    }
    return error;
}

int libc_console_read(char *text, size_t most)
{
    message m;
    int error = ask_for_input(&m, most);
    if (error < 0)
        return error;
    const struct tty_text *chunk = (const struct tty_text *)m.m_words;
    size_t count = chunk->count;
    if (count > most || count > TTY_CHUNK)
        return -EIO;
    memcpy(text, chunk->text, count);
    return (int)count;
}
